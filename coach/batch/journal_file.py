"""A journal's SQLite file: opened for one run alone, written, synced; what goes wrong is told in words.

WAL mode. What a statement means is its caller's business.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from coach.errors import SetupError, UsageError

_flush = getattr(os, "fdatasync", os.fsync)  # macOS has no fdatasync


class JournalFile:
    """Every method raises SetupError where the disk does not play along.

    `unsynced` is how many writes meant for good the disk itself may not have yet.
    """

    def __init__(self, path: Path, schema: str, format: int) -> None:
        """Open or make the file and run the statements of `schema`; UsageError where another run holds it."""
        self._path = path
        self._wal: int | None = None
        self.unsynced = 0
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, timeout=0.2, isolation_level=None, check_same_thread=False)
            try:
                self._claim(schema, format)
            except BaseException:
                self._db.close()
                raise
        except sqlite3.Error as error:
            raise self._explain(error) from error
        except OSError as error:
            raise SetupError(f"The journal {path} cannot be made: {error.strerror}.") from error

    def close(self) -> None:
        with contextlib.suppress(sqlite3.Error):  # what is not checkpointed now is read from the WAL
            self._db.close()
        if self._wal is not None:
            os.close(self._wal)
            self._wal = None

    def _claim(self, schema: str, format: int) -> None:
        """Take the exclusive lock, which the system takes back whatever becomes of this process."""
        db = self._db
        db.execute("PRAGMA locking_mode = EXCLUSIVE")
        db.execute("PRAGMA journal_mode = WAL")
        # A commit that waited for the disk would hold up every request: `sync` has the disk keep a group.
        db.execute("PRAGMA synchronous = NORMAL")
        db.execute("PRAGMA wal_autocheckpoint = 8000")
        db.execute("PRAGMA temp_store = FILE")
        db.execute("BEGIN IMMEDIATE")
        version = db.execute("PRAGMA user_version").fetchone()[0]
        if version not in (0, format):
            raise SetupError(f"{self._path} is the journal of another version. Move it away to start anew.")
        for statement in schema.split(";"):
            db.execute(statement)
        db.execute(f"PRAGMA user_version = {format}")
        db.execute("COMMIT")

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

    def write(self, statement: str, values: Sequence[Any] = ()) -> int:
        """Returns how many rows were written. For what is of this run alone, or can be had again."""
        try:
            return self._db.execute(statement, values).rowcount
        except sqlite3.Error as error:
            raise self._explain(error) from error

    def keep(self, statement: str, values: Sequence[Any] = ()) -> None:
        """Write what must last: it outlives a kill at once, and power loss from the next `sync` on."""
        self.write(statement, values)
        self.unsynced += 1

    def rows(self, query: str, values: Sequence[Any] = ()) -> Iterator[Any]:
        try:
            for row in self._db.execute(query, values):  # noqa: UP028  # it would close a cursor that is closed
                yield row
        except sqlite3.Error as error:
            raise self._explain(error) from error

    def row(self, query: str, values: Sequence[Any] = ()) -> Any:
        """The first row found, or None."""
        try:
            return self._db.execute(query, values).fetchone()
        except sqlite3.Error as error:
            raise self._explain(error) from error

    def sync(self) -> None:
        """Have the disk itself keep what was written so far, against power loss. Safe in any thread."""
        self.unsynced = 0
        try:
            if self._wal is None:
                self._wal = os.open(f"{self._path}-wal", os.O_RDONLY)
                self._sync_folder()
            _flush(self._wal)
        except FileNotFoundError:
            pass  # nothing was written yet
        except OSError as error:
            if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # a file system that cannot sync
                raise SetupError(
                    f"The disk of {self._path} fails ({error.strerror}). What was graded so far may be lost:"
                    " choose an -o on another disk."
                ) from error

    def _sync_folder(self) -> None:
        """Once: the names of the files must outlast power loss too."""
        with contextlib.suppress(OSError):  # not every system lets a folder be opened
            folder = os.open(self._path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    def _explain(self, error: sqlite3.Error) -> Exception:
        text = str(error)
        if "locked" in text or "busy" in text:
            output = str(self._path).removesuffix(".journal")
            return UsageError(f"Another run is writing {output}. Wait for it, or choose another -o.")
        if isinstance(error, sqlite3.DatabaseError) and "not a database" in text:
            return SetupError(
                f"{self._path} is no journal of this program. Move it away, or choose another -o."
            )
        if "unable to open" in text or "readonly" in text:
            return SetupError(
                f"The journal {self._path} cannot be made there. Choose an -o in a folder that allows it."
            )
        return SetupError(
            f"The journal {self._path} cannot be written ({text}). What was graded so far is saved:"
            " free some space and run the same command again."
        )
