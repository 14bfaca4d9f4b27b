"""Says what a plan was made from, in sentences that the candidate can check."""

from __future__ import annotations

from coach.plan.needs import DEFAULT_HOURS, Needs
from coach.plan.template import Form
from coach.plan.wording import shorten


def say_basis(needs: Needs, form: Form, hours: float, given: bool) -> tuple[str, ...]:
    """One sentence for each thing that shaped the plan, and for each that is not known."""
    return tuple(
        sentence
        for sentence in (
            _hours(needs, hours, given),
            _interview(needs),
            _companies(needs),
            _weak(needs),
            _audit(needs),
            f"Story bank: {needs.stories} of the {form.stories} stories that a plan of this length aims at.",
        )
        if sentence
    )


def _hours(needs: Needs, hours: float, given: bool) -> str:
    if given or needs.hours:
        return f"{hours:g} hours a week."
    return (
        f"{DEFAULT_HOURS:g} hours a week, since your profile does not say: coach profile set --hours-a-week."
    )


def _interview(needs: Needs) -> str:
    if needs.interview:
        return f"Interview on {needs.interview.isoformat()}."
    return "No interview date is known: coach profile set --interview-date."


def _companies(needs: Needs) -> str:
    named = shorten(", ".join(needs.companies), 120)
    return f"Target companies: {named}." if needs.companies else ""


def _weak(needs: Needs) -> str:
    if not needs.weak:
        return (
            "No weak criteria yet." if needs.practised else "No graded answers yet: the first days find out."
        )
    named = ", ".join(f"{item.title.lower()} ({item.mean:.1f})" for item in needs.weak[:4])
    return f"Weak criteria, by your last marks: {named}."


def _audit(needs: Needs) -> str:
    if not needs.audited:
        return "No AI feature audited so far: coach audit."
    if not needs.gaps:
        return f"Audit: {needs.audited} features, no blanks."
    return f"Audit: {needs.audited} features, blanks in {len(needs.gaps)} of them."
