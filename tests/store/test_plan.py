"""Plans and their items are kept; a deed ticks one item; an open answer is found."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

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
