"""Which passages belong together, so that a find lends weight to what should be read with it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from coach.guides.corpus import Corpus
from coach.guides.entries import Entry

# Position of an entry -> {position of a neighbour: its share}; the shares of an entry add up to at most 1.
Neighbours = Mapping[int, Mapping[int, float]]


def neighbours(entries: Sequence[Entry], corpus: Corpus) -> Neighbours:
    """Neighbours of the shipped passages: half by the questions that name both, half by their guide.

    A user's own passages have none: their documents are of any kind.
    """
    by_id = {entry.passage.id: n for n, entry in enumerate(entries)}
    guides: dict[str, list[int]] = defaultdict(list)
    for n, entry in enumerate(entries):
        if not entry.passage.user:
            guides[entry.passage.guide].append(n)
    named = [[by_id[i] for i in q.passages if i in by_id] for q in corpus.questions.values()]
    shares: dict[int, dict[int, float]] = defaultdict(dict)
    for groups in (named, guides.values()):
        for n, others in _together(groups).items():
            for other, count in others.items():
                shares[n][other] = shares[n].get(other, 0.0) + 0.5 * count / others.total()
    return shares


def _together(groups: Iterable[Sequence[int]]) -> dict[int, Counter[int]]:
    """How many groups hold both, for each pair."""
    counts: dict[int, Counter[int]] = defaultdict(Counter)
    for group in groups:
        for n in group:
            counts[n].update(other for other in group if other != n)
    return counts
