"""Says the next best thing to do, from what is known. Pure: whoever composes the rooms gathers the facts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from coach.plan.days import short_day
from coach.plan.wording import shorten
from coach.schema.plan import PlanItem


@dataclass(frozen=True)
class Facts:
    """What bears on the next step. `due` names questions that are due, weakest first."""

    has_plan: bool = False
    plan_ended: bool = False
    unfinished: str | None = None
    answered: int = 0
    has_date: bool = False
    today: Sequence[PlanItem] = ()
    ahead: Sequence[PlanItem] = ()
    due: Sequence[str] = ()


@dataclass(frozen=True)
class Step:
    command: str
    why: str


def next_step(facts: Facts) -> Step:
    """The one thing to do now."""
    if facts.unfinished:
        return Step("coach practice --continue", f"an answer is open: {shorten(facts.unfinished)}")
    if not facts.answered and not facts.has_plan:
        return Step(
            "coach practice", "answer one question and see how it is graded; no key, no network needed"
        )
    open_today = [item for item in facts.today if item.state == "open"]
    if open_today:
        first = min(open_today, key=lambda item: (-item.weight, item.number))
        return Step(_command(first), f"{first.title} ({first.minutes} min)")
    if not facts.has_plan or facts.plan_ended:
        return _without_plan(facts)
    if facts.due:
        return Step(
            f"coach practice --question {facts.due[0]}", "today's items are done; this question is due"
        )
    if facts.ahead:
        first = facts.ahead[0]
        return Step(
            _command(first),
            f"next in the plan, {short_day(first.day)}: {first.title}",
        )
    return Step("coach practice", "everything planned is done; one more question never hurts")


def _command(item: PlanItem) -> str:
    return item.command or f"coach plan read {item.number}"


def _without_plan(facts: Facts) -> Step:
    if facts.plan_ended:
        return Step("coach plan make", "the plan has ended; make the next one")
    if not facts.has_date:
        return Step(
            "coach profile set --interview-date YYYY-MM-DD --hours-a-week 5",
            "then `coach plan make` plans the days until the interview (without a date: thirty days)",
        )
    return Step("coach plan make", "it plans the days until your interview, from your marks so far")
