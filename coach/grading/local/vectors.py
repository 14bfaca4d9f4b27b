"""Word vectors: what words are near each other in meaning. Loaded from a file, never fitted here.

The vectors are distilled, word by word, from the sentence embedder all-MiniLM-L6-v2 (Apache-2.0) and
reduced to 128 dimensions; `distil` makes the file anew where that model's files are present.
"""

from __future__ import annotations

from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

FILE = Path(__file__).with_name("vectors.npz")
Array = NDArray[np.float32]
_ENDINGS = ("", "s", "es", "ed", "d", "ing", "ly", "'s")


def length(vector: Array) -> float:
    """Euclidean norm, as numpy's own, which takes ten times as long for one vector."""
    return float(np.sqrt(vector.dot(vector)))


class WordVectors:
    """Unit vectors of common English words, float32, shape (words, dimensions)."""

    def __init__(self, path: Path = FILE) -> None:
        with np.load(path, allow_pickle=False) as stored:
            self._index = {str(word): n for n, word in enumerate(stored["words"])}
            table = stored["vectors"].astype(np.float32)
        norms = np.linalg.norm(table, axis=1, keepdims=True)
        self.table: Array = table / np.maximum(norms, 1e-6)
        self.find = lru_cache(maxsize=50_000)(self._find)

    @cached_property
    def dimensions(self) -> int:
        return int(self.table.shape[1])

    @cached_property
    def _weights(self) -> Array:
        """Frequent words say little: the vocabulary is in order of frequency (Zipf's law)."""
        return np.log1p(np.arange(len(self.table), dtype=np.float32))

    def rows(self, words: list[str]) -> NDArray[np.intp]:
        """Row numbers of those words that are known."""
        return np.array([n for n in map(self.find, words) if n is not None], dtype=np.intp)

    def mean(self, words: list[str]) -> Array:
        """Frequency-weighted mean of the known words, of unit length; zeros where none is known."""
        rows = self.rows(words)
        if not len(rows):
            return np.zeros(self.dimensions, dtype=np.float32)
        total: Any = self._weights.take(rows) @ self.table.take(rows, axis=0)
        return np.asarray(total / max(length(total), 1e-6), dtype=np.float32)

    def _find(self, word: str) -> int | None:
        for ending in _ENDINGS:
            if word.endswith(ending):
                found = self._index.get(word[: len(word) - len(ending)] if ending else word)
                if found is not None:
                    return found
        return None
