"""The journal beside an output: every finished grade, so that no answer is lost or paid twice.

One SQLite file in WAL mode, held by one run at a time. What a run needs only for itself (the rows in
order, failures) lies in temporary tables that vanish with it. Knows rows and grades as stored text.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from coach.errors import SetupError, UsageError

HALF = "half:"  # starts the names of replies that belong to rows which are not finished yet
_FORMAT = 1
_SCHEMA = f"""
PRAGMA user_version = {_FORMAT};
CREATE TABLE IF NOT EXISTS makers (id INTEGER PRIMARY KEY, made_of TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS grades (
    content BLOB NOT NULL, maker INTEGER NOT NULL REFERENCES makers, grade TEXT NOT NULL,
    PRIMARY KEY (content, maker)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS replies (name TEXT PRIMARY KEY, reply TEXT NOT NULL) WITHOUT ROWID;
"""
_RUN_SCHEMA = """
CREATE TEMP TABLE rows (
    row INTEGER PRIMARY KEY, id TEXT NOT NULL, file TEXT NOT NULL, line INTEGER NOT NULL,
    candidate TEXT NOT NULL, question TEXT NOT NULL, content BLOB, maker INTEGER, copy INTEGER NOT NULL,
    error TEXT, extra TEXT NOT NULL, record TEXT);
CREATE TEMP TABLE ids (id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TEMP TABLE keys (content BLOB, maker INTEGER, PRIMARY KEY (content, maker)) WITHOUT ROWID;
CREATE TEMP TABLE incoming (name TEXT PRIMARY KEY, reply TEXT, why TEXT NOT NULL, used INTEGER NOT NULL)
    WITHOUT ROWID;
CREATE TEMP TABLE failures (content BLOB, maker INTEGER, grade TEXT NOT NULL,
    PRIMARY KEY (content, maker)) WITHOUT ROWID;
"""
_SELECT = """
SELECT r.row, r.id, r.file, r.line, r.candidate, r.question, r.copy, r.error, r.extra, r.record,
       coalesce(g.grade, f.grade)
FROM temp.rows r
LEFT JOIN main.grades g ON g.content = r.content AND g.maker = r.maker
LEFT JOIN temp.failures f ON f.content = r.content AND f.maker = r.maker
"""


@dataclass(frozen=True, slots=True)
class Stored:
    """One row of the run as the journal holds it; `grade` and `error` are JSON, None where there is none."""

    row: int
    id: str
    file: str
    line: int
    candidate: str
    question: str
    copy: bool
    error: str | None
    extra: str
    record: str | None
    grade: str | None


@dataclass(frozen=True, slots=True)
class Total:
    """What one candidate got: rows, how many of them have a mark, and those marks' mean and minimum."""

    candidate: str
    rows: int
    marked: int
    mean: float | None
    lowest: int | None


@dataclass(frozen=True, slots=True)
class Incoming:
    """A reply that is being imported, as JSON; None where the request failed, with the reason in `why`."""

    reply: str | None
    why: str


class Journal:
    """Use as a context manager. Every method raises SetupError where the disk does not play along."""

    def __init__(self, path: Path) -> None:
        """Open or make the journal; UsageError where another run holds it."""
        self._path = path
        self.stale: Counter[str] = Counter()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, timeout=0.2, isolation_level=None, check_same_thread=False)
            self._claim()
        except sqlite3.Error as error:
            raise self._explain(error) from error
        except OSError as error:
            raise SetupError(f"The journal {path} cannot be made: {error.strerror}.") from error
        self._earlier = self._db.execute("SELECT 1 FROM grades LIMIT 1").fetchone() is not None
        self._makers: dict[str, int] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        with contextlib.suppress(sqlite3.Error):  # what is not checkpointed now is read from the WAL
            self._db.close()

    def _claim(self) -> None:
        """Take the exclusive lock, which the system takes back whatever becomes of this process."""
        db = self._db
        db.execute("PRAGMA locking_mode = EXCLUSIVE")
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
        db.execute("PRAGMA wal_autocheckpoint = 8000")
        db.execute("PRAGMA temp_store = FILE")
        db.execute("BEGIN IMMEDIATE")
        version = db.execute("PRAGMA user_version").fetchone()[0]
        if version not in (0, _FORMAT):
            raise SetupError(f"{self._path} is the journal of another version. Move it away to start anew.")
        for statement in (_SCHEMA + _RUN_SCHEMA).split(";"):
            db.execute(statement)
        db.execute("COMMIT")

    def forget(self) -> None:
        """Drop all grades and replies of earlier runs."""
        with self.writing():
            self._db.execute("DELETE FROM grades")
            self._db.execute("DELETE FROM replies")
        self._earlier = False

    def begin_again(self) -> None:
        """Forget the rows of this run, so that the input can be gone through once more."""
        for table in ("rows", "ids", "keys", "failures"):
            self._write(f"DELETE FROM temp.{table}", ())

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction around several writes."""
        try:
            self._db.execute("BEGIN")
            yield
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            raise self._explain(error) from error
        finally:
            if self._db.in_transaction:
                with contextlib.suppress(sqlite3.Error):
                    self._db.execute("ROLLBACK")

    def maker(self, made_of: dict[str, Any]) -> int:
        """The number that stands for everything but the row's content that makes a grade."""
        text = json.dumps(made_of, sort_keys=True)
        if text not in self._makers:
            self._write("INSERT OR IGNORE INTO makers (made_of) VALUES (?)", (text,))
            found = self._db.execute("SELECT id FROM makers WHERE made_of = ?", (text,)).fetchone()
            self._makers[text] = found[0]
        return self._makers[text]

    def claim_id(self, id: str) -> bool:
        """False where the run has a row of that id already."""
        return self._write("INSERT OR IGNORE INTO temp.ids VALUES (?)", (id,)) == 1

    def claim_key(self, content: bytes, maker: int) -> bool:
        """False where the run has a row with that content already."""
        return self._write("INSERT OR IGNORE INTO temp.keys VALUES (?, ?)", (content, maker)) == 1

    def add_row(
        self,
        row: tuple[int, str, str, int, str, str],
        key: tuple[bytes, int] | None,
        *,
        copy: bool = False,
        error: str | None = None,
        extra: str = "{}",
        record: str | None = None,
    ) -> None:
        """Note one row of the run: (row, id, file, line, candidate, question) and its grade's key."""
        content, maker = key or (None, None)
        values = (*row, content, maker, copy, error, extra, record)
        self._write(f"INSERT INTO temp.rows VALUES ({', '.join('?' * 12)})", values)

    def has_grade(self, content: bytes, maker: int) -> bool:
        """True where an earlier run finished this row. A grade made otherwise is counted in `stale`."""
        if not self._earlier:
            return False
        found = self._db.execute(
            "SELECT 1 FROM grades WHERE content = ? AND maker = ?", (content, maker)
        ).fetchone()
        if found is None:
            self._note_stale(content, maker)
        return found is not None

    def record(self, content: bytes, maker: int, grade: str) -> None:
        """Keep a finished grade for good. From here on a kill of the process does not lose it."""
        self._write("INSERT OR REPLACE INTO main.grades VALUES (?, ?, ?)", (content, maker, grade))

    def record_failure(self, content: bytes, maker: int, grade: str) -> None:
        """Keep a failure for this run alone: the next one tries again."""
        self._write("INSERT OR REPLACE INTO temp.failures VALUES (?, ?, ?)", (content, maker, grade))

    def keep_reply(self, name: str, reply: str) -> None:
        """Keep one model reply for good, by its request's name."""
        self._write("INSERT OR REPLACE INTO main.replies VALUES (?, ?)", (name, reply))

    def reply(self, name: str) -> str | None:
        found = self._db.execute("SELECT reply FROM main.replies WHERE name = ?", (name,)).fetchone()
        return found[0] if found else None

    def drop_replies(self, prefix: str) -> None:
        """Forget the kept replies whose names start so."""
        self._write("DELETE FROM main.replies WHERE substr(name, 1, ?) = ?", (len(prefix), prefix))

    def has_replies(self) -> bool:
        return self._db.execute("SELECT 1 FROM replies LIMIT 1").fetchone() is not None

    def add_incoming(self, name: str, reply: str | None, why: str) -> None:
        """Take note of a reply that is being imported, instead of an earlier failure of that name."""
        self._write("INSERT OR REPLACE INTO temp.incoming VALUES (?, ?, ?, 0)", (name, reply, why))

    def incoming(self, name: str) -> Incoming | None:
        query = "SELECT reply, why FROM temp.incoming WHERE name = ?"
        found = self._db.execute(query, (name,)).fetchone()
        return Incoming(*found) if found else None

    def drop_incoming(self) -> None:
        """Forget what was being imported, failures with their reasons included."""
        self._write("DELETE FROM temp.incoming", ())

    def use_incoming(self, name: str) -> None:
        """Mark that a row of this run asks for that reply."""
        self._write("UPDATE temp.incoming SET used = 1 WHERE name = ?", (name,))

    def stranger(self) -> str | None:
        """A name that was imported although no row asks for it, and none did before."""
        found = self._db.execute(
            "SELECT name FROM temp.incoming WHERE NOT used"
            " AND name NOT IN (SELECT name FROM main.replies) LIMIT 1"
        ).fetchone()
        return found[0] if found else None

    def keep_incoming(self) -> None:
        """Keep the imported replies for good."""
        self._write(
            "INSERT OR IGNORE INTO main.replies"
            " SELECT name, reply FROM temp.incoming WHERE reply IS NOT NULL",
            (),
        )

    def rows(self) -> Iterator[Stored]:
        """Every row of the run in input order, each with its grade."""
        return self._stored(f"{_SELECT} ORDER BY r.row", ())

    def rows_of(self, candidate: str) -> Iterator[Stored]:
        return self._stored(f"{_SELECT} WHERE r.candidate = ? ORDER BY r.row", (candidate,))

    def candidates(self) -> Iterator[str]:
        """Everybody that rows name, in order of first appearance."""
        self._write("CREATE INDEX IF NOT EXISTS temp.by_candidate ON rows (candidate, row)", ())
        query = "SELECT candidate FROM temp.rows WHERE candidate != '' GROUP BY candidate ORDER BY min(row)"
        for (candidate,) in self._db.execute(query):
            yield candidate

    def totals(self) -> Iterator[Total]:
        """One total for each candidate, in order of first appearance."""
        mark = "json_extract(coalesce(g.grade, f.grade), '$.overall')"
        query = f"""
            SELECT r.candidate, count(*), count({mark}), avg({mark}), min({mark}) FROM temp.rows r
            LEFT JOIN main.grades g ON g.content = r.content AND g.maker = r.maker
            LEFT JOIN temp.failures f ON f.content = r.content AND f.maker = r.maker
            WHERE r.candidate != '' GROUP BY r.candidate ORDER BY min(r.row)"""
        for row in self._db.execute(query):
            yield Total(*row)

    def sync(self) -> None:
        """Have the disk itself keep what was recorded, against power loss. Safe in any thread."""
        with contextlib.suppress(OSError):
            handle = os.open(f"{self._path}-wal", os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)

    def _stored(self, query: str, values: Sequence[Any]) -> Iterator[Stored]:
        try:
            for row in self._db.execute(query, values):
                yield Stored(*row)
        except sqlite3.Error as error:
            raise self._explain(error) from error

    def _write(self, statement: str, values: Sequence[Any]) -> int:
        try:
            return self._db.execute(statement, values).rowcount
        except sqlite3.Error as error:
            raise self._explain(error) from error

    def _note_stale(self, content: bytes, maker: int) -> None:
        rows = self._db.execute(
            "SELECT m.made_of, n.made_of FROM grades g JOIN makers m ON m.id = g.maker, makers n"
            " WHERE g.content = ? AND n.id = ?",
            (content, maker),
        ).fetchall()
        if rows:
            changes = [_changed(json.loads(old), json.loads(new)) for old, new in rows]
            self.stale[min(changes, key=len)] += 1

    def _explain(self, error: sqlite3.Error) -> Exception:
        text = str(error)
        if "locked" in text or "busy" in text:
            output = str(self._path).removesuffix(".journal")
            return UsageError(f"Another run is writing {output}. Wait for it, or choose another -o.")
        if isinstance(error, sqlite3.DatabaseError) and "not a database" in text:
            return SetupError(
                f"{self._path} is no journal of this program. Move it away, or choose another -o."
            )
        return SetupError(
            f"The journal {self._path} cannot be written ({text}). What was graded so far is saved:"
            " free some space and run the same command again."
        )


def _changed(old: dict[str, Any], new: dict[str, Any]) -> str:
    """Which of the things that make a grade differ, as words: `model (a to b), prompt`."""
    names = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
    shown = {"grader", "model", "samples"}
    return ", ".join(
        f"{name} ({old.get(name)} to {new.get(name)})" if name in shown else name for name in names
    )
