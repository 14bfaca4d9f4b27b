"""Searches the passages by keywords, wordings and vectors, fused. Opens and builds what it needs, late.

Importing this module is cheap; the first search, or `warm`, loads the index and its libraries.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from coach.errors import SetupError
from coach.guides.corpus import Corpus
from coach.guides.embed import Embedder, EmbedderChoice, open_embedder
from coach.guides.entries import Entry, corpus_entries, user_entries
from coach.guides.terms import synonym_map, terms, wordings
from coach.schema.passage import Guide, Hit, Passage

if TYPE_CHECKING:
    from coach.guides.aboutness import Aboutness
    from coach.guides.bm25 import Bm25
    from coach.guides.index import Built
    from coach.guides.neighbours import Neighbours
    from coach.guides.typos import Typos
    from coach.guides.vectors import VectorStore

Method = Literal["bm25", "vectors", "fusion"]
METHOD: Method = "fusion"
# Weights of the rankings, chosen on phrasings that were held out from the index.
_KEYWORDS, _WORDINGS, _VECTORS = 0.5, 1.0, 1.0
# What the neighbours of a find get of it, and by which power of its score: only leaders lend.
_LENT, _POWER = 0.5, 4
# (position of an entry, score) pairs, best first.
Ranking = Sequence[tuple[int, float]]
# Share of a query's words that the embedder must place for its ranking to count in full.
_KNOWN = 0.6
_DEPTH = 50


@dataclass(frozen=True)
class _Loaded:
    entries: Sequence[Entry]
    by_id: dict[str, int]
    keywords: Bm25
    wordings: Bm25
    synonyms: Mapping[str, frozenset[str]]
    aboutness: Aboutness
    typos: Typos
    neighbours: Neighbours
    embedder: Embedder
    store: VectorStore
    collection: str


class Searcher:
    """Search over the shipped guides and the user's own. Safe to use from several threads."""

    def __init__(
        self,
        corpus: Corpus,
        index_dir: Path,
        cache_dir: Path,
        choice: EmbedderChoice,
        guides: Sequence[Guide] = (),
        chroma_url: str | None = None,
    ) -> None:
        self._corpus = corpus
        self._index_dir = index_dir
        self._cache_dir = cache_dir
        self._choice = choice
        self._guides = tuple(guides)
        self._url = chroma_url
        self._lock = threading.Lock()
        self._loaded: _Loaded | None = None

    def warm(self) -> None:
        """Load the index, building it first where it is missing or made from something else."""
        self._load()

    def build(self, *, force: bool = False, may_download: bool = False) -> Built:
        """Make the index current and say what that took; `may_download` lets minilm fetch its files.

        Raises SetupError as `search` does.
        """
        self.close()
        with self._lock:
            self._loaded, built = self._open(force, may_download)
        return built

    def search(self, query: str, k: int = 5, method: Method = METHOD) -> list[Hit]:
        """Up to k hits, best first; none where no word of the query is known.

        Raises SetupError where the index, the embedder or the server cannot be used.
        """
        try:
            return self._search(query, k, method)
        except SetupError:
            # Another program may have built anew and removed the generation that was open here.
            self.close()
            return self._search(query, k, method)

    def _search(self, query: str, k: int, method: Method) -> list[Hit]:
        loaded = self._load()
        query = loaded.typos.corrected(query)
        rankings: list[tuple[float, Ranking]] = []
        if method != "vectors":
            rankings += zip((_KEYWORDS, _WORDINGS), _by_words(loaded, query), strict=False)
        if method != "bm25":
            # Words that the embedder has never seen, as in a user's own guides, are left to keywords.
            trust = min(1.0, loaded.embedder.knows(query) / _KNOWN) ** 2 if rankings else 1.0
            rankings.append((_VECTORS * trust, _near(loaded, query)))
        ranked = _lend(_fuse(rankings), loaded.neighbours)
        return [Hit(passage=loaded.entries[n].passage, score=score) for n, score in ranked[:k]]

    def coverage(self, query: str, hits: Sequence[Hit]) -> float:
        """How much of the query is what its hits are about, from 0 to 1, whatever the embedder."""
        loaded = self._load()
        query = loaded.typos.corrected(query)
        return loaded.aboutness.coverage(query, [loaded.by_id[hit.passage.id] for hit in hits])

    def corrected(self, query: str) -> str:
        """The query with words put right that are a slip away from a word of the passages."""
        return self._load().typos.corrected(query)

    def weight(self, term: str) -> float:
        """How rare a stem is among the passages; the rarer, the more a match on it says."""
        return self._load().aboutness.weight(term)

    def embedder_name(self) -> str:
        """The name of the embedder in use, as the index records it."""
        return self._load().embedder.name

    def passages(self) -> dict[str, Passage]:
        """Every passage that can be found, by id."""
        return {entry.passage.id: entry.passage for entry in self._all_entries()}

    def close(self) -> None:
        with self._lock:
            if self._loaded is not None:
                self._loaded.store.close()
                self._loaded = None

    def _all_entries(self) -> list[Entry]:
        return corpus_entries(self._corpus) + user_entries(self._guides)

    def _load(self) -> _Loaded:
        with self._lock:
            if self._loaded is None:
                self._loaded, _ = self._open()
            return self._loaded

    def _open(self, force: bool = False, may_download: bool = False) -> tuple[_Loaded, Built]:
        from coach.guides.aboutness import Aboutness
        from coach.guides.bm25 import Bm25
        from coach.guides.index import collection_name, open_index
        from coach.guides.neighbours import neighbours
        from coach.guides.typos import Typos

        own = corpus_entries(self._corpus)
        entries = own + user_entries(self._guides)
        choice = replace(
            self._choice,
            may_download=self._choice.may_download or may_download,
            synonyms=self._corpus.synonyms,
        )
        embedder = open_embedder(choice, [entry.text for entry in own], self._cache_dir)
        built, store = open_index(
            entries,
            embedder,
            self._index_dir,
            corpus_digest=self._corpus.digest,
            url=self._url,
            force=force,
        )
        loaded = _Loaded(
            entries=entries,
            by_id={entry.passage.id: n for n, entry in enumerate(entries)},
            keywords=Bm25([entry.terms for entry in entries]),
            wordings=Bm25([entry.wordings for entry in entries]),
            synonyms=synonym_map(self._corpus.synonyms),
            aboutness=Aboutness(entries, self._corpus.synonyms),
            typos=Typos(entry.text for entry in entries),
            neighbours=neighbours(entries, self._corpus),
            embedder=embedder,
            store=store,
            collection=collection_name(built.manifest),
        )
        return loaded, built


