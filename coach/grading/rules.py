"""Code decides: caps on levels, the overall mark, its range. Pure functions; no model, no files.

The overall mark is a hiring judgement, not an average. It was fitted on the tuning half of the gold
questions (eval/suites say which) and is reported on the other half.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

LEAN_WEIGHT = 0.4
SETTLE_GAP = 0.4
ROUND_UP_FROM = 0.6
SERIOUS = frozenset({"wrong", "deferred", "unsafe", "ignores_constraint"})


@dataclass(frozen=True)
class Observation:
    """What the overall mark needs to know of one criterion.

    `lean` is -1, 0 or +1: an equally careful reader could choose the level below or above.
    `serious` is true where something is wrong, deferred, unsafe or breaks the question's constraint,
    and not merely absent or generic. `settled` is true where the level was already moved along its lean,
    so that the lean counts for the range alone.
    """

    level: int
    lean: int = 0
    serious: bool = False
    settled: bool = False


def half(top: int) -> int:
    """Highest level that is still a no: 2 of 4, 2 of 3, 3 of 5."""
    return (top + 1) // 2


def cap_level(level: int, top: int, *, has_quote: bool, serves_question: bool) -> int:
    """The level that the evidence can carry: 1 beside the question, at most a no without a quote."""
    if not serves_question:
        return 1
    return level if has_quote else min(level, half(top))


def settle_level(own: Observation, others: list[Observation], top: int) -> int:
    """A level on its border, settled by the rest of the answer.

    A level that an equally careful reader could lower stands only in an answer whose other criteria
    average no more than SETTLE_GAP below it; else it is one lower. All other levels stand as given.
    Fitted on the tuning half: where models hesitate, they give the upper level too freely.
    """
    if own.lean >= 0 or own.level <= 1 or not others:
        return own.level
    mean = sum(item.level for item in others) / len(others)
    return own.level if mean >= own.level - SETTLE_GAP else own.level - 1


def overall_mark(observations: list[Observation], top: int, *, fatal: bool = False) -> int:
    """The mark for the whole answer, 1..top, from at least one observation.

    The mean of the levels, each moved by its lean, rounded up from ROUND_UP_FROM, then held down by the
    weakest criterion: a serious fault at level 1 caps it at a no; any level 1 caps it one below the top; so
    does a level 2 unless all others are at the top. A fatal sign caps it at a no.
    """
    mean = sum(_position(item, top) for item in observations) / len(observations)
    mark = min(max(math.floor(mean + 1 - ROUND_UP_FROM), 1), top)
    return min(mark, _ceiling(observations, top, fatal))


def _position(item: Observation, top: int) -> float:
    lean = 0 if item.settled else item.lean
    return min(max(item.level + LEAN_WEIGHT * lean, 1.0), float(top))


def _ceiling(observations: list[Observation], top: int, fatal: bool) -> int:
    levels = [item.level for item in observations]
    if fatal or any(item.level == 1 and item.serious for item in observations):
        return half(top)
    if min(levels) <= half(top) and len(levels) > 1:
        return top - 1
    return top


def plausible_range(observations: list[Observation], top: int, *, fatal: bool = False) -> tuple[int, int]:
    """Lowest and highest overall mark when every lean is followed the whole way to its next level."""
    mark = overall_mark(observations, top, fatal=fatal)
    moved = [Observation(min(max(item.level + item.lean, 1), top), 0, item.serious) for item in observations]
    down = [new if item.lean < 0 else item for new, item in zip(moved, observations, strict=True)]
    up = [new if item.lean > 0 else item for new, item in zip(moved, observations, strict=True)]
    low = overall_mark(down, top, fatal=fatal)
    high = overall_mark(up, top, fatal=fatal)
    return min(low, mark), max(high, mark)


def lower_median(values: list[int]) -> int:
    """The middle value; of two middle values the lower one, never a level that nobody gave."""
    return sorted(values)[(len(values) - 1) // 2]
