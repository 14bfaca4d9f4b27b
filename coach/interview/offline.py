"""The interviewer that needs no model: presses the weakest criterion with one of the question's angles."""

from __future__ import annotations

from collections.abc import Iterator

from coach.interview.check import faults
from coach.interview.follow_up import FollowUp, View
from coach.interview.quote import pick
from coach.schema.question import Angle
from coach.schema.rubric import Criterion

SLOT = "{quote}"


class OfflineInterviewer:
    """Implements Interviewer over the angles in the corpus and the candidate's own words."""

    async def follow_up(self, view: View) -> FollowUp | None:
        return press(view)


def press(view: View) -> FollowUp | None:
    """The first angle on the weakest criterion that passes its check; None when all are spent."""
    for criterion in view.by_weakness():
        basis = view.basis(criterion)
        for text in _worded(view, criterion):
            if not faults(text, basis):
                return FollowUp(text=text, criterion=criterion.id, author="local")
    return None


def _worded(view: View, criterion: Criterion) -> Iterator[str]:
    """Angles on one criterion: those tied to the candidate's words first, if any words fit."""
    angles = [angle for angle in view.task.question.angles if angle.criterion == criterion.id]
    for angle in sorted(angles, key=lambda angle: SLOT not in angle.text):
        text = _fill(view, criterion, angle)
        if text is not None:
            yield text


def _fill(view: View, criterion: Criterion, angle: Angle) -> str | None:
    if SLOT not in angle.text:
        return angle.text
    topic = f"{view.vocabulary(criterion)}\n{angle.text}"
    quote = pick(view.task.answer.said(), topic, aimed=view.aimed, used=view.earlier)
    return None if quote is None else angle.text.replace(SLOT, quote)
