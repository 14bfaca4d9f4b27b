"""Lets programs that write into one folder take turns; a program that is killed gives up its turn."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from coach.errors import SetupError

LOCK = ".turn.db"
_PATIENCE_S = 600.0
_PAUSE_S = 0.1


@contextmanager
def turn(folder: Path, *, patience: float = _PATIENCE_S) -> Iterator[None]:
    """Wait until no other program has its turn in `folder`, and keep the others waiting meanwhile.

    SQLite's lock of a file is used because it works alike on every platform. Where the folder cannot be
    written there is no turn to take: whoever writes there meets that error. Raises SetupError after
    `patience` seconds.
    """
    connection = _connect(folder)
    if connection is None:
        yield
        return
    with closing(connection):
        _wait(connection, folder, time.monotonic() + patience)
        yield


def _connect(folder: Path) -> sqlite3.Connection | None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return sqlite3.connect(folder / LOCK, timeout=0, isolation_level=None)
    except (OSError, sqlite3.OperationalError):
        return None


def _wait(connection: sqlite3.Connection, folder: Path, until: float) -> None:
    while True:
        try:
            connection.execute("BEGIN IMMEDIATE")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                return
        if time.monotonic() >= until:
            raise SetupError(
                f"Another program has been writing in {folder} for too long. Wait for it, or end it, "
                "and run this again."
            )
        # In short naps, so that Ctrl-C is heard.
        time.sleep(_PAUSE_S)
