"""How near texts are in meaning, by the mean of their word vectors. Marks nothing."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from coach.grading.local.tokens import split_words
from coach.grading.local.vectors import Array, WordVectors


class Nearness:
    """Cosines of texts, -1 to 1; 0 where a text holds no known word. The second texts are remembered."""

    def __init__(self, vectors: WordVectors | None = None) -> None:
        self._vectors = vectors or WordVectors()
        self._table = lru_cache(maxsize=64)(self._stack)

    def __call__(self, texts: Sequence[str], others: Sequence[str]) -> list[list[float]]:
        """One row for each of `texts`, one value in it for each of `others`."""
        rows: list[list[float]] = (self._stack(tuple(texts)) @ self._table(tuple(others)).T).tolist()
        return rows

    def _stack(self, texts: tuple[str, ...]) -> Array:
        if not texts:
            return np.zeros((0, self._vectors.dimensions), dtype=np.float32)
        return np.stack([self._vectors.mean(split_words(text)) for text in texts])
