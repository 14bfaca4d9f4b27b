"""An interviewer's mark for a round, from the grades of that round alone. Pure functions.

The mark of an answer is its grade's overall mark, held to one above the weakest criterion that this
interviewer cares about most (weight 2 or 3). The mark of a round is the mean of its answers' marks rounded
down, held to one above the lowest of them; a fatal sign holds it to a no. So nothing raises a mark by
getting worse, and no strong answer averages a weak one away.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

TOP = 4
YES = 3


@dataclass(frozen=True)
class AnswerMark:
    """What counts of one graded answer: its overall mark, its range, its levels, a fatal sign."""

    overall: int
    low: int
    high: int
    levels: Mapping[str, int]
    fatal: bool = False


@dataclass(frozen=True)
class RoundMark:
    """The mark of a round and the range that the grader's own doubt leaves; all 1 to 4."""

    mark: int
    low: int
    high: int


def answer_mark(overall: int, levels: Mapping[str, int], core: Collection[str]) -> int:
    """The mark of one answer for an interviewer who cares most about the criteria of `core`."""
    held = [level + 1 for criterion, level in levels.items() if criterion in core]
    return min([overall, *held])


def round_mark(answers: Sequence[AnswerMark], core: Collection[str]) -> RoundMark:
    """The mark for all answers of a round (at least one)."""

    def of(overalls: Sequence[int]) -> int:
        pairs = zip(answers, overalls, strict=True)
        marks = [answer_mark(overall, answer.levels, core) for answer, overall in pairs]
        mark = min(sum(marks) // len(marks), min(marks) + 1)
        return min(mark, YES - 1) if any(answer.fatal for answer in answers) else mark

    return RoundMark(
        mark=of([answer.overall for answer in answers]),
        low=of([answer.low for answer in answers]),
        high=of([answer.high for answer in answers]),
    )