def open_searcher(
    corpus: Corpus,
    index_dir: Path,
    cache_dir: Path,
    embedder: str | EmbedderChoice = "lsa",
    user_guides: Sequence[Guide] = (),
    chroma_url: str | None = None,
) -> Searcher:
    """A searcher over the corpus and `user_guides`; nothing is loaded or built before it is needed."""
    choice = EmbedderChoice(embedder) if isinstance(embedder, str) else embedder
    return Searcher(corpus, index_dir, cache_dir, choice, user_guides, chroma_url)


def _by_words(loaded: _Loaded, query: str) -> list[Ranking]:
    """The ranking by keywords and the one by how the query is put, none where no keyword is known."""
    asked = terms(query)
    widened = {other for term in asked for other in loaded.synonyms.get(term, ())}.difference(asked)
    keywords = loaded.keywords.search(asked, _DEPTH, sorted(widened))
    # "How do I" alone finds nothing: every entry holds it somewhere.
    return [keywords, loaded.wordings.search(wordings(query), _DEPTH)] if keywords else []


def _near(loaded: _Loaded, query: str) -> list[tuple[int, float]]:
    vector = loaded.embedder.embed_query(query)
    if not vector.any():
        return []
    found = loaded.store.search(loaded.collection, vector, min(_DEPTH, len(loaded.entries)))
    return [(loaded.by_id[i], score) for i, score in found if i in loaded.by_id]


def _fuse(rankings: Sequence[tuple[float, Ranking]]) -> Ranking:
    """Scores of each ranking scaled to 0..1, weighted, and added (CombSUM; Fox and Shaw, TREC-2, 1994).

    Ahead of reciprocal ranks on queries held out from the index, since it keeps by how much the first
    leads. Ties go to the earlier entry, so that results are the same every time.
    """
    scores: dict[int, float] = {}
    for weight, ranking in rankings:
        # A full ranking ends among entries that fit no better than most; below that is nothing.
        low = ranking[-1][1] if len(ranking) == _DEPTH else 0.0
        span = ranking[0][1] - low if ranking else 0.0
        for n, score in ranking:
            scores[n] = scores.get(n, 0.0) + (weight * (score - low) / span if span > 0 else 0.0)
    return _in_order(scores)


def _lend(ranked: Ranking, neighbours: Neighbours) -> Ranking:
    """The ranking after each find has lent to its neighbours, scaled so that the best stood at 1 before."""
    best = ranked[0][1] if ranked else 0.0
    if best <= 0.0:
        return ranked
    scores = {n: score / best for n, score in ranked}
    for n, score in ranked:
        lent = _LENT * (max(score, 0.0) / best) ** _POWER
        for other, share in neighbours.get(n, {}).items():
            scores[other] = scores.get(other, 0.0) + lent * share
    return _in_order(scores)


def _in_order(scores: Mapping[int, float]) -> Ranking:
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))
