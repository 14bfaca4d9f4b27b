"""AI-native or AI-enabled: which way the answers about a portfolio item lean, by their words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from coach.drills.content import Content
from coach.drills.drill import Item, Labels, Step, asked_in, make_question
from coach.drills.hold import Hold
from coach.drills.report import Choice, Report, first_words
from coach.guides.exercises import DrillKind, Exercise, NativeFile, NativeQuestion
from coach.schema.answer import Answer
from coach.schema.question import Question

STEPS = 7
Outcome = Literal["native", "enabled", "mixed", "unclear"]
NATIVE: Literal["native"] = "native"
ENABLED: Literal["enabled"] = "enabled"
UNCLEAR: Literal["unclear"] = "unclear"
BOTH = "both"
# Decided questions must weigh this much before anything is said, and lean this far for a clear verdict.
ENOUGH = 5
CLEAR = 0.4


@dataclass(frozen=True)
class NativeDrill:
    """Implements Drill: a description first, then the questions that it leaves open, weightiest first."""

    exercise: Exercise
    file: NativeFile
    kind: DrillKind = "native"
    steps: int = STEPS

    @cached_property
    def question(self) -> Question:
        return make_question(self.kind, self.exercise, self.file.task)

    @property
    def case(self) -> str:
        return ""

    def next_step(self, answer: Answer) -> Step | None:
        asked = asked_in(answer)
        if len(asked) >= self.steps:
            return None
        left = [question for question in self.file.questions if question.text not in asked]
        left.sort(key=lambda question: -question.weight)
        if not left:
            return None
        criterion = left[0].criterion
        own = self.exercise.criteria
        return Step(text=left[0].text, criterion=criterion if criterion in own else own[0])

    def check(self, answer: Answer) -> Report:
        answered = _answers(answer)
        return self.conclude(
            tuple(
                _lean(question, answered[question.text])
                for question in self.file.questions
                if question.text in answered
            )
        )

    def conclude(self, choices: tuple[Choice, ...]) -> Report:
        """The report for leanings, whoever read them out of the answers."""
        known = {question.id: question for question in self.file.questions}
        outcome = weigh([(choice.label, known[choice.id].weight) for choice in choices])
        if outcome == NATIVE and any(c.id == "take-it-away" and c.label == ENABLED for c in choices):
            outcome = "mixed"
        return Report(
            kind=self.kind,
            name=self.exercise.id,
            choices=choices,
            verdict=self.file.verdicts[outcome],
            key=tuple((known[choice.id].text, known[choice.id].why) for choice in choices),
        )

    def relabel(self, report: Report, labels: Labels) -> Report:
        return self.conclude(tuple(labels.get(choice.id, choice) for choice in report.choices))

    def items(self, answer: Answer) -> tuple[Item, ...]:
        """The leaning of every answered question, for a model to judge."""
        answered = _answers(answer)
        return tuple(
            Item(
                id=question.id,
                text=f'Which way the answer to "{question.text}" leans',
                labels=(NATIVE, ENABLED, UNCLEAR),
                nothing=UNCLEAR,
                turns=(answered[question.text][0],),
            )
            for question in self.file.questions
            if question.text in answered
        )

    def holds(self, answer: Answer, content: Mapping[str, Content]) -> tuple[Hold, ...]:
        """A walk whose answers say nothing either way has shown nothing."""
        report = self.check(answer)
        if report.verdict != self.file.verdicts[UNCLEAR]:
            return ()
        return (Hold(most=2, why="your answers do not show what the model is to the product."),)


def weigh(leanings: list[tuple[str, int]]) -> Outcome:
    """native, enabled, mixed or unclear, from (leaning, weight) of each answered question."""
    decided = [(label, weight) for label, weight in leanings if label in (NATIVE, ENABLED)]
    total = sum(weight for _, weight in decided)
    if total < ENOUGH:
        return UNCLEAR
    lean = sum(weight if label == NATIVE else -weight for label, weight in decided) / total
    if abs(lean) < CLEAR:
        return "mixed"
    return NATIVE if lean > 0 else ENABLED


def _lean(question: NativeQuestion, part: tuple[int | None, str]) -> Choice:
    native, enabled = first_words(question.native, [part]), first_words(question.enabled, [part])
    evidence = tuple(words for words in (native, enabled) if words)
    if native and enabled:
        # One sentence that matches both sides says nothing either way.
        label = UNCLEAR if native == enabled else BOTH
    else:
        label = NATIVE if native else ENABLED if enabled else UNCLEAR
    return Choice(id=question.id, label=label, evidence=evidence if label != UNCLEAR else ())


def _answers(answer: Answer) -> dict[str, tuple[int | None, str]]:
    """The answer to each question that was asked: (turn, text) by the question's text."""
    found: dict[str, tuple[int | None, str]] = {}
    for place, turn in enumerate(answer.turns[1:], start=1):
        before = answer.turns[place - 1]
        if turn.role == "candidate" and before.role == "interviewer" and turn.text.strip():
            found[before.text] = (place, turn.text)
    return found
