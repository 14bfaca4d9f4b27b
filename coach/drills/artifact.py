"""Artifacts: what a written document of a known form holds. Reads no file."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from coach.drills.drill import Item, Labels, Step, make_question, relabelled, sign_items
from coach.drills.report import Report, look
from coach.guides.exercises import Brief, BriefFile, DrillKind
from coach.schema.answer import Answer
from coach.schema.question import Question


@dataclass(frozen=True)
class ArtifactDrill:
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

    def items(self, answer: Answer) -> tuple[Item, ...]:
        return sign_items(self.check(answer).checks)

    def relabel(self, report: Report, labels: Labels) -> Report:
        return report.model_copy(update={"checks": relabelled(report.checks, labels)})
