"""An interviewer's way of pressing: which criterion first, and whether to stay with it. Words no question."""

from __future__ import annotations

from dataclasses import dataclass, fields

from coach.interview.follow_up import FollowUp, Interviewer, View
from coach.schema.loop import RoundPlan
from coach.schema.rubric import Criterion

# How often an interviewer that stays presses on one criterion, and the level at which it is answered.
STAYS_FOR = 3
ANSWERED = 4


@dataclass(frozen=True)
class StyledView(View):
    """A view in which criteria come in the order of one interviewer's style."""

    core: frozenset[str] = frozenset()
    stays: bool = False

    def by_weakness(self) -> list[Criterion]:
        """Those that this interviewer cares about first, while nobody has pressed on them; then as usual.

        One that stays comes back to what it pressed on last, until that is answered.
        """
        return sorted(super().by_weakness(), key=self._turn)

    def turn_of(self, criterion: Criterion) -> int:
        return 10 * self._turn(criterion) + super().turn_of(criterion)

    def _turn(self, criterion: Criterion) -> int:
        pressed = self.pressed
        if self.stays and pressed and pressed[-1] == criterion.id:
            level = next((item.score for item in self.look.criteria if item.id == criterion.id), None)
            if (level or 0) < ANSWERED and pressed.count(criterion.id) < STAYS_FOR:
                return 0
        return 1 if criterion.id in self.core and criterion.id not in pressed else 2


class StyledInterviewer:
    """Implements Interviewer: lets `inner` word the follow-up and chooses what it presses on."""

    def __init__(self, inner: Interviewer, plan: RoundPlan) -> None:
        self._inner = inner
        self._plan = plan

    async def follow_up(self, view: View) -> FollowUp | None:
        style = self._plan.style
        known = {field.name: getattr(view, field.name) for field in fields(View)}
        return await self._inner.follow_up(
            StyledView(**{**known, "leads": style.leads}, core=self._plan.core, stays=style.stays)
        )
