"""The shipped corpus and one search index over it, built once for all tests of the room."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from coach.guides.corpus import Corpus, load_corpus
from coach.guides.search import Searcher, open_searcher
from coach.resources import corpus_dir


@pytest.fixture(scope="session")
def corpus() -> Corpus:
    return load_corpus(corpus_dir())


@pytest.fixture(scope="session")
def searcher(corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    """Search over the shipped guides with the default embedder."""
    folder = tmp_path_factory.mktemp("search")
    opened = open_searcher(corpus, folder / "index", folder / "cache")
    opened.warm()
    yield opened
    opened.close()
