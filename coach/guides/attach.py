"""Attaches found pairs to the criteria whose exemplars, signs and anchors they are closest to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from coach.guides.corpus import Corpus
from coach.guides.entries import corpus_entries
from coach.schema.passage import ExemplarPair
from coach.schema.rubric import Criterion

if TYPE_CHECKING:
    from coach.guides.lsa import Lsa

# Under these a pair is about something else: cosine to a criterion, and share of its words that the
# rubric and the guides use at all.
CLOSE_ENOUGH = 0.2
KNOWN_ENOUGH = 0.6


class Attacher:
    """Holds one vector for each criterion of a rubric."""

    def __init__(self, criteria: Sequence[Criterion], lsa: Lsa, described: Sequence[str]) -> None:
        self._ids = [criterion.id for criterion in criteria]
        self._lsa = lsa
        self._vectors = lsa.embed(described)

    def attach(self, pairs: Iterable[ExemplarPair]) -> list[ExemplarPair]:
        """The pairs with the closest criterion; None stays where no criterion is close."""
        return [pair.model_copy(update={"criterion": self._closest(pair)}) for pair in pairs]

    def _closest(self, pair: ExemplarPair) -> str | None:
        text = f"{pair.bad}\n{pair.good}\n{pair.why}"
        closeness = self._vectors @ self._lsa.embed_query(text)
        best = int(closeness.argmax())
        if self._lsa.knows(text) < KNOWN_ENOUGH:
            return None
        return self._ids[best] if closeness[best] >= CLOSE_ENOUGH else None


def open_attacher(corpus: Corpus, cache_dir: Path) -> Attacher:
    """An attacher for the corpus's rubric; its vectors are fitted on rubric and guides, and cached."""
    from coach.guides.lsa import open_lsa

    criteria = corpus.rubric.criteria
    described = [_describe(criterion) for criterion in criteria]
    texts = described + [entry.text for entry in corpus_entries(corpus)]
    return Attacher(criteria, open_lsa(texts, cache_dir, corpus.synonyms), described)


def _describe(criterion: Criterion) -> str:
    signs = [sign.text for sign in (*criterion.signs.good, *criterion.signs.bad, *criterion.signs.fatal)]
    parts = [criterion.title, criterion.asks, *criterion.bad, *criterion.good, *signs]
    return "\n".join([*parts, *criterion.levels.values()])
