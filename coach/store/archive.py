"""The history as lines of JSON that another data folder can take in. Nothing is read back here: see `merge`.

The first line says what follows, the last how many rows there are; between them one row of a table a line.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterator
from typing import Any

from coach.errors import StoreError
from coach.store.database import Database
from coach.store.tables import Table, list_tables, quoted

FORMAT = 1
# Filled anew from the grades wherever they are taken in.
DERIVED = ("marks", "verdicts", "plan_reviews", "plan_cards")
# Leave to send answers to a server is given on each machine by its user, never by a file.
PRIVATE = ("consents",)
PROFILE = "profile"


def write_archive(
    database: Database, sessions: Collection[str] | None = None, *, profile: bool = False
) -> Iterator[str]:
    """Lines of JSON, each with its line feed: everything that was practised, or some `sessions` alone.

    Tables that belong to no session (stories, plans) are part of the whole alone; the profile only
    where it is asked for. Raises StoreError for a session that is not there.
    """
    with database.snapshot() as connection:
        left_out = (*DERIVED, *PRIVATE, *(() if profile else (PROFILE,)))
        tables = list_tables(connection, left_out)
        if sessions is not None:
            _check(database, connection, sessions)
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
        yield _line({"coach": "history", "format": FORMAT, "schema": version})
        count = 0
        kept: dict[str, set[object]] = {}
        for table in tables:
            for row in _rows(connection, table):
                if sessions is not None and not _wanted(table, row, sessions, kept):
                    continue
                count += 1
                yield _line({"table": table.name, "row": row})
        yield _line({"end": True, "rows": count})


def _check(database: Database, connection: sqlite3.Connection, sessions: Collection[str]) -> None:
    known = {str(row["id"]) for table in roots(connection) for row in _ids(connection, table)}
    missing = sorted(set(sessions) - known)
    if missing:
        raise StoreError(f"There is no session {', '.join(missing)} in {database.path}.")


def roots(connection: sqlite3.Connection) -> list[str]:
    """The tables whose rows are sessions: those of practice and loops, and those of drills."""
    names = [table.name for table in list_tables(connection)]
    return [name for name in ("sessions", "drills") if name in names]


def _ids(connection: sqlite3.Connection, table: str) -> list[sqlite3.Row]:
    return connection.execute(f"SELECT id FROM {quoted(table)}").fetchall()


def _rows(connection: sqlite3.Connection, table: Table) -> Iterator[dict[str, Any]]:
    """All rows, oldest first."""
    order = ", ".join(quoted(name) for name in table.key)
    for row in connection.execute(f"SELECT * FROM {quoted(table.name)} ORDER BY {order}"):
        yield dict(zip(row.keys(), tuple(row), strict=True))


def _wanted(
    table: Table, row: dict[str, Any], sessions: Collection[str], kept: dict[str, set[object]]
) -> bool:
    """True for a chosen session, and for a row that belongs to such rows alone."""
    if table.name in ("sessions", "drills"):
        wanted = row["id"] in sessions
    else:
        owners = [(parent, row[name]) for name, parent in table.links.items() if name not in table.optional]
        wanted = bool(owners) and all(value in kept.get(parent, ()) for parent, value in owners)
    if wanted and len(table.key) == 1:
        kept.setdefault(table.name, set()).add(row[table.key[0]])
    return wanted


def _line(data: dict[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False) + "\n"
