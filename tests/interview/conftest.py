"""A small rubric, a question with angles, a grader whose marks the test sets, and a desk."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from coach.guides.corpus import Corpus, load_corpus
from coach.interview.offline import OfflineInterviewer
from coach.interview.session import Desk
from coach.resources import corpus_dir
from coach.schema.answer import Answer
from coach.schema.grade import Grade, GraderId, GradeTask, Verdict
from coach.schema.question import Angle, Question
from coach.schema.rubric import Criterion
from coach.store.database import Database
from coach.store.history import History
from coach.store.sessions import Sessions

CRITERIA = {
    "metrics": Criterion(
        id="metrics",
        title="Metrics",
        asks="Do the metrics fit the cost of each error?",
        bad=("We will track accuracy.",),
        good=("We take precision over recall, because each false block loses a sale and a customer.",),
    ),
    "ownership": Criterion(
        id="ownership",
        title="Ownership",
        asks="Does the candidate make the decision and defend it?",
        bad=("I would leave the decision to the engineers.",),
        good=("I decided to delay the launch by two weeks and told the director why.",),
    ),
    "latency": Criterion(
        id="latency",
        title="Latency and cost",
        asks="Are latency and cost reckoned with?",
        bad=("We use the largest model for every request.",),
        good=("Easy intents go to a small model under 200 ms; the rest escalate at 3 cents each.",),
    ),
}
QUESTION = Question(
    id="fraud",
    text="Design a fraud model for card payments. Where would you start?",
    round="ml_system_design",
    criteria=tuple(CRITERIA),
    angles=(
        Angle(criterion="metrics", text="Which error costs the shop more, and how would you count it?"),
        Angle(criterion="metrics", text='You said "{quote}". What would that number hide?'),
        Angle(criterion="ownership", text="Who decides that the model goes live?"),
        Angle(
            criterion="ownership", text='You said "{quote}". Would you still choose that after a bad month?'
        ),
        Angle(criterion="latency", text="What happens to a payment while the model is slow?"),
    ),
)


def task_of(question: Question, answer: Answer) -> GradeTask:
    return GradeTask(question=question, criteria=tuple(CRITERIA[i] for i in question.criteria), answer=answer)


def grade_with(marks: Mapping[str, int | None]) -> Grade:
    verdicts = tuple(
        Verdict(id=name, status="ungraded" if mark is None else "graded", score=mark)
        for name, mark in marks.items()
    )
    known = [mark for mark in marks.values() if mark is not None]
    whole = len(known) == len(marks)
    return Grade(
        status="graded" if whole else "ungraded",
        overall=min(known) if whole else None,
        range=None,
        criteria=verdicts,
        grader=GraderId(kind="local", model="m", prompt="p", rubric="r", guides="g"),
    )


class SetGrader:
    """Gives the marks that the test set, and remembers what it was given."""

    def __init__(self, **marks: int | None) -> None:
        self.marks: dict[str, int | None] = {"metrics": 2, "ownership": 3, "latency": 3, **marks}
        self.tasks: list[GradeTask] = []

    async def grade(self, task: GradeTask) -> Grade:
        self.tasks.append(task)
        return grade_with(self.marks)


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(tmp_path / "coach.db")


@pytest.fixture
def grader() -> SetGrader:
    return SetGrader()


@pytest.fixture
def desk(database: Database, grader: SetGrader) -> Desk:
    return Desk(
        sessions=Sessions(database),
        history=History(database),
        task_of=task_of,
        quick=grader,
        grader=grader,
        interviewer=OfflineInterviewer(),
    )


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return load_corpus(corpus_dir())
