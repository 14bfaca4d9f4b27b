"""A loop, its rounds, clocks and cases come back as they were kept; marks of a person stand beside."""

from __future__ import annotations

from pathlib import Path

import pytest

from coach.errors import StoreError
from coach.schema.loop import Preset, RoundPlan, Slot, Style
from coach.schema.question import Question
from coach.store.database import Database
from coach.store.human_marks import HumanMark, HumanMarks
from coach.store.loops import CaseRecord, Loops, LoopSetup
from coach.store.records import Setup
from coach.store.removal import delete_sessions
from coach.store.sessions import Sessions

STYLE = Style(id="r", role="Recruiter", opens="Hi.", closes="Bye.", cares="c", presses="p", follow_ups=1)
PLAN = Preset(
    id="p",
    title="A loop",
    about="About.",
    passages=("g#p",),
    rounds=(RoundPlan(id="one", title="One", style=STYLE, asks=(Slot(round="debugging"),)),),
)


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(tmp_path / "coach.db")


def test_a_loop_comes_back_with_its_rounds_and_cases(database: Database) -> None:
    loops, setup = Loops(database), LoopSetup(mode="learn", level="pm", timed=True, scores=False)
    loop_id = loops.start(PLAN, setup)
    session_id = Sessions(database).start(Setup(kind="loop"))
    loops.begin_round(loop_id, "one", session_id)
    loops.set_clock(loop_id, "one", 12.5)
    loops.set_clock(loop_id, "one", 3.0)
    loops.keep_case(CaseRecord(session_id=session_id, basis="b", text="First.", model="m"))
    loops.keep_case(CaseRecord(session_id=session_id, basis="c", text="Second.", model="m"))
    kept = loops.get(loop_id)
    assert (kept.plan, kept.setup) == (PLAN, setup)
    assert [(item.session_id, item.clock, item.ended) for item in kept.rounds] == [(session_id, 12.5, None)]
    assert [(item.basis, item.text) for item in kept.cases] == [("c", "Second.")]
    loops.end_round(loop_id, "one", "time")
    assert loops.get(loop_id).rounds[0].ended == "time"


def test_a_round_is_begun_once(database: Database) -> None:
    loops = Loops(database)
    loop_id = loops.start(PLAN, LoopSetup())
    sessions = Sessions(database)
    loops.begin_round(loop_id, "one", sessions.start(Setup(kind="loop")))
    with pytest.raises(StoreError, match="another program"):
        loops.begin_round(loop_id, "one", sessions.start(Setup(kind="loop")))


def test_the_loop_that_was_worked_on_last_comes_first(database: Database) -> None:
    loops = Loops(database)
    first, second = loops.start(PLAN, LoopSetup()), loops.start(PLAN, LoopSetup())
    assert [item.id for item in loops.all()] == [second, first]
    with pytest.raises(StoreError, match="There is no loop"):
        loops.get("loop-1")


def test_of_one_person_the_latest_mark_stands(database: Database) -> None:
    sessions, marks = Sessions(database), HumanMarks(database)
    session_id = sessions.start(Setup(kind="loop"))
    attempt_id = sessions.open_attempt(session_id, Question(id="q", text="Why?"))
    marks.add(HumanMark(session_id=session_id, mark=2, person="Ana"))
    marks.add(HumanMark(session_id=session_id, mark=3, criterion="ownership", note="hers", person="Ana"))
    marks.add(HumanMark(session_id=session_id, mark=4, person="Ana"))
    marks.add(HumanMark(session_id=session_id, mark=1, person="Ben"))
    marks.add(HumanMark(session_id=session_id, attempt_id=attempt_id, mark=2, note="\ud800"))
    whole = [(item.person, item.criterion, item.mark) for item in marks.of(session_id)]
    assert whole == [("Ana", "ownership", 3), ("Ana", None, 4), ("Ben", None, 1)]
    assert [item.mark for item in marks.of(session_id, attempt_id)] == [2]


def test_with_a_session_goes_everything_that_was_made_of_it(database: Database) -> None:
    loops, marks = Loops(database), HumanMarks(database)
    loop_id = loops.start(PLAN, LoopSetup())
    session_id = Sessions(database).start(Setup(kind="loop"))
    loops.begin_round(loop_id, "one", session_id)
    loops.keep_case(CaseRecord(session_id=session_id, basis="b", text="Words of theirs.", model="m"))
    marks.add(HumanMark(session_id=session_id, mark=2))
    delete_sessions(database, [session_id])
    assert loops.get(loop_id).rounds == ()
    assert loops.get(loop_id).cases == ()
    assert marks.of(session_id) == ()
    assert b"Words of theirs." not in database.path.read_bytes()
