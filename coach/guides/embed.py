"""Opens the embedder that the user chose: `lsa`, `minilm`, `sentence:FOLDER`, or LangChain's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from coach.errors import SetupError

if TYPE_CHECKING:
    import numpy as np
    from langchain_core.embeddings import Embeddings
    from numpy.typing import NDArray

    from coach.guides.sentence import SentenceModel

T = TypeVar("T")
TIMEOUT_S = 60.0
# Providers cap the texts of one request; 128 short passages stay far below every cap.
BATCH = 128
# Of the space of the guides: fewer than passages, so that it holds subjects. Their exact words are left
# to the keyword rankings of search; with 64 the second and third relevant passage come later.
_DIMENSIONS = 32
SENTENCE = "sentence:"


@dataclass(frozen=True)
class EmbedderChoice:
    """`lsa`, `minilm`, `sentence:FOLDER` or `provider:model`.

    `synonyms` widen queries for lsa; key, URL and download are for the others.
    """

    name: str = "lsa"
    api_key: str | None = None
    base_url: str | None = None
    may_download: bool = False
    synonyms: tuple[tuple[str, ...], ...] = ()


class Embedder(Protocol):
    """Turns texts into vectors of one space; `name` changes when the space does."""

    @property
    def name(self) -> str: ...

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of passages, shape (texts, dimensions). Raises SetupError where it cannot."""
        ...

    def embed_query(self, query: str) -> NDArray[np.float32]:
        """The vector of one query, shape (dimensions,)."""
        ...

    def knows(self, text: str) -> float:
        """Share of the text's words that the embedder can place, 0 to 1."""
        ...


def open_embedder(choice: EmbedderChoice, texts: Sequence[str], cache_dir: Path) -> Embedder:
    """The embedder named by `choice`; `texts` are the corpus that `lsa` is fitted on.

    Raises SetupError for an unknown name, a provider that is not installed, missing files or no key.
    """
    if choice.name == "lsa":
        from coach.guides.lsa import open_lsa

        return open_lsa(texts, cache_dir, choice.synonyms, _DIMENSIONS)
    if choice.name == "minilm":
        return Provider("minilm", _open_minilm(choice.may_download))
    if choice.name.startswith(SENTENCE):
        return Provider(choice.name, open_sentence_model(choice.name))
    if ":" in choice.name:
        return Provider(choice.name, _open_provider(choice))
    raise SetupError(
        f"Embedder {choice.name!r} is unknown. Set COACH_EMBEDDER to lsa, minilm, or a provider and model "
        "such as openai:text-embedding-3-small."
    )


class Provider:
    """A LangChain embeddings object behind our protocol, with its errors translated."""

    def __init__(self, name: str, embeddings: Embeddings) -> None:
        self.name = name
        self._embeddings = embeddings

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        import numpy as np

        rows: list[list[float]] = []
        for start in range(0, len(texts), BATCH):
            batch = list(texts[start : start + BATCH])
            rows += self._call(partial(self._embeddings.embed_documents, batch))
        return np.array(rows, dtype=np.float32)

    def embed_query(self, query: str) -> NDArray[np.float32]:
        import numpy as np

        return np.array(self._call(partial(self._embeddings.embed_query, query)), dtype=np.float32)

    def knows(self, text: str) -> float:
        return 1.0

    def _call(self, request: Callable[[], T]) -> T:
        import httpx

        from coach.llm.faults import BY_CLASS, Border

        faults: tuple[type[Exception], ...] = (*BY_CLASS, httpx.HTTPError, ValueError, RuntimeError, OSError)
        try:
            return request()
        except faults as error:
            said = Border(server=self.name, model=self.name, timeout=TIMEOUT_S).clean(str(error))
            raise SetupError(
                f"The embedder {self.name} gave no vectors: {said} Check its key, address and model, "
                "or set COACH_EMBEDDER=lsa, which needs no network."
            ) from error


def _open_provider(choice: EmbedderChoice) -> Embeddings:
    from langchain.embeddings import init_embeddings

    options: dict[str, Any] = {}
    if choice.name.startswith("openai:"):
        import httpx

        # Without the explicit clients the SDK brings its own transport; without the last option the
        # wrapper fetches a tokenizer's vocabulary from the network. Retries would multiply with ours.
        options = {
            "api_key": choice.api_key or ("none" if choice.base_url else None),
            "base_url": choice.base_url,
            "http_client": httpx.Client(timeout=TIMEOUT_S),
            "http_async_client": httpx.AsyncClient(timeout=TIMEOUT_S),
            "max_retries": 0,
            "check_embedding_ctx_length": False,
        }
        if options["api_key"] is None:
            raise SetupError(f"Embedder {choice.name} needs OPENAI_API_KEY. COACH_EMBEDDER=lsa needs none.")
    try:
        return init_embeddings(choice.name, **options)
    except ImportError as error:
        raise SetupError(f"Embedder {choice.name} needs a package that is not installed: {error}.") from error
    except ValueError as error:
        raise SetupError(f"Embedder {choice.name} cannot be opened: {error}") from error


def open_sentence_model(name: str) -> SentenceModel:
    """The model of `sentence:FOLDER`; SetupError where it or the extra is missing."""
    from coach.guides.sentence import SentenceModel

    return SentenceModel(Path(name.removeprefix(SENTENCE)).expanduser())


def _open_minilm(may_download: bool) -> Embeddings:
    from coach.guides.minilm import MiniLm

    return MiniLm(may_download)
