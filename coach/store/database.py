"""Opens, checks, backs up and migrates the SQLite file, and words every failure of it.

WAL and a busy timeout let two programs work on one file. Holds no table's meaning.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from coach.errors import StoreError
from coach.store.migrations import MIGRATIONS

Value = str | int | float | None
Clock = Callable[[], datetime]

BUSY_SECONDS = 5.0


def utc_now() -> datetime:
    return datetime.now(UTC)


def _storable(text: str) -> str:
    """Text that UTF-8 can hold: a lone surrogate, as a broken paste may bring, becomes a question mark."""
    return text.encode("utf-8", "replace").decode("utf-8")


class _Connection(sqlite3.Connection):
    """A connection that takes any text; what UTF-8 cannot hold is kept and looked for as `_storable`."""

    def execute(self, sql: str, values: Any = (), /) -> sqlite3.Cursor:
        try:
            return super().execute(sql, values)
        except UnicodeEncodeError:
            return super().execute(sql, [_storable(v) if isinstance(v, str) else v for v in values])


class Database:
    """One open file. Safe to share between threads: statements take turns.

    Raises StoreError when the file is newer than this program, damaged, not writable or in use
    for longer than `busy_seconds`.
    """

    def __init__(
        self,
        path: Path,
        *,
        clock: Clock = utc_now,
        migrations: Sequence[Sequence[str]] = MIGRATIONS,
        busy_seconds: float = BUSY_SECONDS,
    ) -> None:
        self.path = path
        self._clock = clock
        self._lock = threading.RLock()
        self._busy_seconds = busy_seconds
        self._connection = self._connect()
        try:
            self._migrate(migrations)
        except BaseException:
            self._connection.close()
            raise

    def __enter__(self) -> Database:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def now(self) -> str:
        """The clock's time as ISO 8601 in UTC."""
        return self._clock().astimezone(UTC).isoformat(timespec="milliseconds")

    def today(self) -> str:
        """The clock's day in UTC, as YYYYMMDD."""
        return self._clock().astimezone(UTC).strftime("%Y%m%d")

    def read(self, sql: str, values: Sequence[Value] = ()) -> list[sqlite3.Row]:
        with self._lock, self._worded():
            return self._connection.execute(sql, values).fetchall()

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it is kept, or none. The write lock is taken at once."""
        with self._lock, self._worded():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                # A full disk has ended the transaction already.
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    @contextmanager
    def snapshot(self) -> Iterator[sqlite3.Connection]:
        """Many reads that see one state of the file, whatever other programs write meanwhile."""
        with self._lock, self._worded():
            self._connection.execute("BEGIN")
            try:
                yield self._connection
            finally:
                self._connection.execute("ROLLBACK")

    def compact(self) -> None:
        """Rewrite the file without what was deleted, and empty its journal.

        Raises StoreError where another program holds the file open for reading or writing.
        """
        with self._lock, self._worded():
            self._empty_journal()
            self._connection.execute("VACUUM")
            self._empty_journal()

    def backups(self) -> list[Path]:
        """The copies that were made before migrations, oldest first."""
        return sorted(self.path.parent.glob(f"{self.path.name}.*.backup"))

    def _empty_journal(self) -> None:
        busy = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        if busy:
            raise StoreError(self._in_use())

    def _connect(self) -> sqlite3.Connection:
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not self.path.exists():
                # Answers are private: the file is created for its owner alone.
                os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
        except OSError as error:
            raise StoreError(f"{self.path} cannot be created: {error.strerror}. Set COACH_HOME.") from error
        with self._worded():
            connection = sqlite3.connect(
                self.path,
                timeout=self._busy_seconds,
                isolation_level=None,
                check_same_thread=False,
                factory=_Connection,
            )
        connection.row_factory = sqlite3.Row
        return connection

    def _migrate(self, migrations: Sequence[Sequence[str]]) -> None:
        with self._worded():
            version = self._version()
            if version > len(migrations):
                raise StoreError(
                    f"{self.path} was written by a newer coach (schema {version}, this one knows"
                    f" {len(migrations)}). Upgrade coach, or set COACH_HOME to another folder."
                )
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = NORMAL")
            self._connection.execute("PRAGMA foreign_keys = ON")
        if 0 < version < len(migrations):
            self._back_up(version)
        if version == len(migrations):
            return
        with self.write() as connection:
            # Read again under the lock: another program may have migrated meanwhile.
            version = self._version()
            for number, step in enumerate(migrations[version:], start=version + 1):
                for statement in step:
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {number}")

    def _version(self) -> int:
        # The table list is read as well, because a damaged file may still have a readable header.
        self._connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        return int(self._connection.execute("PRAGMA user_version").fetchone()[0])

    def _back_up(self, version: int) -> None:
        stamp = self._clock().strftime("%Y%m%dT%H%M%S%f")
        target = self.path.with_name(f"{self.path.name}.v{version}-{stamp}.backup")
        with self._worded(), closing(sqlite3.connect(target)) as copy:
            self._connection.backup(copy)
        target.chmod(0o600)

    @contextmanager
    def _worded(self) -> Iterator[None]:
        """Translate what SQLite raises into a StoreError that says what to do."""
        try:
            yield
        except sqlite3.IntegrityError as error:
            raise StoreError(f"{self.path}: another program changed the same session ({error}).") from error
        except sqlite3.DatabaseError as error:
            raise StoreError(self._reason(error)) from error
        except OverflowError as error:
            raise StoreError(f"{self.path} keeps nothing under a number that large.") from error

    def _reason(self, error: sqlite3.DatabaseError) -> str:
        code = getattr(error, "sqlite_errorname", "") or ""
        if code.startswith("SQLITE_BUSY"):
            return self._in_use()
        if code.startswith("SQLITE_READONLY"):
            return f"{self.path} cannot be written: it is read-only. Mend its permissions, or set COACH_HOME."
        if code.startswith("SQLITE_CANTOPEN"):
            return f"{self.path} cannot be opened. Check that it is a file and that you may read it."
        if code.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
            return f"{self.path} is damaged ({error}); it was left as it is. {self._rescue()}"
        if code.startswith("SQLITE_FULL"):
            return f"{self.path} cannot grow: the disk is full."
        return f"{self.path}: {error}."

    def _in_use(self) -> str:
        return f"{self.path} is in use by another program. Try again when that has finished."

    def _rescue(self) -> str:
        backups = self.backups()
        if backups:
            return f"Move it aside and copy {backups[-1].name} into its place."
        return "Move it aside to start afresh."
