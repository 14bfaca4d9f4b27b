"""Nouns of the preparation plan: the plan, its items, what is remembered of a question or criterion."""

from __future__ import annotations

from datetime import date
from typing import Literal

from coach.schema.base import Frozen

ItemKind = Literal[
    "practice",
    "review",
    "drill",
    "loop",
    "story",
    "audit",
    "gap",
    "reading",
    "ask",
    "writing",
    "portfolio",
    "mock",
    "history",
    "logistics",
]
State = Literal["open", "done", "dropped"]


class PlanItem(Frozen):
    """One thing to do on a day.

    `number` names it within its plan and never changes. `task` is what it was made from, the same in
    every plan. `subject` is what has to be done for it to tick off by itself (a question's id, a kind of
    drill). `wanted` is the day it was first planned for, `day` the one that it stands on now.
    `weight` is 3 for what must not be lost, 1 for what may go first. `closed_by` is `hand`, `plan`, or
    the deed that ticked it, such as `attempt:12`.
    """

    number: int
    task: str
    kind: ItemKind
    title: str
    subject: str = ""
    why: str = ""
    command: str = ""
    passage: str = ""
    minutes: int
    weight: int
    phase: str = ""
    wanted: date
    day: date
    planned_at: str
    state: State = "open"
    closed_by: str | None = None
    closed_at: str | None = None


class PlanPhase(Frozen):
    title: str
    why: str
    passage: str = ""
    first: date
    last: date


class Plan(Frozen):
    """A plan as it was made. Days are the user's own, `hours` are hours a week, `made_at` is UTC.

    `basis` says in sentences what it was made from; `left_out` names what the hours did not hold.
    """

    id: str
    form: str
    title: str
    made_at: str
    first: date
    last: date
    hours: float
    interview: date | None = None
    phases: tuple[PlanPhase, ...] = ()
    basis: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def minutes_a_day(self) -> float:
        return self.hours * 60 / 7


class MemoryCard(Frozen):
    """What is remembered of one question (`question:ID`) or criterion (`criterion:ID`).

    `stability` is in days; it and `due` are null for a criterion that was never weak. `times` counts
    reviews, `mark` is the last one, `last_at` its time in UTC and `last_day` its day for the user.
    """

    card: str
    times: int
    mark: int
    last_at: str
    last_day: date
    stability: float | None = None
    difficulty: float | None = None
    due: date | None = None


class Review(Frozen):
    """One mark for one card, from one graded attempt."""

    attempt_id: int
    card: str
    mark: int
    day: date
    at: str


class Marked(Frozen):
    """A graded attempt: its overall mark, and a level for each criterion that has one."""

    attempt_id: int
    question_id: str
    round: str | None
    overall: int
    criteria: dict[str, int]
    at: str
