"""Several programs on one file, and files that came to harm: nothing is lost, and the reason is told."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from coach.errors import StoreError
from coach.store.archive import write_archive
from coach.store.database import Database
from coach.store.history import History
from coach.store.listing import list_sessions
from coach.store.marks import read_marks
from coach.store.migrations import MIGRATIONS
from coach.store.records import Setup
from coach.store.removal import delete_sessions
from coach.store.sessions import Sessions
from tests.store.filled import fill

WRITER = """
import sys
from pathlib import Path
from coach.store.database import Database
from coach.store.records import Setup
from coach.store.sessions import Sessions
from tests.store.filled import CHURN, FRAUD, answered
with Database(Path(sys.argv[1])) as database:
    sessions = Sessions(database)
    for number in range(8):
        session = sessions.start(Setup())
        attempt = answered(sessions, session, FRAUD, f"{sys.argv[2]} {number}", 2, own=2)
        answered(sessions, session, FRAUD, f"{sys.argv[2]} {number} again", 3, retry_of=attempt)
        sessions.save_draft(sessions.open_attempt(session, CHURN), "half")
"""
IMPORTER = """
import sys
from pathlib import Path
from coach.store.database import Database
from coach.store.merge import merge_archive
lines = Path(sys.argv[2]).read_text().splitlines()
with Database(Path(sys.argv[1])) as database:
    for _ in range(3):
        merge_archive(database, enumerate(lines, start=1), "file")
"""


def start(code: str, *arguments: str) -> subprocess.Popen[bytes]:
    root = Path(__file__).parents[2]
    return subprocess.Popen([sys.executable, "-c", code, *arguments], cwd=root)


def test_programs_write_import_export_and_delete_at_once(tmp_path: Path) -> None:
    source, carried = fill(tmp_path / "source.db")
    archive = tmp_path / "archive.jsonl"
    archive.write_text("".join(write_archive(source)))
    source.close()
    path = tmp_path / "coach.db"
    with Database(path) as database:
        doomed = [Sessions(database).start(Setup()) for _ in range(4)]
        programs = [
            start(WRITER, str(path), "one"),
            start(WRITER, str(path), "two"),
            start(IMPORTER, str(path), str(archive)),
        ]
        for session in doomed:
            list(write_archive(database))
            delete_sessions(database, [session])
        assert [program.wait() for program in programs] == [0, 0, 0]
        kept = [line.id for line in list_sessions(database)]
        assert len(kept) == 16 + 3
        assert set(carried) <= set(kept)
        assert not set(doomed) & set(kept)
        assert len(read_marks(database)) == 32 + 2
        for line in list_sessions(database):
            if line.kind == "practice" and line.id not in carried:
                first, again, left = History(database).get(line.id).attempts
                assert (again.retry_of, again.grades[0].grade.overall, left.draft) == (first.id, 3, "half")
        assert database.read("PRAGMA integrity_check")[0][0] == "ok"


def test_two_programs_bring_an_older_file_up_to_date_at_once(tmp_path: Path) -> None:
    path = tmp_path / "coach.db"
    with Database(path, migrations=MIGRATIONS[:1]) as database:
        session = Sessions(database).start(Setup())
    programs = [start(WRITER, str(path), name) for name in ("one", "two", "three")]
    assert [program.wait() for program in programs] == [0, 0, 0]
    with Database(path) as database:
        assert len(list_sessions(database)) == 1 + 24
        assert History(database).get(session).id == session
        assert database.backups()


def test_damage_in_the_middle_is_told_when_it_is_met(tmp_path: Path) -> None:
    path = tmp_path / "coach.db"
    database, _ = fill(path)
    page = database.read("SELECT rootpage FROM sqlite_master WHERE name = 'sessions'")[0][0]
    database.compact()
    database.close()
    content = bytearray(path.read_bytes())
    content[(page - 1) * 4096 : page * 4096] = b"\xff" * 4096
    path.write_bytes(content)
    with Database(path) as database, pytest.raises(StoreError, match="damaged .* it was left as it is"):
        list_sessions(database)
    assert path.read_bytes()[(page - 1) * 4096 :][:4096] == b"\xff" * 4096


def test_a_read_only_file_can_be_read_and_a_write_is_refused(tmp_path: Path) -> None:
    """The header's write version is raised, which makes SQLite itself treat the file as read-only."""
    path = tmp_path / "coach.db"
    database, ids = fill(path)
    database.compact()
    database.close()
    content = bytearray(path.read_bytes())
    content[18] = 3
    path.write_bytes(content)
    with Database(path) as database:
        assert {line.id for line in list_sessions(database)} == set(ids)
        with pytest.raises(StoreError, match="read-only"):
            Sessions(database).start(Setup())
