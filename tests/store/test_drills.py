"""Drill runs: saved at every move, found again, ended once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from coach.errors import StoreError
from coach.schema.grade import Grade, GraderId, Verdict
from coach.store.database import Database
from coach.store.drills import Drills, Move

GRADE = Grade(
    status="graded",
    overall=3,
    range=(3, 3),
    criteria=(Verdict(id="problem_decomposition", status="graded", score=3),),
    grader=GraderId(kind="local", model="rules", prompt="p", rubric="r", guides="g"),
)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database(tmp_path / "coach.db") as opened:
        yield opened


@pytest.fixture
def drills(database: Database) -> Drills:
    return Drills(database)


def test_run_comes_back_as_it_was_saved(drills: Drills, database: Database) -> None:
    run = drills.start("incident", "ios-parsing", {"grader": "local"})
    drills.save_draft(run, "split by cl")
    assert drills.get(run).draft == "split by cl"
    said = Move(role="candidate", text="split by client", data={"facts": ["by-platform"]})
    heard = Move(role="coach", text="Only iOS rose.")
    drills.add_moves(run, 0, said, heard)
    record = Drills(database).get(run)
    assert record.moves == (said, heard)
    assert (record.kind, record.name, record.status, record.draft) == ("incident", "ios-parsing", "open", "")
    assert record.setup == {"grader": "local"}


def test_finished_run_keeps_its_grade_and_is_no_longer_the_latest(drills: Drills) -> None:
    run = drills.start("incident", "ios-parsing")
    assert drills.latest("incident") == run
    drills.finish(run, GRADE, {"minutes": 70})
    record = drills.get(run)
    assert record.grade == GRADE
    assert record.details == {"minutes": 70}
    assert drills.latest("incident") is None
    assert [item.id for item in drills.ended("incident")] == [run]
    assert drills.ended("code-reading") == []


def test_latest_is_the_one_worked_on_last_of_its_kind(drills: Drills) -> None:
    first = drills.start("incident", "a")
    other = drills.start("which-when", "b")
    second = drills.start("incident", "c")
    drills.add_moves(first, 0, Move(role="candidate", text="when did it begin"))
    assert drills.latest("incident") in (first, second)
    assert drills.latest("incident", name="c") == second
    assert drills.latest("which-when") == other


def test_given_up_run_has_ended(drills: Drills) -> None:
    run = drills.start("incident", "a")
    drills.finish(run, None, status="given_up")
    assert [item.status for item in drills.ended()] == ["given_up"]


def test_second_program_cannot_overwrite_a_move(drills: Drills) -> None:
    run = drills.start("incident", "a")
    drills.add_moves(run, 0, Move(role="candidate", text="one"))
    with pytest.raises(StoreError, match="another program"):
        drills.add_moves(run, 0, Move(role="candidate", text="two"))
    assert [move.text for move in drills.get(run).moves] == ["one"]


def test_unknown_run_is_said_so(drills: Drills) -> None:
    with pytest.raises(StoreError, match="no drill d0"):
        drills.get("d0")


def test_broken_paste_is_kept(drills: Drills) -> None:
    run = drills.start("incident", "a")
    drills.add_moves(run, 0, Move(role="candidate", text="look \udcff here", data={"said": "\udcff"}))
    assert drills.get(run).moves[0].text == "look ? here"
