"""Keeps a plan up with what happened: ticks, reviews and weak criteria when due, missed days carried over."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from coach.plan.carry import carry_over
from coach.plan.follow import follow_criteria, follow_questions
from coach.plan.ticks import Deed, tick
from coach.schema.plan import MemoryCard, Plan, PlanItem
from coach.schema.question import Question


@dataclass(frozen=True)
class KeptUp:
    """All items as they are now, and what was done to the plan, in sentences."""

    items: tuple[PlanItem, ...]
    notes: tuple[str, ...] = ()

    def changed(self, before: Iterable[PlanItem]) -> list[PlanItem]:
        known = {item.number: item for item in before}
        return [item for item in self.items if known.get(item.number) != item]


@dataclass(frozen=True)
class Knowledge:
    """The corpus's questions by id, and the titles of its criteria."""

    questions: Mapping[str, Question]
    criteria: Mapping[str, str]


def keep_up(
    plan: Plan,
    items: Sequence[PlanItem],
    *,
    today: date,
    now: str,
    deeds: Iterable[Deed],
    cards: dict[str, MemoryCard],
    knowledge: Callable[[], Knowledge],
    fresh: bool,
) -> KeptUp:
    """The plan's items as of today. Doing it twice changes nothing more.

    `fresh` says that marks were given since the plan last changed: only then is `knowledge` asked for.
    """
    kept = tick(items, deeds)
    if today > plan.last:
        return KeptUp(kept)
    notes: list[str] = []
    if fresh:
        known = knowledge()
        kept, notes = follow_questions(plan, kept, cards, today, now, known.questions)
        kept, more = follow_criteria(plan, kept, cards, today, known.questions, known.criteria)
        notes += more
    if any(item.state == "open" and item.day < today for item in kept):
        kept, more = carry_over(plan, kept, today, now)
        notes += more
    return KeptUp(kept, tuple(notes))
