"""Trade-off language: whether a wish was turned into figures, means, a price and a condition."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from coach.drills.drill import Item, Labels, Step, asked_in, make_question, nudge, relabelled, sign_items
from coach.drills.report import Report, look
from coach.guides.exercises import DrillKind, VagueWish, WishFile
from coach.schema.answer import Answer
from coach.schema.question import Question

STEPS = 2


@dataclass(frozen=True)
class TradeoffDrill:
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

    def items(self, answer: Answer) -> tuple[Item, ...]:
        return sign_items(self.check(answer).checks)

    def relabel(self, report: Report, labels: Labels) -> Report:
        return report.model_copy(update={"checks": relabelled(report.checks, labels)})
