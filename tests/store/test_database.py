"""The file: opened by two programs, older, newer, damaged, read-only."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from coach.errors import StoreError
from coach.schema.question import Question
from coach.store.database import Database
from coach.store.history import History
from coach.store.migrations import MIGRATIONS
from coach.store.records import Setup, SpokenTurn
from coach.store.sessions import Sessions

QUESTION = Question(id="q", text="Why?")
LATER = (*MIGRATIONS, ("CREATE TABLE stories (id INTEGER PRIMARY KEY)",))


def test_a_new_file_is_private_and_current(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "coach.db"
    with Database(path) as database:
        assert database.read("PRAGMA user_version")[0][0] == len(MIGRATIONS)
        assert database.read("PRAGMA journal_mode")[0][0] == "wal"
        assert database.read("PRAGMA foreign_keys")[0][0] == 1
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_an_older_file_is_backed_up_and_then_migrated(tmp_path: Path) -> None:
    path = tmp_path / "coach.db"
    with Database(path) as database:
        session = Sessions(database).start(Setup())
    with Database(path, migrations=LATER) as database:
        assert database.read("SELECT count(*) FROM stories")[0][0] == 0
        assert History(database).get(session).id == session
    (backup,) = tmp_path.glob(f"coach.db.v{len(MIGRATIONS)}-*.backup")
    with closing(sqlite3.connect(backup)) as copy:
        assert copy.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
        assert copy.execute("SELECT id FROM sessions").fetchall() == [(session,)]


def test_a_failed_migration_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "coach.db"
    Database(path).close()
    broken = (*MIGRATIONS, ("CREATE TABLE stories (id INTEGER)", "CREATE TABLE sessions (id INTEGER)"))
    with pytest.raises(StoreError, match="already exists"):
        Database(path, migrations=broken)
    with Database(path) as database:
        assert database.read("PRAGMA user_version")[0][0] == len(MIGRATIONS)
        assert not database.read("SELECT 1 FROM sqlite_master WHERE name = 'stories'")


def test_a_newer_file_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "coach.db"
    Database(path, migrations=LATER).close()
    before = path.read_bytes()
    newer = rf"newer coach \(schema {len(LATER)}, this one knows {len(MIGRATIONS)}\)"
    with pytest.raises(StoreError, match=newer):
        Database(path)
    assert path.read_bytes() == before


def test_a_damaged_file_is_refused_left_alone_and_the_backup_named(tmp_path: Path) -> None:
    path = tmp_path / "coach.db"
    path.write_bytes(b"this was never a database, but it is long enough to have had a header " * 40)
    before = path.read_bytes()
    with pytest.raises(StoreError, match="damaged .* Move it aside to start afresh"):
        Database(path)
    (tmp_path / "coach.db.v1-20261121T120000000000.backup").touch()
    with pytest.raises(StoreError, match=r"copy coach\.db\.v1-\S+\.backup into its place"):
        Database(path)
    assert path.read_bytes() == before


def test_damage_behind_a_good_header_is_told_as_well(tmp_path: Path) -> None:
    path = tmp_path / "coach.db"
    Database(path).close()
    content = bytearray(path.read_bytes())
    content[100:4000] = b"\xff" * 3900
    path.write_bytes(content)
    with pytest.raises(StoreError, match="damaged"):
        Database(path)


def test_a_read_only_file_is_told(tmp_path: Path) -> None:
    """The header's write version is raised, which makes SQLite itself treat the file as read-only."""
    path = tmp_path / "coach.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE t (x)")
        connection.commit()
    content = bytearray(path.read_bytes())
    content[18] = 3
    path.write_bytes(content)
    with pytest.raises(StoreError, match="read-only"):
        Database(path)


def test_a_folder_in_the_place_of_the_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "coach.db").mkdir()
    with pytest.raises(StoreError, match="cannot be opened"):
        Database(tmp_path / "coach.db")


def test_a_data_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="COACH_HOME"):
        Database(tmp_path / "file" / "coach.db")


def test_a_file_in_use_is_told_after_the_wait(tmp_path: Path) -> None:
    path = tmp_path / "coach.db"
    with Database(path) as holder, Database(path, busy_seconds=0.05) as other:
        waiting = Sessions(other)
        with holder.write(), pytest.raises(StoreError, match="in use by another program"):
            waiting.start(Setup())
        assert waiting.start(Setup())


def test_many_threads_write_without_loss(tmp_path: Path) -> None:
    path = tmp_path / "coach.db"
    failures: list[BaseException] = []

    def work() -> None:
        try:
            with Database(path) as database:
                sessions = Sessions(database)
                for _ in range(10):
                    attempt = sessions.open_attempt(sessions.start(Setup()), QUESTION)
                    sessions.save_draft(attempt, "half")
                    sessions.add_turn(attempt, 0, SpokenTurn(role="candidate", text="whole"))
        except BaseException as error:
            failures.append(error)
            raise

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with Database(path) as database:
        assert database.read("SELECT count(*) FROM turns")[0][0] == 40
        assert database.read("SELECT count(*) FROM drafts")[0][0] == 0


def test_two_programs_create_and_fill_one_new_file(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from coach.store.database import Database\n"
        "from coach.store.records import Setup\n"
        "from coach.store.sessions import Sessions\n"
        "with Database(Path(sys.argv[1])) as database:\n"
        "    for _ in range(25): Sessions(database).start(Setup())\n"
    )
    path = tmp_path / "coach.db"
    programs = [subprocess.Popen([sys.executable, "-c", code, str(path)]) for _ in range(2)]
    assert [program.wait() for program in programs] == [0, 0]
    with Database(path) as database:
        assert database.read("SELECT count(*) FROM sessions")[0][0] == 50
    assert not list(tmp_path.glob("*.backup"))


def test_text_that_utf_8_cannot_hold_is_kept_and_found(tmp_path: Path) -> None:
    """An argument or a paste may hold bytes that are no text."""
    with Database(tmp_path / "coach.db") as database:
        with database.write() as connection:
            connection.execute("INSERT INTO profile VALUES (?, ?, 'now')", ("note \udcff", "ü\ud800"))
        assert database.read("SELECT * FROM profile WHERE name = ?", ("missing \udcff",)) == []
        found = database.read("SELECT value FROM profile WHERE name = ?", ("note \udcff",))
    assert [row[0] for row in found] == ["ü?"]
