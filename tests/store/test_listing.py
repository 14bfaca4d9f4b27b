"""Sessions as lists, searches and columns."""

from __future__ import annotations

from pathlib import Path

import pytest

from coach.errors import StoreError
from coach.store.database import Database
from coach.store.history import History
from coach.store.listing import Wanted, list_sessions, search_history
from coach.store.marks import read_marks
from coach.store.migrations import MIGRATIONS
from coach.store.records import Setup, SpokenTurn
from coach.store.sessions import Sessions
from tests.store.filled import CHURN, FRAUD, Tick, answered, fill, grade


def test_the_latest_comes_first_and_says_what_it_held(tmp_path: Path) -> None:
    database, (first, second, drill) = fill(tmp_path / "coach.db")
    lines = list_sessions(database)
    assert [line.id for line in lines] == [drill, second, first]
    held = lines[2]
    assert (held.kind, held.level, held.questions, held.rounds) == (
        "practice",
        "pm",
        ("fraud", "fraud"),
        ("ml_system_design",),
    )
    assert (held.marks, held.unfinished) == ((2, 3), False)
    assert (lines[1].marks, lines[1].unfinished) == ((None,), True)
    assert (lines[0].kind, lines[0].questions, lines[0].unfinished) == ("drill incident", ("drift",), True)
    database.close()


def test_filters_narrow_and_the_limit_counts_afterwards(tmp_path: Path) -> None:
    database, (first, second, drill) = fill(tmp_path / "coach.db")

    def ids(wanted: Wanted) -> list[str]:
        return [line.id for line in list_sessions(database, wanted)]

    assert ids(Wanted(kind="practice")) == [second, first]
    assert ids(Wanted(kind="drill")) == [drill]
    assert ids(Wanted(round="debugging")) == [second]
    assert ids(Wanted(question="fraud", limit=1)) == [second]
    assert ids(Wanted(question="drift")) == [drill]
    assert ids(Wanted(limit=1)) == [drill]
    assert ids(Wanted(limit=0)) == []
    updated = list_sessions(database)[1].updated_at
    assert ids(Wanted(since=updated)) == [drill, second]
    assert ids(Wanted(question="fraud' OR 1=1 --")) == []
    database.close()


def test_search_finds_all_words_in_any_case_and_takes_no_pattern(tmp_path: Path) -> None:
    database, (first, second, drill) = fill(tmp_path / "coach.db")
    sessions = Sessions(database)
    answered(sessions, first, CHURN, "100% of it_s STRASSE, \u00c9mile said.", None)

    def places(words: str) -> list[tuple[str, str]]:
        return [(item.session, item.where) for item in search_history(database, words)]

    assert places("DECIDED better") == [(first, "answer")]
    assert places("heliotrope") == [(second, "answer")]
    assert places("half thought") == [(second, "draft")]
    assert places("logs") == [(drill, "answer")]
    assert places("stra\u00dfe \u00e9mile") == [(first, "answer")]
    assert places("100%") == [(first, "answer")]
    assert places("%") == [(first, "answer")]
    assert places("_") == [(first, "answer")]
    assert places("churn rise") == [(first, "question"), (second, "question")]
    assert places("fraud churn") == places("  ") == []
    assert len(search_history(database, "decided", limit=1)) == 1
    database.close()


def test_marks_hold_what_the_grades_say(tmp_path: Path) -> None:
    database, (first, _, _) = fill(tmp_path / "coach.db")
    once, again = read_marks(database)
    assert (once.session, once.question, once.round, once.again) == (
        first,
        "fraud",
        "ml_system_design",
        False,
    )
    assert (once.overall, once.low, once.high, once.own, once.criteria) == (2, 1, 2, 3, {"ownership": 2})
    assert (again.overall, again.own, again.again) == (3, None, True)
    maker = once.maker
    assert (maker.kind, maker.level, maker.grader, maker.model) == ("practice", "pm", "local", "m")
    assert (maker.prompt, maker.rubric, maker.guides) == ("p", "r", "g")
    assert again.maker is maker
    database.close()


def test_the_last_grade_of_one_maker_counts_and_another_maker_stands_beside(tmp_path: Path) -> None:
    with Database(tmp_path / "coach.db", clock=Tick()) as database:
        sessions = Sessions(database)
        attempt = answered(sessions, sessions.start(Setup()), FRAUD, "words", 1)
        sessions.add_grade(attempt, grade(3))
        sessions.add_grade(attempt, grade(4, model="other"))
        assert [(mark.overall, mark.maker.model) for mark in read_marks(database)] == [(3, "m"), (4, "other")]


def test_grades_of_an_older_file_are_filled_in(tmp_path: Path) -> None:
    path = tmp_path / "coach.db"
    with Database(path, migrations=MIGRATIONS[:1], clock=Tick()) as database:
        sessions = Sessions(database)
        session = sessions.start(Setup())
        answered(sessions, session, FRAUD, "words", 2)
    with Database(path, clock=Tick()) as database:
        answered(Sessions(database), session, FRAUD, "words", 2)
        old, new = read_marks(database)
        assert (old.criteria, old.low, old.high, old.maker) == (new.criteria, 1, 2, new.maker)
        assert len(database.backups()) == 1


def test_a_session_that_this_coach_cannot_read_is_told(tmp_path: Path) -> None:
    database, (first, _, _) = fill(tmp_path / "coach.db")
    with database.write() as connection:
        connection.execute("UPDATE sessions SET mode = 'duel' WHERE id = ?", (first,))
    with pytest.raises(StoreError, match=f"Session {first} .* cannot read .*mode"):
        History(database).get(first)
    assert len(list_sessions(database)) == 3
    database.close()


def test_turns_of_an_interviewer_are_found_as_follow_ups(tmp_path: Path) -> None:
    with Database(tmp_path / "coach.db", clock=Tick()) as database:
        sessions = Sessions(database)
        attempt = answered(sessions, sessions.start(Setup()), FRAUD, "words", None)
        sessions.add_turn(attempt, 1, SpokenTurn(role="interviewer", text="At what cost?", author="local"))
        (item,) = search_history(database, "cost")
        assert (item.where, item.question, item.text) == ("follow-up", "fraud", "At what cost?")
