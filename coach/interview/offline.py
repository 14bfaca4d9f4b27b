"""The interviewer that needs no model: presses the weakest criterion with one of the question's angles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from coach.interview.check import faults
from coach.interview.follow_up import FollowUp, View
from coach.interview.quote import pick
from coach.interview.words import stems
from coach.schema.rubric import Criterion

SLOT = "{quote}"
# Weight of the stems that a clause shares with the angle: one that is the criterion's alone, and more.
GOOD_FIT = 1.5


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
    """Angles on one criterion, filled: first those that words of the candidate fit well.

    Then those that press on what was left out, then the rest.
    """
    angles = [angle.text for angle in view.task.question.angles if angle.criterion == criterion.id]
    weights = view.weights(criterion)
    filled = [item for text in angles if SLOT in text and (item := _fill(view, text, weights)) is not None]
    yield from (text for text, weight in filled if weight >= GOOD_FIT)
    said = stems(view.task.answer.said())
    plain = [text for text in angles if SLOT not in text]
    # What shares least with the answer is what was left out.
    yield from sorted(plain, key=lambda text: len(stems(text) & said) / max(1, len(stems(text))))
    yield from (text for text, weight in filled if weight < GOOD_FIT)


def _fill(view: View, angle: str, weights: Mapping[str, float]) -> tuple[str, float] | None:
    """The angle around a clause of the candidate, and how well the two fit; None without a clause."""
    # Words of the angle itself tie the clause to this very question.
    aim = {**weights, **dict.fromkeys(stems(angle.replace(SLOT, " ")), 1.0)}
    picked = pick(view.task.answer.said(), aim, aimed=view.aimed, used=view.earlier)
    return None if picked is None else (angle.replace(SLOT, picked[0]), picked[1])
