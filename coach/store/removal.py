"""Deletes sessions so that their text is gone from the files' bytes, backups included."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from contextlib import closing
from pathlib import Path

from coach.errors import StoreError
from coach.store.archive import roots
from coach.store.database import Database

_AT_ONCE = 500


def delete_sessions(database: Database, sessions: Collection[str]) -> int:
    """Delete sessions and drills by id, with everything that hangs on them; returns how many there were.

    The file and its backups are rewritten without them. Raises StoreError where another program has the
    file open or a backup cannot be rewritten: what was asked for is deleted then, and the error says
    what is left to do.
    """
    wanted = list(sessions)
    database.read("PRAGMA secure_delete = ON")
    with database.write() as connection:
        count = _delete(connection, wanted)
    compact(database)
    for backup in database.backups():
        _purge(backup, wanted)
    return count


def compact(database: Database) -> None:
    """Rewrite the file without what was deleted earlier."""
    try:
        database.compact()
    except StoreError as error:
        raise StoreError(
            f"The sessions are deleted, but {database.path} is open in another program and may still hold"
            " bytes of them. Close that program, then run `coach history delete --compact`."
        ) from error


def _delete(connection: sqlite3.Connection, sessions: Sequence[str]) -> int:
    count = 0
    for table in roots(connection):
        for start in range(0, len(sessions), _AT_ONCE):
            some = sessions[start : start + _AT_ONCE]
            marks = ", ".join("?" * len(some))
            count += connection.execute(f"DELETE FROM {table} WHERE id IN ({marks})", some).rowcount
    return count


def _purge(backup: Path, sessions: Sequence[str]) -> None:
    """Delete the same sessions from a copy that was made before a migration."""
    try:
        with closing(sqlite3.connect(backup, isolation_level=None)) as connection:
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute("PRAGMA journal_mode = DELETE")
            if _delete(connection, sessions):
                connection.execute("VACUUM")
    except sqlite3.DatabaseError as error:
        raise StoreError(
            f"The sessions are deleted, but the backup {backup} cannot be rewritten ({error})."
            " Delete that file, if it may hold them."
        ) from error
