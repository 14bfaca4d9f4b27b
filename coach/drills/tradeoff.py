"""Trade-off language: whether a wish was turned into figures, means, a price and a condition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from coach.drills.content import Content
from coach.drills.drill import SignsAlone, Step, asked_in, make_question, nudge
from coach.drills.hold import Hold
from coach.drills.report import Check, Report, look
from coach.guides.exercises import DrillKind, VagueWish, WishFile
from coach.schema.answer import Answer
from coach.schema.question import Question

STEPS = 2
TRADEOFF = "tradeoff_articulation"
# Signs without which a wish is not yet a trade-off.
FIGURE, PRICE, FLIP = "quantity", "price", "flip"


@dataclass(frozen=True)
class TradeoffDrill(SignsAlone):
    """Implements Drill."""

    exercise: VagueWish
    file: WishFile
    kind: DrillKind = "tradeoff"
    steps: int = STEPS

    @cached_property
    def question(self) -> Question:
        wish = self.exercise
        return make_question(
            self.kind, wish, f'The wish: "{wish.wish}"\nThe product: {wish.setting}\n\n{self.file.task}'
        )

    @property
    def case(self) -> str:
        wish = self.exercise
        return f"{wish.title}. {wish.wish} {wish.setting} {wish.also}"

    def next_step(self, answer: Answer) -> Step | None:
        """Ask for the first sign that is not seen."""
        asked = asked_in(answer)
        steps = (
            nudge(check.id, self.file.nudges, asked, self.exercise.criteria[0])
            for check in self.check(answer).missing
        )
        return next((step for step in steps if step), None)

    def check(self, answer: Answer) -> Report:
        checks = tuple(look(sign, answer.parts()) for sign in self.file.signs)
        return Report(kind=self.kind, name=self.exercise.id, checks=checks)

    def holds(self, answer: Answer, content: Mapping[str, Content]) -> tuple[Hold, ...]:
        """Without a figure, or without price and turning point, it is still a wish."""
        missing = {check.id: check for check in self.check(answer).missing}
        gone = [missing[name] for name in (PRICE, FLIP) if name in missing]
        holds = [self._hold(2, missing[FIGURE])] if FIGURE in missing else []
        if len(gone) == 2:
            both = f"it says neither {gone[0].text} nor {gone[1].text}."
            holds.append(Hold(most=2, why=both, advice=self.file.nudges.get(PRICE, "")))
        return (*holds, *(self._hold(3, check, criterion=TRADEOFF) for check in gone))

    def _hold(self, most: int, check: Check, criterion: str | None = None) -> Hold:
        why = f"{check.text} was not found in it."
        return Hold(most=most, why=why, advice=self.file.nudges.get(check.id, check.why), criterion=criterion)
