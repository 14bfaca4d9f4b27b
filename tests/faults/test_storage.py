"""Disks that are full, folders that cannot be written, clocks that jump: told, nothing half-written."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from coach.cli.app import run
from coach.cli.plan_desk import PlanDesk
from coach.errors import SetupError, StoreError
from coach.llm.files import write_whole
from coach.store.archive import write_archive
from coach.store.database import Database
from coach.store.history import History
from coach.store.listing import list_sessions
from coach.store.merge import merge_archive
from coach.store.records import Setup, SpokenTurn
from coach.store.sessions import Sessions
from tests.store.filled import FRAUD, fill


def cramped(command: str, kilobytes: int) -> subprocess.CompletedProcess[str]:
    """The program where no file may grow beyond a size, which it meets as a full disk."""
    script = f'ulimit -f {kilobytes}; exec "$0" -m coach {command}'
    return subprocess.run(["bash", "-c", script, sys.executable], capture_output=True, text=True, check=False)


def test_a_database_that_finds_no_room(clean_environment: Path) -> None:
    done = cramped("profile set --experience payments", 16)
    assert done.returncode == 3
    assert "coach.db" in done.stderr
    assert "Traceback" not in done.stderr
    assert run(["profile", "set", "--experience", "payments"]) == 0
    with Database(clean_environment / "coach.db") as database:
        assert database.read("PRAGMA integrity_check")[0][0] == "ok"


def test_a_history_that_finds_no_room_in_the_middle(tmp_path: Path) -> None:
    """What was given before stays; what found no room is told; with room again all goes on."""
    path = tmp_path / "coach.db"
    database, ids = fill(path)
    database.compact()
    pages = database.read("PRAGMA page_count")[0][0]
    database.read(f"PRAGMA max_page_count = {pages}")
    sessions = Sessions(database)
    attempt = History(database).get(ids[1]).attempts[-1].id
    with pytest.raises(StoreError, match="the disk is full"):
        for number in range(100):
            sessions.add_turn(attempt, number, SpokenTurn(role="candidate", text="x" * 4000))
    kept = History(database).get(ids[1]).attempts[-1]
    assert [turn.text for turn in kept.turns] == ["x" * 4000] * len(kept.turns)
    database.read("PRAGMA max_page_count = 100000")
    sessions.add_turn(attempt, len(kept.turns), SpokenTurn(role="candidate", text="after"))
    assert History(database).get(ids[1]).attempts[-1].turns[-1].text == "after"
    database.close()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


@pytest.mark.parametrize("room", [0, 1, 5])
def test_a_whole_file_or_the_one_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: int) -> None:
    """The disk is full at the n-th piece."""

    def pieces() -> Iterator[str]:
        for number in range(10):
            if number == room:
                raise OSError(28, "No space left on device")
            yield f"{number}\n"

    path = tmp_path / "out.txt"
    path.write_text("before")
    with pytest.raises(SetupError, match="No space left"):
        write_whole(path, pieces())
    assert path.read_text() == "before"
    assert [item.name for item in tmp_path.iterdir()] == ["out.txt"]


@pytest.mark.parametrize(
    "command",
    [
        ["history", "list"],
        ["profile", "set", "--experience", "x"],
        ["practice", "--question", "fraud-realtime"],
        ["story", "list"],
    ],
)
def test_a_home_that_cannot_be_written(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder under a file cannot be made by anybody, not even by root."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("COACH_HOME", str(tmp_path / "file" / "home"))
    code = run(command)
    told = capsys.readouterr()
    assert code == 3, told
    assert "COACH_HOME" in told.err + told.out


class Jumping:
    """A clock that somebody sets, back and forth."""

    TIMES = (
        datetime(2026, 11, 21, tzinfo=UTC),
        datetime(2038, 1, 20, tzinfo=UTC),
        datetime(1999, 12, 31, 23, 59, 59, tzinfo=UTC),
        datetime(2026, 11, 20, tzinfo=UTC),
    )

    def __init__(self) -> None:
        self.looks = 0

    def __call__(self) -> datetime:
        self.looks += 1
        return self.TIMES[self.looks % len(self.TIMES)]


def test_a_clock_that_jumps_loses_nothing(tmp_path: Path) -> None:
    with Database(tmp_path / "coach.db", clock=Jumping()) as database:
        sessions = Sessions(database)
        begun = []
        for number in range(6):
            begun.append(sessions.start(Setup()))
            attempt = sessions.open_attempt(begun[-1], FRAUD)
            sessions.save_draft(attempt, "half")
            sessions.add_turn(attempt, 0, SpokenTurn(role="candidate", text=f"answer {number}"))
            sessions.add_turn(attempt, 1, SpokenTurn(role="interviewer", text="Why?"))
            sessions.add_turn(attempt, 2, SpokenTurn(role="candidate", text="So."))
        history = History(database)
        assert {line.id for line in list_sessions(database)} == set(begun)
        assert history.latest() in begun
        for number, session in enumerate(begun):
            (kept,) = history.get(session).attempts
            assert [turn.text for turn in kept.turns] == [f"answer {number}", "Why?", "So."]
            assert kept.draft == ""
        lines = list(write_archive(database))
    with Database(tmp_path / "other.db") as other:
        merge_archive(other, enumerate(lines, start=1), "history.jsonl")
        assert {line.id for line in list_sessions(other)} == set(begun)


@pytest.mark.parametrize("jump", ["2019-01-01", "2040-06-01"])
def test_a_plan_whose_day_jumps(jump: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A clock that was wrong for a moment moves nothing out of the plan that the right one does not."""
    assert run(["plan", "make", "--days", "14"]) == 0
    before = len(shown_plan(capsys))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PlanDesk, "today", datetime.fromisoformat(jump).date())
        for command in (["plan", "today"], ["plan", "--all"], []):
            assert run(command) in (0, 2), capsys.readouterr().err
    assert len(shown_plan(capsys)) == before


def shown_plan(capsys: pytest.CaptureFixture[str]) -> list[object]:
    capsys.readouterr()
    assert run(["plan", "--all", "--json"]) == 0
    items: list[object] = json.loads(capsys.readouterr().out)["items"]
    return items
