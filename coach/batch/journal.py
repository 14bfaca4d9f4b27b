"""The journal beside an output: every finished grade, so that no answer is lost or paid twice.

What a run needs only for itself (the rows in order, failures) lies in temporary tables that vanish with
it. Knows rows and grades as stored text.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from coach.batch import replies
from coach.batch.journal_file import JournalFile

_FORMAT = 1
_SCHEMA = """
CREATE TABLE IF NOT EXISTS makers (id INTEGER PRIMARY KEY, made_of TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS grades (
    content BLOB NOT NULL, maker INTEGER NOT NULL REFERENCES makers, grade TEXT NOT NULL,
    PRIMARY KEY (content, maker)) WITHOUT ROWID;
CREATE TEMP TABLE rows (
    row INTEGER PRIMARY KEY, id TEXT NOT NULL, file TEXT NOT NULL, line INTEGER NOT NULL,
    candidate TEXT NOT NULL, question TEXT NOT NULL, content BLOB, maker INTEGER, copy INTEGER NOT NULL,
    error TEXT, extra TEXT NOT NULL, record TEXT);
CREATE TEMP TABLE ids (id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TEMP TABLE keys (content BLOB, maker INTEGER, PRIMARY KEY (content, maker)) WITHOUT ROWID;
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


class Journal:
    """Use as a context manager. Every method raises SetupError where the disk does not play along."""

    def __init__(self, path: Path) -> None:
        """Open or make the journal; UsageError where another run holds it."""
        self._file = JournalFile(path, _SCHEMA + replies.SCHEMA, _FORMAT)
        self.replies = replies.Replies(self._file)
        self.stale: Counter[str] = Counter()
        self._earlier = self._file.row("SELECT 1 FROM grades LIMIT 1") is not None
        self._makers: dict[str, int] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._file.close()

    @property
    def unsynced(self) -> int:
        """How many finished grades and replies the disk itself may not have yet."""
        return self._file.unsynced

    def sync(self) -> None:
        """Have the disk itself keep what was recorded, against power loss. Safe in any thread."""
        self._file.sync()

    def writing(self) -> AbstractContextManager[None]:
        """One transaction around several writes."""
        return self._file.writing()

    def forget(self) -> None:
        """Drop all grades and replies of earlier runs."""
        with self.writing():
            self._file.write("DELETE FROM grades")
            self._file.write("DELETE FROM replies")
        self._earlier = False

    def begin_again(self) -> None:
        """Forget the rows of this run, so that the input can be gone through once more."""
        for table in ("rows", "ids", "keys", "failures"):
            self._file.write(f"DELETE FROM temp.{table}", ())

    def maker(self, made_of: dict[str, Any]) -> int:
        """The number that stands for everything but the row's content that makes a grade."""
        text = json.dumps(made_of, sort_keys=True)
        if text not in self._makers:
            self._file.write("INSERT OR IGNORE INTO makers (made_of) VALUES (?)", (text,))
            found = self._file.row("SELECT id FROM makers WHERE made_of = ?", (text,))
            self._makers[text] = found[0]
        return self._makers[text]

    def claim_id(self, id: str) -> bool:
        """False where the run has a row of that id already."""
        return self._file.write("INSERT OR IGNORE INTO temp.ids VALUES (?)", (id,)) == 1

    def claim_key(self, content: bytes, maker: int) -> bool:
        """False where the run has a row with that content already."""
        return self._file.write("INSERT OR IGNORE INTO temp.keys VALUES (?, ?)", (content, maker)) == 1

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
        self._file.write(f"INSERT INTO temp.rows VALUES ({', '.join('?' * 12)})", values)

    def has_grade(self, content: bytes, maker: int) -> bool:
        """True where an earlier run finished this row. A grade made otherwise is counted in `stale`."""
        if not self._earlier:
            return False
        found = self._file.row("SELECT 1 FROM grades WHERE content = ? AND maker = ?", (content, maker))
        if found is None:
            self._note_stale(content, maker)
        return found is not None

    def grade(self, content: bytes, maker: int) -> str | None:
        """The finished grade of that key, as JSON."""
        found = self._file.row("SELECT grade FROM grades WHERE content = ? AND maker = ?", (content, maker))
        return found[0] if found else None

    def record(self, content: bytes, maker: int, grade: str) -> None:
        """Keep a finished grade for good. From here on a kill of the process does not lose it."""
        self._file.keep("INSERT OR REPLACE INTO main.grades VALUES (?, ?, ?)", (content, maker, grade))

    def record_failure(self, content: bytes, maker: int, grade: str) -> None:
        """Keep a failure for this run alone: the next one tries again."""
        self._file.write("INSERT OR REPLACE INTO temp.failures VALUES (?, ?, ?)", (content, maker, grade))

    def rows(self) -> Iterator[Stored]:
        """Every row of the run in input order, each with its grade."""
        return self._stored(f"{_SELECT} ORDER BY r.row", ())

    def rows_of(self, candidate: str) -> Iterator[Stored]:
        return self._stored(f"{_SELECT} WHERE r.candidate = ? ORDER BY r.row", (candidate,))

    def candidates(self) -> Iterator[str]:
        """Everybody that rows name, in order of first appearance."""
        self._file.write("CREATE INDEX IF NOT EXISTS temp.by_candidate ON rows (candidate, row)", ())
        query = "SELECT candidate FROM temp.rows WHERE candidate != '' GROUP BY candidate ORDER BY min(row)"
        for (candidate,) in self._file.rows(query):
            yield candidate

    def totals(self) -> Iterator[Total]:
        """One total for each candidate, in order of first appearance."""
        mark = "json_extract(coalesce(g.grade, f.grade), '$.overall')"
        query = f"""
            SELECT r.candidate, count(*), count({mark}), avg({mark}), min({mark}) FROM temp.rows r
            LEFT JOIN main.grades g ON g.content = r.content AND g.maker = r.maker
            LEFT JOIN temp.failures f ON f.content = r.content AND f.maker = r.maker
            WHERE r.candidate != '' GROUP BY r.candidate ORDER BY min(r.row)"""
        for row in self._file.rows(query):
            yield Total(*row)

    def _stored(self, query: str, values: Sequence[Any]) -> Iterator[Stored]:
        return (Stored(*row) for row in self._file.rows(query, values))

    def _note_stale(self, content: bytes, maker: int) -> None:
        rows = self._file.rows(
            "SELECT m.made_of, n.made_of FROM grades g JOIN makers m ON m.id = g.maker, makers n"
            " WHERE g.content = ? AND n.id = ?",
            (content, maker),
        )
        changes = [_changed(json.loads(old), json.loads(new)) for old, new in rows]
        if changes:
            self.stale[min(changes, key=len)] += 1


def _changed(old: dict[str, Any], new: dict[str, Any]) -> str:
    """Which of the things that make a grade differ, as words: `model (a to b), prompt`."""
    names = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
    shown = {"grader", "model", "samples"}
    return ", ".join(
        f"{name} ({old.get(name)} to {new.get(name)})" if name in shown else name for name in names
    )
