"""What a grade credits to words said unprompted, and what only to words that came after a follow-up."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from rich.console import RenderableType

from coach.report.lines import heading, indent, labelled
from coach.schema.grade import Grade, Verdict

Credit = Literal["unprompted", "prompted", "both"]

_LABELS: dict[Credit, str] = {
    "unprompted": "Unprompted",
    "prompted": "Only after a follow-up",
    "both": "Begun unprompted, carried on after a follow-up",
}


def credit_of(verdict: Verdict) -> Credit | None:
    """Where the quotes that carry a level above the lowest were said; None where none does.

    Turns alternate and the candidate opens: turn 0, or an answer of one text, is unprompted.
    """
    if (verdict.score or 0) < 2:
        return None
    prompted = {bool(piece.turn) for piece in verdict.evidence if piece.found}
    if not prompted:
        return None
    if len(prompted) == 2:
        return "both"
    return "prompted" if prompted.pop() else "unprompted"


def had_follow_ups(grade: Grade) -> bool:
    """True where the graded answer was a conversation: its quotes name their turns."""
    return any(piece.turn is not None for item in grade.criteria for piece in item.evidence if piece.found)


def render_credit(grade: Grade, title: dict[str, str]) -> list[RenderableType]:
    """A short section that sets the two apart; nothing for an answer without follow-ups."""
    if not had_follow_ups(grade):
        return []
    rows = list(_rows(grade, title))
    return [heading("What you said unprompted, and what had to be asked for"), indent(*rows)] if rows else []


def _rows(grade: Grade, title: dict[str, str]) -> Iterable[RenderableType]:
    for credit, label in _LABELS.items():
        names = [title.get(item.id, item.id) for item in grade.criteria if credit_of(item) == credit]
        if names:
            yield labelled(label, ", ".join(names))
