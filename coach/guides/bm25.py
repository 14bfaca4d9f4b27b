"""Keyword search over entries: BM25 on stems. Rebuilt from text in memory, since that takes moments."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence

import bm25s
import numpy as np

from coach.guides.terms import terms


class Bm25:
    """BM25 (Lucene's form, k1 1.5, b 0.75) over texts; results name them by position."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._documents = [terms(text) for text in texts]
        self._index = bm25s.BM25() if any(self._documents) else None
        if self._index is not None:
            self._index.index(self._documents, show_progress=False)
        self._words = [frozenset(document) for document in self._documents]
        self._counts = Counter(word for document in self._words for word in document)

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

    def weight(self, term: str) -> float:
        """How rare a term is (its inverse document frequency); most for one that no text holds."""
        n = self._counts[term]
        return math.log(1.0 + (len(self._words) - n + 0.5) / (n + 0.5))

    def coverage(self, query: str, positions: Iterable[int]) -> float:
        """Weighted share of the query's words found in one of these texts, and in any text at all.

        Between 0 (no word) and 1 (one text holds every word); the first counts 70 percent.
        """
        wanted = frozenset(terms(query))
        total = sum(self.weight(term) for term in wanted)
        if not total:
            return 0.0
        best = max((self._held(wanted & self._words[n]) for n in positions), default=0.0)
        anywhere = self._held(frozenset(term for term in wanted if self._counts[term]))
        return (0.7 * best + 0.3 * anywhere) / total

    def _held(self, words: frozenset[str]) -> float:
        return sum(self.weight(word) for word in words)
