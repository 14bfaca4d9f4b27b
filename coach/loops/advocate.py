"""The devil's advocate: asks what the weakest rounds lacked, and looks for an answer in the transcripts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from coach.interview.words import stems
from coach.loops.findings import ChallengeFinding, CriterionFinding, Quote, RoundFinding
from coach.loops.marks import TOP, YES
from coach.loops.rounds import all_criteria
from coach.schema.loop import Challenge

CHALLENGES = 3
FEWEST = 2


def challenge(
    rounds: Sequence[RoundFinding], challenges: Sequence[Challenge]
) -> tuple[ChallengeFinding, ...]:
    """Up to three challenges, the weakest point of the weakest round first, no challenge twice.

    Points below a 4 give rise to one; those below a 3 come first. Where fewer than two are found, the first
    challenges of the corpus are put to the strongest points.
    """
    chosen: dict[str, ChallengeFinding] = {}
    for found, point in _by_weakness(rounds):
        fitting = next((c for c in challenges if point.id in c.criteria and c.id not in chosen), None)
        if fitting is not None and (len(chosen) < FEWEST or (point.level or TOP) < YES):
            chosen[fitting.id] = _finding(fitting, found, point, rounds)
        if len(chosen) == CHALLENGES:
            break
    return tuple(chosen.values())


def _by_weakness(rounds: Iterable[RoundFinding]) -> list[tuple[RoundFinding, CriterionFinding]]:
    points = [
        (found, point)
        for found in rounds
        if found.counts
        for point in all_criteria(found.answers)
        if point.level is not None
    ]

    def rank(item: tuple[RoundFinding, CriterionFinding]) -> tuple[bool, int, int, int]:
        found, point = item
        level = point.level or 0
        return (level >= YES, found.mark or 0, level, -point.weight)

    return sorted(points, key=rank)


def _finding(
    fitting: Challenge, found: RoundFinding, point: CriterionFinding, rounds: Sequence[RoundFinding]
) -> ChallengeFinding:
    answered = _best_answer(fitting, rounds)
    return ChallengeFinding(
        id=fitting.id,
        text=fitting.text,
        passage=fitting.passage,
        round=found.title,
        criterion=point.title,
        level=point.level or 0,
        answer=answered[1] if answered else None,
        answer_round=answered[0].title if answered else "",
    )


def _best_answer(fitting: Challenge, rounds: Iterable[RoundFinding]) -> tuple[RoundFinding, Quote] | None:
    """Of the quotes that carry the challenge's criteria to a yes, the one nearest to its words, if any is."""
    asked = stems(fitting.text)
    carried = [
        (shared, point.level or 0, found, piece)
        for found in rounds
        for point in all_criteria(found.answers)
        if point.id in fitting.criteria and (point.level or 0) >= YES
        for piece in point.quotes
        if (shared := len(asked & stems(piece.text)))
    ]
    best = max(carried, key=lambda item: item[:2], default=None)
    return (best[2], best[3]) if best else None
