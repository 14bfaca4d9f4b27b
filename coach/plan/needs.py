"""What a plan is made from, as plain values that whoever composes the rooms fills in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from coach.schema.plan import MemoryCard
from coach.schema.question import Question

DEFAULT_HOURS = 5.0


@dataclass(frozen=True)
class Gap:
    """What is not known of an audited feature; `missing` names the blanks."""

    feature_id: int
    feature: str
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Weakness:
    """A criterion whose latest marks are low; `marks` are newest first."""

    criterion: str
    title: str
    marks: tuple[int, ...]
    passages: tuple[str, ...] = ()

    @property
    def mean(self) -> float:
        return sum(self.marks) / len(self.marks)


@dataclass(frozen=True)
class Needs:
    """Everything known of a candidate that bears on the plan. Empty means not known.

    `stories` counts finished stories, `story_kinds` names the kinds that the bank holds often enough;
    `passages` maps a passage's id to its title; `practised` maps a question's id to how often it was
    graded; `tasks_done` are names of tasks that an earlier plan saw done.
    """

    questions: dict[str, Question]
    passages: dict[str, str]
    interview: date | None = None
    hours: float | None = None
    companies: tuple[str, ...] = ()
    level: str | None = None
    audited: int = 0
    gaps: tuple[Gap, ...] = ()
    stories: int = 0
    story_kinds: frozenset[str] = frozenset()
    weak: tuple[Weakness, ...] = ()
    practised: dict[str, int] = field(default_factory=dict)
    cards: dict[str, MemoryCard] = field(default_factory=dict)
    tasks_done: frozenset[str] = frozenset()
