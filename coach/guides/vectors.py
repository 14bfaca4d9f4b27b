"""The only door to Chroma: collections of vectors in a folder or on a server. Embeds nothing itself."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from coach.errors import SetupError
from coach.guides.entries import Entry

if TYPE_CHECKING:
    from numpy.typing import NDArray

BATCH = 500


class VectorStore:
    """One Chroma client: embedded in `folder`, or the server at `url` where one is given."""

    def __init__(self, folder: Path, url: str | None = None) -> None:
        self._where = url or str(folder)
        with _translated(self._where):
            self._client: Any = _connect(folder, url)

    def close(self) -> None:
        self._client.close()

    def write(self, name: str, entries: Sequence[Entry], vectors: NDArray[np.float32]) -> None:
        """Make a new collection of these entries, whole; vectors has shape (entries, dimensions)."""
        with _translated(self._where):
            collection = self._client.create_collection(
                name,
                embedding_function=None,
                configuration={"hnsw": {"space": "cosine", "ef_search": 200, "ef_construction": 200}},
            )
            for start in range(0, len(entries), BATCH):
                batch = entries[start : start + BATCH]
                collection.add(
                    ids=[entry.passage.id for entry in batch],
                    embeddings=vectors[start : start + BATCH],
                    documents=[entry.passage.text for entry in batch],
                    metadatas=[{"digest": entry.digest, "guide": entry.passage.guide} for entry in batch],
                )

    def known(self, name: str) -> dict[str, NDArray[np.float32]]:
        """Vectors of a collection by the digest of the text that each was made from."""
        with _translated(self._where):
            kept = self._client.get_collection(name, embedding_function=None).get(
                include=["embeddings", "metadatas"]
            )
        pairs = zip(kept["metadatas"] or [], kept["embeddings"], strict=True)
        return {str(meta["digest"]): np.asarray(vector, dtype=np.float32) for meta, vector in pairs}

    def count(self, name: str) -> int:
        """How many entries a collection holds; 0 where it does not exist or cannot be read."""
        try:
            with _translated(self._where):
                return int(self._client.get_collection(name, embedding_function=None).count())
        except SetupError:
            return 0

    def search(self, name: str, vector: NDArray[np.float32], k: int) -> list[tuple[str, float]]:
        """Up to k (passage id, cosine similarity) pairs, best first."""
        with _translated(self._where):
            collection = self._client.get_collection(name, embedding_function=None)
            found = collection.query(query_embeddings=[vector], n_results=k, include=["distances"])
        return [(i, 1.0 - float(d)) for i, d in zip(found["ids"][0], found["distances"][0], strict=True)]

    def drop(self, name: str) -> None:
        """Remove a collection; one that is gone already is fine."""
        from chromadb.errors import NotFoundError

        try:
            with _translated(self._where):
                self._client.delete_collection(name)
        except SetupError as error:
            if not isinstance(error.__cause__, NotFoundError):
                raise


def _connect(folder: Path, url: str | None) -> Any:
    import chromadb
    from chromadb.config import Settings

    quiet = Settings(anonymized_telemetry=False)
    if url is None:
        return chromadb.PersistentClient(path=str(folder), settings=quiet)
    from urllib.parse import urlsplit

    parts = urlsplit(url if "//" in url else f"//{url}")
    secure = parts.scheme == "https"
    return chromadb.HttpClient(
        host=parts.hostname or "localhost",
        port=parts.port or (443 if secure else 8000),
        ssl=secure,
        settings=quiet,
    )


@contextmanager
def _translated(where: str) -> Iterator[None]:
    """Chroma's errors as SetupError."""
    import httpx
    from chromadb.errors import ChromaError

    try:
        yield
    except (ChromaError, httpx.HTTPError, sqlite3.Error, OSError, ValueError, AttributeError) as error:
        # AttributeError: the client trips over itself where its database file is damaged.
        raise SetupError(
            f"The vector store at {where} cannot be used: {str(error) or type(error).__name__}. "
            "If it is a folder, delete it: it is rebuilt. If it is a server, check COACH_CHROMA_URL."
        ) from error
