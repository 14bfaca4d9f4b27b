"""What tables a file holds and how their rows point at each other. Knows no table's meaning."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Table:
    """One table. `links` maps a column to the table whose key it holds.

    `key` names the columns of the primary key. A `counted` key is a number that this file gave and
    another file may have given to another row; `optional` names the columns that may be null; `types`
    holds each column's type as it was declared.
    """

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    counted: bool
    links: dict[str, str] = field(default_factory=dict)
    optional: frozenset[str] = frozenset()
    types: dict[str, str] = field(default_factory=dict)

    def place(self) -> tuple[str, ...]:
        """The columns by which a row with a counted key is known again in another file."""
        if "created_at" not in self.columns:
            return tuple(name for name in self.columns if name not in self.key)
        return ("created_at", *(name for name in self.links if name not in self.optional))


def list_tables(connection: sqlite3.Connection, left_out: Iterable[str] = ()) -> list[Table]:
    """All tables but `left_out`; a table comes after the tables that it points at."""
    names = [
        str(row["name"])
        for row in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
            " AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY rowid"
        )
    ]
    skipped = set(left_out)
    tables = {name: _describe(connection, name) for name in names if name not in skipped}
    ordered: dict[str, Table] = {}

    def place(table: Table) -> None:
        for parent in table.links.values():
            if parent != table.name and parent in tables and parent not in ordered:
                place(tables[parent])
        ordered[table.name] = table

    for table in tables.values():
        if table.name not in ordered:
            place(table)
    return list(ordered.values())


def _describe(connection: sqlite3.Connection, name: str) -> Table:
    columns = connection.execute(f"PRAGMA table_info({quoted(name)})").fetchall()
    keys = sorted((row for row in columns if row["pk"]), key=lambda row: int(row["pk"]))
    key = tuple(str(row["name"]) for row in keys)
    links = {
        str(row["from"]): str(row["table"])
        for row in connection.execute(f"PRAGMA foreign_key_list({quoted(name)})")
    }
    whole_number = len(keys) == 1 and str(keys[0]["type"]).upper() == "INTEGER"
    return Table(
        name=name,
        columns=tuple(str(row["name"]) for row in columns),
        key=key or tuple(str(row["name"]) for row in columns),
        counted=whole_number and key[0] not in links,
        links=links,
        optional=frozenset(str(row["name"]) for row in columns if not row["notnull"] and not row["pk"]),
        types={str(row["name"]): str(row["type"]).upper() for row in columns},
    )


def quoted(name: str) -> str:
    """A table's or column's name as SQL takes it."""
    return '"' + name.replace('"', '""') + '"'
