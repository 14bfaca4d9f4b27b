"""A sentence embedder from a folder on this machine, by the `semantic` extra. Downloads nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from coach.errors import SetupError

BATCH = 32


class SentenceModel(Embeddings):
    """A model folder that sentence-transformers reads, such as all-MiniLM-L6-v2; runs on the CPU.

    Raises SetupError where the extra is not installed or the folder holds no such model.
    """

    def __init__(self, folder: Path) -> None:
        try:
            from sentence_transformers import SentenceTransformer
        except ImportError as error:
            raise SetupError(
                "This embedder needs an extra: pip install '.[semantic]'. COACH_EMBEDDER=lsa needs none."
            ) from error
        if not (folder / "config.json").is_file():
            raise SetupError(f"{folder} holds no model of sentence-transformers (no config.json).")
        try:
            self._model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
        except (OSError, ValueError, KeyError) as error:
            raise SetupError(f"The model in {folder} cannot be read: {error}") from error

    def embed(self, texts: list[str]) -> NDArray[np.float32]:
        """Unit vectors, float32, shape (texts, dimensions)."""
        vectors = self._model.encode(
            texts, batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False
        )
        return np.asarray(vectors, dtype=np.float32)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [[float(x) for x in row] for row in self.embed(texts)]

    def embed_query(self, text: str) -> list[float]:
        return self.embed_documents([text])[0]
