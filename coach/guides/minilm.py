"""Chroma's own MiniLM embedder, used only when its files are there or the user asked for them."""

from __future__ import annotations

from pathlib import Path

from langchain_core.embeddings import Embeddings

from coach.errors import SetupError

_FILES = ("config.json", "model.onnx", "special_tokens_map.json", "tokenizer.json", "vocab.txt")


class MiniLm(Embeddings):
    """all-MiniLM-L6-v2 in ONNX form: 384 dimensions, runs on the CPU."""

    def __init__(self, may_download: bool) -> None:
        from chromadb.utils.embedding_functions import ONNXMiniLM_L6_V2

        folder = Path(ONNXMiniLM_L6_V2.DOWNLOAD_PATH) / ONNXMiniLM_L6_V2.EXTRACTED_FOLDER_NAME
        if not may_download and not all((folder / name).is_file() for name in _FILES):
            raise SetupError(
                f"The MiniLM embedder's files are not in {folder}. "
                "`coach guides build --download` fetches them (80 MB); COACH_EMBEDDER=lsa needs none."
            )
        self._function = ONNXMiniLM_L6_V2(preferred_providers=["CPUExecutionProvider"])

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [[float(x) for x in vector] for vector in self._function(texts)]

    def embed_query(self, text: str) -> list[float]:
        return self.embed_documents([text])[0]
