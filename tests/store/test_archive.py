"""What is exported comes back whole, anywhere, once; what is wrong is refused and nothing of it kept."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from coach.errors import DatasetError, StoreError
from coach.schema.story import Story
from coach.store.archive import DERIVED, PRIVATE, write_archive
from coach.store.database import Database
from coach.store.drills import Drills
from coach.store.history import History
from coach.store.marks import read_marks
from coach.store.merge import Merged, merge_archive
from coach.store.migrations import MIGRATIONS
from coach.store.profile import Profile, Profiles
from coach.store.records import Setup, SpokenTurn
from coach.store.sessions import Sessions
from coach.store.stories import Stories
from coach.store.tables import list_tables
from tests.store.filled import CHURN, Tick, answered, fill
from tests.store.filled import grade as made_grade

EARLY, LATE = "2026-11-21T12:00:00.000+00:00", "2026-11-22T12:00:00.000+00:00"


def take(database: Database, lines: list[str]) -> Merged:
    return merge_archive(database, enumerate(lines, start=1), "file.jsonl")


def test_every_table_is_carried_derived_or_held_back_on_purpose(tmp_path: Path) -> None:
    with Database(tmp_path / "coach.db") as database, database.snapshot() as connection:
        tables = list_tables(connection)
        carried = {table.name for table in list_tables(connection, (*DERIVED, *PRIVATE))}
        blobs = [
            (table.name, row["name"])
            for table in tables
            for row in connection.execute(f"PRAGMA table_info({table.name})")
            if row["type"] not in ("TEXT", "INTEGER", "REAL")
        ]
    assert {table.name for table in tables} - carried == {*DERIVED, *PRIVATE}
    assert {"sessions", "attempts", "turns", "grades", "labels", "story_bank", "drills"} <= carried
    assert blobs == []
    names = [table.name for table in tables]
    for table in tables:
        assert all(names.index(parent) <= names.index(table.name) for parent in table.links.values())


def test_what_hangs_on_a_session_goes_with_it(tmp_path: Path) -> None:
    """A table of a later subject that keeps text beside a session must not keep it when that is deleted."""
    with Database(tmp_path / "coach.db") as database, database.snapshot() as connection:
        for table in list_tables(connection):
            for row in connection.execute(f"PRAGMA foreign_key_list({table.name})"):
                assert row["on_delete"] in ("CASCADE", "SET NULL"), (table.name, row["from"])


def test_an_archive_fills_an_empty_folder_and_is_the_same_again(tmp_path: Path) -> None:
    source, (first, second, drill) = fill(tmp_path / "a" / "coach.db")
    lines = list(write_archive(source))
    with Database(tmp_path / "b" / "coach.db") as target:
        merged = take(target, lines)
        assert merged.added["sessions"] == 2
        assert merged.added["labels"] == 1
        assert list(write_archive(target)) == lines
        for session in (first, second):
            assert History(target).get(session) == History(source).get(session)
        assert Drills(target).get(drill) == Drills(source).get(drill)
        assert read_marks(target) == read_marks(source)
        assert Profiles(target).load() == Profile()
        assert not Profiles(target).has_consent("https://model.example/v1")
    source.close()


def test_taken_in_twice_nothing_is_double(tmp_path: Path) -> None:
    source, _ = fill(tmp_path / "a" / "coach.db")
    lines = list(write_archive(source))
    for database in (source, Database(tmp_path / "b" / "coach.db")):
        take(database, lines)
        again = take(database, lines)
        assert (again.added, again.updated, again.kept) == ({}, {}, {})
        assert list(write_archive(database)) == lines
        database.close()


def test_numbers_that_another_folder_gave_do_not_collide(tmp_path: Path) -> None:
    source, (first, _, _) = fill(tmp_path / "a" / "coach.db")
    other, (theirs, _, _) = fill(tmp_path / "b" / "coach.db", Tick(datetime(2027, 1, 1, tzinfo=UTC)))
    take(other, list(write_archive(source)))
    record = History(other).get(first)
    assert [attempt.id for attempt in record.attempts] == [5, 6]
    assert record.attempts[1].retry_of == 5
    assert record.attempts[1].grades[0].labels[0].note == "I named the date"
    assert len(History(other).get(theirs).attempts) == 2
    assert len(read_marks(other)) == 4
    source.close()
    other.close()


def test_rows_of_one_moment_stay_apart(tmp_path: Path) -> None:
    moment = datetime(2026, 11, 21, tzinfo=UTC)
    with Database(tmp_path / "a.db", clock=lambda: moment) as source:
        sessions = Sessions(source)
        session = sessions.start(Setup())
        for text in ("same", "same", "other"):
            answered(sessions, session, CHURN, text, 2)
        lines = list(write_archive(source))
    with Database(tmp_path / "b.db") as target:
        take(target, lines)
        assert take(target, lines).added == {}
        said = [attempt.turns[0].text for attempt in History(target).get(session).attempts]
    assert said == ["same", "same", "other"]


def test_a_session_that_went_on_is_brought_up_to_date_and_never_set_back(tmp_path: Path) -> None:
    source, (_, second, _) = fill(tmp_path / "a" / "coach.db")
    early = list(write_archive(source))
    sessions = Sessions(source)
    attempt = History(source).get(second).attempts[-1].id
    sessions.add_turn(attempt, 0, SpokenTurn(role="candidate", text="a whole thought"))
    late = list(write_archive(source))
    with Database(tmp_path / "b" / "coach.db") as target:
        for lines in (early, late, early):
            take(target, lines)
        assert list(write_archive(target)) == late
    take(source, early)
    assert list(write_archive(source)) == late
    source.close()


def test_what_differs_here_is_left_alone_and_counted(tmp_path: Path) -> None:
    source, (first, _, _) = fill(tmp_path / "a" / "coach.db")
    lines = [line.replace("I decided better.", "I decided worse..") for line in write_archive(source)]
    merged = take(source, lines)
    assert merged.kept["turns"] == 1
    assert History(source).get(first).attempts[1].turns[0].text == "I decided better."
    source.close()


def test_some_sessions_alone_take_only_what_is_theirs(tmp_path: Path) -> None:
    source, (first, second, drill) = fill(tmp_path / "a" / "coach.db")
    tables = [json.loads(line).get("table") for line in write_archive(source, [second])]
    assert tables == [None, "sessions", "attempts", "attempts", "turns", "drafts", None]
    with Database(tmp_path / "b" / "coach.db") as target:
        take(target, list(write_archive(source, [first, drill])))
        assert History(target).get(first) == History(source).get(first)
        assert Drills(target).get(drill).moves[0].text == "check the logs"
        with pytest.raises(StoreError, match="no session"):
            History(target).get(second)
    with pytest.raises(StoreError, match="no session nope"):
        list(write_archive(source, [first, "nope"]))
    source.close()


def test_the_profile_goes_along_only_where_it_is_asked_for(tmp_path: Path) -> None:
    source, _ = fill(tmp_path / "a" / "coach.db")
    assert not any("six years of payments" in line for line in write_archive(source))
    with Database(tmp_path / "b" / "coach.db") as target:
        take(target, list(write_archive(source, profile=True)))
        assert Profiles(target).load().experience == "six years of payments"
    source.close()


EXTRA = (
    *MIGRATIONS,
    (
        "CREATE TABLE later_things (id INTEGER PRIMARY KEY, name TEXT NOT NULL)",
        "CREATE TABLE later_parts (thing INTEGER NOT NULL REFERENCES later_things(id) ON DELETE CASCADE,"
        " number INTEGER NOT NULL, grade INTEGER REFERENCES grades(id) ON DELETE SET NULL,"
        " PRIMARY KEY (thing, number))",
    ),
)


def test_tables_that_are_not_known_by_name_are_carried_with_their_links(tmp_path: Path) -> None:
    fill(tmp_path / "a.db")[0].close()
    with Database(tmp_path / "a.db", migrations=EXTRA) as source, source.write() as connection:
        connection.execute("INSERT INTO later_things VALUES (7, 'one'), (9, 'two')")
        connection.execute("INSERT INTO later_parts VALUES (7, 1, 2), (9, 1, NULL)")
    with Database(tmp_path / "a.db", migrations=EXTRA) as source:
        lines = list(write_archive(source))
    with Database(tmp_path / "b.db", migrations=EXTRA) as target:
        answered(Sessions(target), Sessions(target).start(Setup()), CHURN, "mine", 1)
        for _ in range(2):
            take(target, lines)
        parts = target.read("SELECT t.name, p.grade FROM later_parts p JOIN later_things t ON t.id = p.thing")
        assert [tuple(row) for row in parts] == [("one", 3), ("two", None)]


def spoil(lines: list[str], number: int, **changes: Any) -> list[str]:
    """The lines with the row on line `number` (from 1) changed."""
    data = json.loads(lines[number - 1])
    data["row"] |= changes
    return [*lines[: number - 1], json.dumps(data), *lines[number:]]


def marked(level: int) -> dict[str, Any]:
    """The columns of a grade with this overall mark."""
    made = made_grade(2).model_copy(update={"overall": level})
    return {"overall": level, "grade": made.model_dump_json()}


def first_of(lines: list[str], table: str) -> int:
    return next(n for n, line in enumerate(lines, start=1) if json.loads(line).get("table") == table)


def test_wrong_files_are_refused_by_line_and_leave_no_trace(tmp_path: Path) -> None:
    source, _ = fill(tmp_path / "a" / "coach.db")
    good = list(write_archive(source))
    source.close()
    grade, turn, attempt, drill = (first_of(good, name) for name in ("grades", "turns", "attempts", "drills"))
    head = json.loads(good[0])
    cases: list[tuple[list[str], str]] = [
        ([], "is empty"),
        (['{"answer": "x"}\n'], "no history exported by"),
        (["not json\n"], "line 1: not JSON"),
        (["[1]\n"], "line 1: not a row"),
        (good[:-1], "cut off"),
        ([*good[:3], *good[4:]], "cut off|not in the file"),
        ([json.dumps({**head, "schema": 99}), *good[1:]], "newer coach"),
        ([json.dumps({**head, "format": 2}), *good[1:]], "newer coach"),
        ([good[0], '{"table": "sqlite_master", "row": {}}', *good[1:]], "keeps no table 'sqlite_master'"),
        ([good[0], '{"table": "consents", "row": {"server": "x"}}', *good[1:]], "keeps no table 'consents'"),
        (spoil(good, turn, evil=1), f"line {turn}: wrong columns: evil"),
        (spoil(good, turn, text=["x"]), f"line {turn}: text is no text"),
        (spoil(good, turn, text="\ud800"), f"line {turn}: text is no valid text"),
        (spoil(good, turn, seconds=float("nan")), "seconds is no number"),
        (spoil(good, turn, seconds="1"), "seconds is no number"),
        (spoil(good, turn, ordinal=2**70), "ordinal is no whole number"),
        (spoil(good, turn, ordinal=True), "ordinal is no whole number"),
        (spoil(good, turn, created_at="yesterday"), "created_at is no moment"),
        (spoil(good, turn, created_at="0001-01-01T00:00:00+00:00"), "created_at is no moment"),
        (spoil(good, turn, created_at="2026-11-21T00:00:00"), "created_at is no moment"),
        (spoil(good, grade, overall=4), "overall is not what the grade says"),
        (spoil(good, grade, model="other"), "model is not what the grade says"),
        (spoil(good, grade, **marked(-3)), "holds a mark that is none"),
        (spoil(good, drill, overall=3), "overall stands without a grade"),
        (spoil(good, turn, role="judge"), f"line {turn}: the row does not fit"),
        (spoil(good, turn, attempt_id=999), "attempt_id 999 is not in the file"),
        (spoil(good, attempt, question="{}"), "cannot read"),
        (spoil(good, grade, grade='{"status": "graded"}'), "grade cannot be read"),
        (spoil(good, grade, grade="no json"), f"line {grade}: grade cannot be read"),
    ]
    with Database(tmp_path / "b" / "coach.db") as target:
        before = list(write_archive(target, profile=True))
        for lines, message in cases:
            with pytest.raises(DatasetError, match=message):
                take(target, lines)
        assert list(write_archive(target, profile=True)) == before


def test_plans_and_stories_are_carried_and_keep_what_ticked_them(tmp_path: Path) -> None:
    source, _ = fill(tmp_path / "a.db")
    stories = Stories(source)
    story = stories.add(Story(title="A late launch", draft=True))
    with source.write() as connection:
        connection.execute("INSERT INTO plans VALUES ('p1', '{}', ?, ?, NULL)", (EARLY, EARLY))
        connection.executemany(
            "INSERT INTO plan_items VALUES ('p1', ?, '{}', '2026-11-21', ?, ?, NULL)",
            [
                (1, "done", "attempt:2"),
                (2, "open", None),
                (3, "done", "hand"),
                (4, "done", f"story:{story.id}"),
            ],
        )
    early = list(write_archive(source))
    stories.save(story.model_copy(update={"title": "A launch that came late"}))
    with source.write() as connection:
        connection.execute("UPDATE plans SET changed_at = ?", (LATE,))
        connection.execute("UPDATE plan_items SET state = 'done', closed_by = 'attempt:1' WHERE number = 2")
    late = list(write_archive(source))
    other, _ = fill(tmp_path / "b.db", Tick(datetime(2027, 1, 1, tzinfo=UTC)))
    mine = Stories(other).add(Story(title="Mine", draft=True))
    for lines in (early, late, early):
        take(other, lines)
    rows = other.read("SELECT number, state, closed_by FROM plan_items ORDER BY number")
    assert [tuple(row) for row in rows] == [
        (1, "done", "attempt:6"),
        (2, "done", "attempt:5"),
        (3, "done", "hand"),
        (4, "done", f"story:{mine.id + 1}"),
    ]
    assert Stories(other).get(mine.id).title == "Mine"
    assert Stories(other).get(mine.id + 1).title == "A launch that came late"
    source.close()
    other.close()


def test_a_round_of_a_loop_is_carried_with_the_loop_and_left_out_alone(tmp_path: Path) -> None:
    source, (first, _, _) = fill(tmp_path / "a.db")
    with source.write() as connection:
        connection.execute("INSERT INTO loops VALUES ('l1', '{}', '{}', ?, ?)", (EARLY, LATE))
        connection.execute("INSERT INTO loop_rounds VALUES ('l1', 'r1', ?, 0, NULL)", (first,))
    with Database(tmp_path / "b.db") as alone, Database(tmp_path / "c.db") as whole:
        take(alone, list(write_archive(source, [first])))
        take(whole, list(write_archive(source)))
        assert History(alone).get(first) == History(whole).get(first)
        assert [row[0] for row in alone.read("SELECT count(*) FROM loop_rounds")] == [0]
        assert [row[0] for row in whole.read("SELECT session_id FROM loop_rounds")] == [first]
    source.close()
