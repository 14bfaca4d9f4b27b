"""Artifacts: what a written document of a known form holds. Reads no file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from coach.drills.content import Content
from coach.drills.drill import SignsAlone, Step, make_question
from coach.drills.hold import Hold
from coach.drills.report import Report, look
from coach.guides.exercises import Brief, BriefFile, DrillKind
from coach.schema.answer import Answer
from coach.schema.question import Question

# Shares of a form's parts below which a document is no yes, and no clear one.
HALF, MOST_PARTS = 0.5, 0.7


@dataclass(frozen=True)
class ArtifactDrill(SignsAlone):
    """Implements Drill; nothing follows the document."""

    exercise: Brief
    file: BriefFile
    kind: DrillKind = "artifact"
    steps: int = 0

    @cached_property
    def question(self) -> Question:
        fewest, most = self.exercise.words
        length = f"{fewest} to {most} words suit it."
        return make_question(self.kind, self.exercise, f"{self.exercise.brief}\n\n{self.file.task} {length}")

    @property
    def case(self) -> str:
        return f"{self.exercise.title}. {self.exercise.brief} {self.exercise.also}"

    def next_step(self, answer: Answer) -> Step | None:
        return None

    def check(self, answer: Answer) -> Report:
        parts = answer.parts()
        signs = (*self.file.forms[self.exercise.form], *self.exercise.signs)
        fewest, most = self.exercise.words
        words = len(answer.said().split())
        notes = () if fewest <= words <= most else (f"{words} words; {fewest} to {most} suit this form.",)
        return Report(
            kind=self.kind,
            name=self.exercise.id,
            checks=tuple(look(sign, parts) for sign in signs),
            notes=notes,
        )

    def holds(self, answer: Answer, content: Mapping[str, Content]) -> tuple[Hold, ...]:
        """A document with less than half of its parts, or only some of them, is not one to hand in."""
        checks = self.check(answer).checks
        missing = [check for check in checks if not check.seen]
        share = 1 - len(missing) / len(checks)
        if share >= MOST_PARTS:
            return ()
        wanting = "; ".join(check.text for check in missing[:3])
        why = f"parts of this form were not found: {wanting}."
        return (Hold(most=2 if share < HALF else 3, why=why, advice=missing[0].why),)
