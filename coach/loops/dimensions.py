"""A company's dimensions over all rounds of a loop: where each was seen, how well, in which words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from coach.loops.findings import DimensionFinding, RoundFinding, Seen
from coach.loops.rounds import all_criteria
from coach.schema.loop import Dimension


def find_dimensions(
    dimensions: Iterable[Dimension], rounds: Sequence[RoundFinding]
) -> tuple[DimensionFinding, ...]:
    """One finding for each dimension; rounds that do not count are left out."""
    return tuple(_find(item, rounds) for item in dimensions)


def _find(dimension: Dimension, rounds: Sequence[RoundFinding]) -> DimensionFinding:
    seen = tuple(
        Seen(round=found.title, level=point.level, quote=point.quotes[0] if point.quotes else None)
        for found in rounds
        if found.counts
        for point in all_criteria(found.answers)
        if point.id in dimension.criteria and point.level is not None
    )
    levels = sorted(item.level for item in seen)
    return DimensionFinding(
        id=dimension.id,
        title=dimension.title,
        asks=dimension.asks,
        level=levels[(len(levels) - 1) // 2] if levels else None,
        seen=seen,
    )
