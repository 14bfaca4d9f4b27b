"""Deleted is gone: from what is read, and from the bytes of every file in the folder."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from coach.errors import StoreError
from coach.store.database import Database
from coach.store.drills import Drills, Move
from coach.store.history import History
from coach.store.migrations import MIGRATIONS
from coach.store.records import Setup
from coach.store.removal import compact, delete_sessions
from coach.store.sessions import Sessions
from tests.store.filled import CHURN, FRAUD, answered

SECRET = "xylophone-quartz-meridian"


def bytes_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def confide(database: Database) -> tuple[str, str]:
    """A session that says the secret in every place it can, and one that does not."""
    sessions = Sessions(database)
    told, other = sessions.start(Setup()), sessions.start(Setup())
    for _ in range(20):
        attempt = answered(sessions, told, FRAUD, f"{SECRET} " * 300, 3)
    sessions.add_label(attempt, 2, note=SECRET)
    sessions.save_draft(sessions.open_attempt(told, CHURN), SECRET)
    answered(sessions, other, CHURN, "plain words", 2)
    return told, other


def test_the_text_is_in_no_file_afterwards(tmp_path: Path) -> None:
    with Database(tmp_path / "coach.db") as database:
        told, other = confide(database)
        before = History(database).get(other)
        assert SECRET.encode() in bytes_in(tmp_path)
        assert delete_sessions(database, [told, "nobody"]) == 1
        assert SECRET.encode() not in bytes_in(tmp_path)
        with pytest.raises(StoreError, match="no session"):
            History(database).get(told)
        assert History(database).get(other) == before
        for table in ("grades", "marks", "verdicts"):
            assert database.read(f"SELECT count(*) FROM {table}")[0][0] <= 2
    assert SECRET.encode() not in bytes_in(tmp_path)


def test_backups_are_rewritten_too(tmp_path: Path) -> None:
    path = tmp_path / "coach.db"
    with Database(path, migrations=MIGRATIONS[:1]) as database:
        told, other = confide(database)
    with Database(path) as database:
        (backup,) = database.backups()
        assert SECRET.encode() in backup.read_bytes()
        delete_sessions(database, [told])
    assert SECRET.encode() not in bytes_in(tmp_path)
    with closing(sqlite3.connect(backup)) as copy:
        assert copy.execute("SELECT id FROM sessions").fetchall() == [(other,)]
        assert copy.execute("PRAGMA user_version").fetchone() == (1,)


def test_a_backup_that_cannot_be_rewritten_is_named(tmp_path: Path) -> None:
    with Database(tmp_path / "coach.db") as database:
        told, _ = confide(database)
        broken = tmp_path / "coach.db.v1-x.backup"
        broken.write_bytes(b"never a database " * 100)
        with pytest.raises(StoreError, match=r"are deleted, but the backup \S+x\.backup cannot be rewritten"):
            delete_sessions(database, [told])
        with pytest.raises(StoreError, match="no session"):
            History(database).get(told)


def test_a_drill_is_deleted_by_its_id(tmp_path: Path) -> None:
    with Database(tmp_path / "coach.db") as database:
        drills = Drills(database)
        drill = drills.start("incident", "drift")
        drills.add_moves(drill, 0, Move(role="candidate", text=SECRET))
        assert delete_sessions(database, [drill]) == 1
    assert SECRET.encode() not in bytes_in(tmp_path)


def test_another_program_that_reads_is_told_of_and_the_rest_done_later(tmp_path: Path) -> None:
    path = tmp_path / "coach.db"
    with Database(path, busy_seconds=0.05) as database:
        told, other = confide(database)
        with Database(path) as reader, reader.snapshot() as connection:
            connection.execute("SELECT count(*) FROM turns").fetchone()
            with pytest.raises(StoreError, match="are deleted, but .* open in another program"):
                delete_sessions(database, [told])
        assert History(database).get(other).attempts
        compact(database)
        assert SECRET.encode() not in bytes_in(tmp_path)
