"""Makes a plan: the form for its length, laid over the days, filled with what the candidate needs most."""

from __future__ import annotations

from datetime import date

from coach.plan.basis import say_basis
from coach.plan.days import length
from coach.plan.draft import Draft, Span
from coach.plan.needs import DEFAULT_HOURS, Needs
from coach.plan.stock import Wanted
from coach.plan.template import Template
from coach.schema.plan import Plan, PlanItem, PlanPhase


def make_plan(
    plan_id: str, needs: Needs, template: Template, span: Span, made_at: str, hours: float | None = None
) -> tuple[Plan, tuple[PlanItem, ...]]:
    """A plan over these days and its items, numbered in the order of the days.

    The same arguments give the same plan. Raises UsageError where no form is that long.
    """
    form = template.form(span.days)
    weekly = hours or needs.hours or DEFAULT_HOURS
    draft = Draft(needs, template, form, span, weekly)
    draft.fill()
    plan = Plan(
        id=plan_id,
        form=form.id,
        title=f"Preparation plan, {length(span.days)}",
        made_at=made_at,
        first=span.first,
        last=span.last,
        hours=weekly,
        interview=needs.interview,
        phases=tuple(
            PlanPhase(
                title=phase.title, why=phase.why, passage=phase.passage, first=part.first, last=part.last
            )
            for phase, part in draft.parts
        ),
        basis=say_basis(needs, form, weekly, hours is not None),
        left_out=tuple(wanted.name for wanted in draft.left_out()),
    )
    return plan, tuple(
        _item(number, wanted, day, phase, made_at)
        for number, (day, phase, wanted) in enumerate(draft.placed, start=1)
    )


def _item(number: int, wanted: Wanted, day: date, phase: str, made_at: str) -> PlanItem:
    return PlanItem(
        number=number,
        task=wanted.task,
        kind=wanted.kind,
        title=wanted.title,
        subject=wanted.subject,
        why=wanted.why,
        command=wanted.command,
        passage=wanted.passage,
        minutes=wanted.minutes,
        weight=wanted.weight,
        phase=phase,
        wanted=day,
        day=day,
        planned_at=made_at,
    )
