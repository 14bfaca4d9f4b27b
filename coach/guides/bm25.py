"""Keyword search over entries: BM25 on whatever terms they are cut into. Rebuilt in memory, in moments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import bm25s
import numpy as np
from numpy.typing import NDArray

from coach.guides.terms import SYNONYM_WEIGHT


class Bm25:
    """BM25 (Lucene's form, k1 1.5, b 0.75) over texts given as terms; results name them by position."""

    def __init__(self, texts: Sequence[list[str]]) -> None:
        self._count = len(texts)
        self._index = bm25s.BM25() if any(texts) else None
        if self._index is not None:
            self._index.index(list(texts), show_progress=False)

    def search(self, query: Iterable[str], k: int, widened: Iterable[str] = ()) -> list[tuple[int, float]]:
        """Up to k (position, score) pairs, best first, without those that share no term.

        `widened` are synonyms of the query's terms; they count at their small weight.
        """
        scores = self._scores(query) + SYNONYM_WEIGHT * self._scores(widened)
        order = np.argsort(-scores, kind="stable")[:k]
        return [(int(n), float(scores[n])) for n in order if scores[n] > 0]

    def _scores(self, query: Iterable[str]) -> NDArray[np.float64]:
        """The score of every text, shape (texts,)."""
        index = self._index
        known = [term for term in query if term in index.vocab_dict] if index is not None else []
        if index is None or not known:
            return np.zeros(self._count)
        return np.asarray(index.get_scores(known), dtype=np.float64)
