"""Which criterion the offline interviewer presses next. Words no question."""

from __future__ import annotations

import math

from coach.interview.follow_up import View
from coach.schema.pressing import Pressing
from coach.schema.rubric import Criterion

# In marks: how much weaker the last-named criterion of a question is than the first, whatever was said, and
# what each e-fold more of a criterion's own words adds. Chosen on dev and train answers by folds of
# questions, with an earlier fit of the reader; with the present one other values (0.35, 0.08) find 4 more of
# 210 of them and 3 fewer of the suite's 41 transcripts, which had been looked at.
PLACE, SPOKEN = 0.18, 0.1


def rank(view: View, pressing: Pressing) -> list[Criterion]:
    """The criteria in the order in which they deserve a follow-up.

    Those pressed on least come first; then the weakest by the mark before rounding, by their place in the
    question, and by how much the answer speaks of them. Without such marks the order is `by_weakness`.
    """
    usual = view.by_weakness()
    criteria = view.task.criteria
    if any(item.id not in view.leanings for item in criteria):
        return usual
    said = view.task.answer.said()
    last = max(1, len(criteria) - 1)

    def strength(place: int, criterion: Criterion) -> float:
        spoken = math.log1p(len(pressing.spoken(criterion.id, said)))
        return view.leanings[criterion.id] - PLACE * place / last + SPOKEN * spoken

    found = {item.id: strength(place, item) for place, item in enumerate(criteria)}
    return sorted(usual, key=lambda item: (view.turn_of(item), found[item.id]))
