"""Keyword search over entries: BM25 on stems. Rebuilt from text in memory, since that takes moments."""

from __future__ import annotations

from collections.abc import Sequence

import bm25s
import numpy as np

from coach.guides.terms import terms


class Bm25:
    """BM25 (Lucene's form, k1 1.5, b 0.75) over texts given as stems; results name them by position."""

    def __init__(self, texts: Sequence[list[str]]) -> None:
        self._index = bm25s.BM25() if any(texts) else None
        if self._index is not None:
            self._index.index(list(texts), show_progress=False)

    def search(self, query: str, k: int) -> list[tuple[int, float]]:
        """Up to k (position, score) pairs, best first, without those that share no term."""
        if self._index is None:
            return []
        known = [term for term in terms(query) if term in self._index.vocab_dict]
        if not known:
            return []
        scores = self._index.get_scores(known)
        order = np.argsort(-scores, kind="stable")[:k]
        return [(int(n), float(scores[n])) for n in order if scores[n] > 0]
