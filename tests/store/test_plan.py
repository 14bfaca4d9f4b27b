"""Plans, items and cards are kept; an attempt is reviewed once, whoever looks first."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from threading import Barrier, Thread

import pytest

from coach.errors import StoreError
from coach.plan.memory import learn
from coach.schema.grade import Grade, GraderId, Verdict
from coach.schema.plan import Plan, PlanItem
from coach.schema.question import Question
from coach.store.database import Database
from coach.store.plan import Changes, Plans
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


def an_item(number: int, **fields: object) -> PlanItem:
    known: dict[str, object] = {
        "number": number,
        "task": f"t{number}",
        "kind": "story",
        "title": "T",
        "minutes": 15,
        "weight": 3,
        "wanted": NOW.date(),
        "day": NOW.date(),
        "planned_at": NOW.isoformat(),
    }
    return PlanItem.model_validate(known | fields)


def a_plan(name: str = "p1") -> Plan:
    day = date(2026, 11, 21)
    return Plan(id=name, form="f", title="T", made_at=NOW.isoformat(), first=day, last=day, hours=5)


def test_each_attempt_is_reviewed_once(database: Database) -> None:
    plans = Plans(database)
    assert not plans.absorb(LEARN)
    attempt(database, graded(2, ownership=1))
    assert plans.absorb(LEARN)
    assert not plans.absorb(LEARN)
    cards = plans.cards()
    assert {name: (card.times, card.mark) for name, card in cards.items()} == {
        "question:fraud": (1, 2),
        "criterion:ownership": (1, 1),
    }
    assert plans.answered() == 1
    assert plans.recent_marks(3) == {"question:fraud": [2], "criterion:ownership": [1]}


def test_an_answer_without_a_mark_is_no_review_until_it_has_one(database: Database) -> None:
    plans = Plans(database)
    attempt_id = attempt(database, ungraded())
    assert not plans.absorb(LEARN)
    Sessions(database).add_grade(attempt_id, graded(3))
    assert plans.absorb(LEARN)
    assert plans.cards()["question:fraud"].mark == 3


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
                Plans(database).absorb(LEARN)
            except StoreError as error:
                failures.append(error)

    threads = [Thread(target=look) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with Database(path) as database:
        assert Plans(database).cards()["question:fraud"].times == 20


def test_a_deleted_attempt_is_forgotten(database: Database) -> None:
    plans = Plans(database)
    first = attempt(database, graded(1))
    attempt(database, graded(4))
    plans.absorb(LEARN)
    with database.write() as connection:
        connection.execute("DELETE FROM attempts WHERE id = ?", (first,))
    assert plans.absorb(LEARN)
    card = plans.cards()["question:fraud"]
    assert (card.times, card.mark) == (1, 4)
    with database.write() as connection:
        connection.execute("DELETE FROM attempts")
    plans.absorb(LEARN)
    assert plans.cards() == {}


def test_the_latest_plan_is_current_and_its_items_come_by_day(database: Database) -> None:
    plans = Plans(database)
    assert plans.current() is None
    plans.keep(a_plan(), [an_item(1)])
    late = an_item(1, day=date(2026, 11, 25))
    plans.keep(a_plan("p2"), [late, an_item(2)])
    current = plans.current()
    assert current == a_plan("p2")
    assert [item.number for item in plans.items("p2")] == [2, 1]
    assert plans.items("p1") == (an_item(1),)


def test_changes_and_what_is_said_of_them_are_kept_together(database: Database) -> None:
    plans = Plans(database)
    plans.keep(a_plan(), [an_item(1), an_item(2)])
    done = an_item(1, state="done", closed_by="hand", closed_at=NOW.isoformat())
    plans.change("p1", lambda held: Changes([done, *held[1:]], "2026-11-21", ("One done.",)))
    assert plans.items("p1") == (done, an_item(2))
    assert plans.notes("p1", "2026-11-21") == ["One done."]
    assert plans.notes("p1", "2026-11-22") == []
    assert plans.tasks_done() == {"t1"}


def test_a_deed_cannot_tick_two_items_of_a_plan(database: Database) -> None:
    plans = Plans(database)
    plans.keep(a_plan(), [an_item(1, state="done", closed_by="story:4"), an_item(2)])
    with pytest.raises(StoreError):
        plans.change(
            "p1", lambda held: Changes([an_item(3, state="done", closed_by="story:4")], "2026-11-21")
        )
    assert len(plans.items("p1")) == 2
    by_hand = [an_item(n, state="done", closed_by="hand") for n in (2, 3)]
    plans.change("p1", lambda held: Changes(by_hand, "2026-11-21"))
    assert len(plans.items("p1")) == 3


def test_an_open_answer_is_found(database: Database) -> None:
    plans = Plans(database)
    assert plans.unfinished() is None
    attempt(database)
    assert plans.unfinished() == "Design it."
    attempt(database, graded(3))
    assert plans.unfinished() is None


def test_due_questions_come_weakest_first_and_without_exercises_or_questions_of_ones_own(
    database: Database,
) -> None:
    plans = Plans(database)
    attempt(database, graded(2))
    attempt(database, graded(1), question=FRAUD.model_copy(update={"id": "worse"}))
    attempt(database, graded(4), question=FRAUD.model_copy(update={"id": "known"}))
    attempt(database, graded(1), question=FRAUD.model_copy(update={"id": "drill-code-x"}))
    attempt(database, graded(1), question=Question(id="own", text="Mine?"))
    plans.absorb(LEARN)
    assert plans.due("2026-11-21", "drill-") == []
    assert plans.due("2026-11-22", "drill-") == ["worse", "fraud"]
