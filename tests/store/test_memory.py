"""An attempt is reviewed once, whoever looks first; a deleted one is taken back."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from threading import Barrier, Thread

import pytest

from coach.errors import StoreError
from coach.plan.memory import learn
from coach.schema.grade import Grade, GraderId, Verdict
from coach.schema.question import Question
from coach.store.database import Database
from coach.store.memory import Memory
from coach.store.records import Setup
from coach.store.sessions import Sessions

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
LEARN = partial(learn, zone=UTC)
FRAUD = Question(id="fraud", text="Design it.", round="debugging", criteria=("ownership",))


def graded(overall: int, **levels: int) -> Grade:
    return Grade(
        status="graded",
        overall=overall,
        range=(overall, overall),
        criteria=tuple(Verdict(id=name, status="graded", score=level) for name, level in levels.items()),
        grader=GraderId(kind="local", model="m", prompt="p", rubric="r", guides="g"),
    )


def ungraded() -> Grade:
    return graded(1).model_copy(update={"status": "ungraded", "overall": None, "range": None})


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(tmp_path / "coach.db", clock=lambda: NOW)


def attempt(database: Database, *grades: Grade, question: Question = FRAUD) -> int:
    sessions = Sessions(database)
    attempt_id = sessions.open_attempt(sessions.start(Setup()), question)
    for grade in grades:
        sessions.add_grade(attempt_id, grade)
    return attempt_id


def test_each_attempt_is_reviewed_once(database: Database) -> None:
    memory = Memory(database)
    assert not memory.absorb(LEARN)
    attempt(database, graded(2, ownership=1))
    assert memory.absorb(LEARN)
    assert not memory.absorb(LEARN)
    cards = memory.cards()
    assert {name: (card.times, card.mark) for name, card in cards.items()} == {
        "question:fraud": (1, 2),
        "criterion:ownership": (1, 1),
    }
    assert memory.answered() == 1
    attempt(database, graded(4))
    memory.absorb(LEARN)
    assert memory.recent_marks("question:fraud", 3) == [4, 2]
    assert memory.recent_marks("question:fraud", 1) == [4]


def test_an_answer_without_a_mark_is_no_review_until_it_has_one(database: Database) -> None:
    memory = Memory(database)
    attempt_id = attempt(database, ungraded())
    assert not memory.absorb(LEARN)
    Sessions(database).add_grade(attempt_id, graded(3))
    assert memory.absorb(LEARN)
    assert memory.cards()["question:fraud"].mark == 3


def test_two_programs_that_look_at_once_review_once(tmp_path: Path) -> None:
    path = tmp_path / "coach.db"
    with Database(path) as first:
        for mark in (1, 2, 3, 4) * 5:
            attempt(first, graded(mark, ownership=mark))
    ready = Barrier(2)
    failures: list[StoreError] = []

    def look() -> None:
        with Database(path) as database:
            ready.wait()
            try:
                Memory(database).absorb(LEARN)
            except StoreError as error:
                failures.append(error)

    threads = [Thread(target=look) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with Database(path) as database:
        assert Memory(database).cards()["question:fraud"].times == 20


def test_a_deleted_attempt_is_forgotten(database: Database) -> None:
    memory = Memory(database)
    first = attempt(database, graded(1))
    attempt(database, graded(4))
    memory.absorb(LEARN)
    with database.write() as connection:
        connection.execute("DELETE FROM attempts WHERE id = ?", (first,))
    assert memory.absorb(LEARN)
    card = memory.cards()["question:fraud"]
    assert (card.times, card.mark) == (1, 4)
    with database.write() as connection:
        connection.execute("DELETE FROM attempts")
    memory.absorb(LEARN)
    assert memory.cards() == {}


def test_due_questions_come_weakest_first_and_without_exercises_or_questions_of_ones_own(
    database: Database,
) -> None:
    memory = Memory(database)
    attempt(database, graded(2))
    attempt(database, graded(1), question=FRAUD.model_copy(update={"id": "worse"}))
    attempt(database, graded(4), question=FRAUD.model_copy(update={"id": "known"}))
    attempt(database, graded(1), question=FRAUD.model_copy(update={"id": "drill-code-x"}))
    attempt(database, graded(1), question=Question(id="own", text="Mine?"))
    memory.absorb(LEARN)
    assert memory.due("2026-11-21", "drill-") == []
    assert memory.due("2026-11-22", "drill-") == ["worse", "fraud"]
