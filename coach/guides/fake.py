"""A deterministic embedder for tests and trials: hashed words. Counts what it was asked to embed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from coach.guides.terms import terms

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class HashEmbedder:
    """Each stem adds to one of 64 places. `embedded` lists all texts embedded, queries left out."""

    def __init__(self, name: str = "hash") -> None:
        self.name = name
        self.embedded: list[str] = []

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        import numpy as np

        self.embedded.extend(texts)
        return np.stack([self.embed_query(text) for text in texts])

    def embed_query(self, query: str) -> NDArray[np.float32]:
        import numpy as np

        row = np.zeros(64, dtype=np.float32)
        for stem in terms(query):
            row[hashlib.sha256(stem.encode()).digest()[0] % 64] += 1.0
        return row

    def knows(self, text: str) -> float:
        return 1.0
