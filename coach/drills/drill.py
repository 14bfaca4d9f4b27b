"""What every exercise is to its host: a question, steps that follow the answer, and a report by rule.

Each kind is a module beside this one; none of them asks a model or shows anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from coach.drills.content import Content
from coach.drills.hold import Hold
from coach.drills.report import Check, Choice, Report
from coach.guides.exercises import DrillKind, Exercise
from coach.schema.answer import Answer
from coach.schema.base import Frozen
from coach.schema.question import Angle, Question

PREFIX = "drill"
SEEN, NOT_SEEN = "seen", "not_seen"
Labels = Mapping[str, Choice]


class Step(Frozen):
    """What is asked after an answer; `criterion` is what it presses on."""

    text: str
    criterion: str


class Item(Frozen):
    """One thing that a model may label; `nothing` is the label that needs no words of the candidate.

    `turns` are the turns that it may quote from; none means any.
    """

    id: str
    text: str
    labels: tuple[str, ...]
    nothing: str
    turns: tuple[int | None, ...] = ()


class Drill(Protocol):
    """One exercise, ready to be put."""

    @property
    def kind(self) -> DrillKind: ...

    @property
    def exercise(self) -> Exercise: ...

    @property
    def question(self) -> Question: ...

    @property
    def case(self) -> str:
        """What the exercise is about, without what is asked; "" where only the candidate knows it."""
        ...

    @property
    def steps(self) -> int:
        """The most steps that follow the first answer."""
        ...

    def next_step(self, answer: Answer) -> Step | None:
        """What to ask after `answer`, or None where nothing is left."""
        ...

    def check(self, answer: Answer) -> Report:
        """What the rules saw."""
        ...

    def items(self, answer: Answer) -> tuple[Item, ...]:
        """What a model may look at again."""
        ...

    def relabel(self, report: Report, labels: Labels) -> Report:
        """The report with a model's labels in place of the rules' where there are any."""
        ...

    def holds(self, answer: Answer, content: Mapping[str, Content]) -> tuple[Hold, ...]:
        """What holds the mark of `answer` down; `content` is what was found of each criterion in it."""
        ...


class _Checks(Protocol):
    def check(self, answer: Answer) -> Report: ...


class SignsAlone:
    """The items and labels of a drill whose report is signs and nothing else."""

    def items(self: _Checks, answer: Answer) -> tuple[Item, ...]:
        """Every sign."""
        return sign_items(self.check(answer).checks)

    def relabel(self, report: Report, labels: Labels) -> Report:
        """The report with a model's labels where there are any."""
        return report.model_copy(update={"checks": relabelled(report.checks, labels)})


def make_question(
    kind: DrillKind, exercise: Exercise, text: str, *, angles: tuple[Angle, ...] = ()
) -> Question:
    """The exercise as a question that graders and the history know how to treat."""
    return Question(
        id=f"{PREFIX}-{kind}-{exercise.id}",
        text=text,
        round=exercise.round,
        criteria=exercise.criteria,
        angles=angles,
        passages=exercise.passages,
        source="drill",
    )


def name_of(question_id: str, kind: DrillKind) -> str | None:
    """The exercise's name in a question's id, or None for another kind's question."""
    head = f"{PREFIX}-{kind}-"
    return question_id.removeprefix(head) if question_id.startswith(head) else None


def nudge(missing: str, nudges: dict[str, str], asked: tuple[str, ...], criterion: str) -> Step | None:
    """The step that asks for something missing, unless it was asked."""
    text = nudges.get(missing)
    return Step(text=text, criterion=criterion) if text and text not in asked else None


def sign_items(checks: Iterable[Check], turns: tuple[int | None, ...] = ()) -> tuple[Item, ...]:
    """Each check as an item."""
    return tuple(
        Item(id=check.id, text=check.text, labels=(SEEN, NOT_SEEN), nothing=NOT_SEEN, turns=turns)
        for check in checks
    )


def relabelled(checks: Iterable[Check], labels: Labels) -> tuple[Check, ...]:
    """The checks as labels see them; one without a label stays as it is."""
    return tuple(
        check.model_copy(update={"seen": label.label == SEEN, "evidence": label.evidence, "by": label.by})
        if (label := labels.get(check.id))
        else check
        for check in checks
    )


def asked_in(answer: Answer) -> tuple[str, ...]:
    """The interviewer's turns so far."""
    return tuple(turn.text for turn in answer.turns if turn.role == "interviewer")
