"""The committee's decision, by rule. Pure functions; words are chosen elsewhere.

Every round that counts has a vote: a mark from 1 (clear no) to 4 (clear yes), or none.

1. A fatal sign in any round, or any round at 1: no hire.
2. All rounds at 3 or better: hire.
3. Weak rounds (at 2), no more than one in three and at least one allowed, each of which carries the next
   level down: hire at a lower level. A weak round carries it when its mark is close to the border (its range
   reaches 3), no criterion of it is at 1, and every criterion at 2 is one of which that level asks less
   for a 3.
4. Otherwise: no hire.

Marks are never added up: a strong round does not average a weak one away, and no rule gives a better decision
for a worse mark. A vote without a mark is tried with the best and with the worst mark; where the two
decisions differ, nothing is decided.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from coach.loops.marks import TOP, YES

Outcome = Literal["hire", "lower", "no_hire", "undecided"]
# What keeps a weak round from carrying the level below.
Hurdle = Literal["far", "floor", "same"]

ORDER: tuple[Outcome, ...] = ("no_hire", "lower", "hire")


@dataclass(frozen=True)
class Vote:
    """One round that counts. `mark` is null without a grade; `high` is the upper end of its range.

    `levels` holds, for each criterion, the lowest level that an answer of the round was given.
    """

    round_id: str
    mark: int | None
    high: int = 0
    fatal: bool = False
    levels: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Ruling:
    """What the rules give. `best` and `worst` differ only where nothing is decided."""

    outcome: Outcome
    best: Outcome
    worst: Outcome


def decide(votes: Sequence[Vote], softer: frozenset[str] | None) -> Ruling:
    """The decision over all votes. `softer`: criteria of which the next level down asks less for a 3.

    None means that there is no level below.
    """
    best = settle([_with_mark(vote, TOP) for vote in votes], softer)
    worst = settle([_with_mark(vote, 1) for vote in votes], softer)
    return Ruling(best if best == worst else "undecided", best, worst)


def settle(votes: Sequence[Vote], softer: frozenset[str] | None) -> Outcome:
    """The decision where every vote has a mark."""
    if any(vote.fatal or _mark(vote) <= 1 for vote in votes):
        return "no_hire"
    weak = [vote for vote in votes if _mark(vote) < YES]
    if not weak:
        return "hire"
    if softer is None or len(weak) > allowed(len(votes)):
        return "no_hire"
    return "no_hire" if any(hurdle(vote, softer) for vote in weak) else "lower"


def allowed(rounds: int) -> int:
    """How many weak rounds a lower level can make up for."""
    return max(1, rounds // 3)


def hurdle(vote: Vote, softer: frozenset[str]) -> tuple[Hurdle, str] | None:
    """Why a weak vote does not carry the level below, with the criterion, or None where it does."""
    for criterion, level in vote.levels.items():
        if level <= 1:
            return ("floor", criterion)
    if vote.high < YES:
        return ("far", "")
    for criterion, level in vote.levels.items():
        if level < YES and criterion not in softer:
            return ("same", criterion)
    return None


def raised(vote: Vote) -> Vote:
    """The same round at a lean yes without its fault: what it would have taken."""
    levels = {criterion: max(level, YES) for criterion, level in vote.levels.items()}
    return replace(vote, mark=max(vote.mark or YES, YES), high=TOP, fatal=False, levels=levels)


def _mark(vote: Vote) -> int:
    return vote.mark if vote.mark is not None else 1


def _with_mark(vote: Vote, mark: int) -> Vote:
    return vote if vote.mark is not None else replace(vote, mark=mark, high=mark)
