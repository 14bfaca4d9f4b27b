"""Code decides: caps on levels, the overall mark, its range. Pure functions; no model, no files.

The overall mark is a hiring judgement, not an average. It was fitted on the tuning half of the gold
questions (eval/suites say which) and is reported on the other half.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

# A level that leans up and the next one leaning down say the same: between the two, nearer to the lower.
BORDER = 0.2
RISE_GAP = 0.4
# 95th percentile of how far the mean position moves between two gradings of one answer by the same model:
# measured on the suite's repeated answers, and held to that by a test.
REPEAT_NOISE = 0.25
SERIOUS = frozenset({"wrong", "deferred", "unsafe", "ignores_constraint"})


@dataclass(frozen=True)
class Observation:
    """What the overall mark needs to know of one criterion.

    `lean` is -1, 0 or +1: an equally careful reader could choose the level below or above.
    `serious` is true where something is wrong, deferred, unsafe or breaks the question's constraint,
    and not merely absent or generic.
    """

    level: int
    lean: int = 0
    serious: bool = False

    @property
    def position(self) -> float:
        """Where on the scale, in levels: a border has one position, whichever side it was reported from."""
        if self.lean < 0:
            return max(self.level - 1 + BORDER, 1.0)
        return self.level + BORDER if self.lean > 0 else float(self.level)


def half(top: int) -> int:
    """Highest level that is still a no: 2 of 4, 2 of 3, 3 of 5."""
    return (top + 1) // 2


def cap_level(level: int, top: int, *, has_quote: bool, serves_question: bool) -> int:
    """The level that the evidence can carry: 1 beside the question, at most a no without a quote."""
    if not serves_question:
        return 1
    return level if has_quote else min(level, half(top))


def settle(own: Observation, others: list[Observation], top: int) -> Observation:
    """A level on its border, settled by the rest of the answer; its position stays what it was.

    Reported from above, the upper level stands where the other criteria average at least that level;
    reported from below, it is given where they average RISE_GAP more. All else stands as given.
    Fitted on the tuning half: where models hesitate, they give the upper level too freely.
    """
    rest = sum(item.position for item in others) / len(others) if others else own.position
    if own.lean < 0 and own.level > 1:
        return own if rest >= own.level else Observation(own.level - 1, 1, own.serious)
    if own.lean > 0 and own.level < top and rest >= own.level + 1 + RISE_GAP:
        return Observation(own.level + 1, -1, own.serious)
    return own


def overall_mark(
    observations: list[Observation], top: int, *, fatal: bool = False, shift: float = 0.0
) -> int:
    """The mark for the whole answer, 1..top, from at least one observation.

    The mean of the positions, moved by `shift` and rounded, then held down by the weakest criterion: a
    serious fault at level 1 caps it at a no; so does a fatal sign. A level that is a no caps it one below
    the top.
    """
    positions = [min(max(item.position, 1.0), float(top)) for item in observations]
    mean = sum(positions) / len(positions) + shift
    mark = min(max(math.floor(mean + 0.5), 1), top)
    return min(mark, _ceiling(observations, top, fatal))


def _ceiling(observations: list[Observation], top: int, fatal: bool) -> int:
    if fatal or any(item.level == 1 and item.serious for item in observations):
        return half(top)
    return highest_beside([item.level for item in observations], top)


def highest_beside(levels: list[int], top: int) -> int:
    """The highest overall mark beside these levels: one below the top where one of several is a no."""
    return top - 1 if len(levels) > 1 and min(levels) <= half(top) else top


def plausible_range(observations: list[Observation], top: int, *, fatal: bool = False) -> tuple[int, int]:
    """Lowest and highest overall mark that another grading of the same answer may give: the mean position
    moved by the grader's own noise, down and up."""
    low = overall_mark(observations, top, fatal=fatal, shift=-REPEAT_NOISE)
    high = overall_mark(observations, top, fatal=fatal, shift=REPEAT_NOISE)
    return low, high


def lower_median(values: list[int]) -> int:
    """The middle value; of two middle values the lower one, never a level that nobody gave."""
    return sorted(values)[(len(values) - 1) // 2]
