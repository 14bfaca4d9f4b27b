"""Takes an archive in: what is here already stays, what is new is added, and all of it or nothing is kept."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from coach.errors import DatasetError, StoreError
from coach.store.archive import DERIVED, FORMAT, PRIVATE
from coach.store.database import Database, Value
from coach.store.drills import Drills
from coach.store.history import History
from coach.store.screening import find_fault
from coach.store.tables import Table, list_tables, quoted

# A later state of an attempt takes the place of an earlier one, never the other way round.
_STATES = {"open": 0, "closing": 1, "skipped": 2, "graded": 3}
_STAMPS = ("updated_at", "changed_at")
# What ticked an item of a plan names a row as `attempt:12`.
_DEED = ("plan_items", "closed_by")
_DEEDS = {"attempt": "attempts", "story": "story_bank", "audit": "audits"}
# A draft that was sent since is not brought back.
_STALE = (
    "DELETE FROM drafts WHERE EXISTS (SELECT 1 FROM turns AS t WHERE t.attempt_id = drafts.attempt_id"
    " AND t.role = 'candidate' AND t.created_at >= drafts.updated_at)",
    "DELETE FROM drill_drafts WHERE EXISTS (SELECT 1 FROM drill_moves AS m"
    " WHERE m.drill_id = drill_drafts.drill_id AND m.created_at >= drill_drafts.updated_at)",
)


@dataclass
class Merged:
    """How many rows of each table were new, known, brought up to date, or differ and were left alone."""

    added: Counter[str] = field(default_factory=Counter)
    known: Counter[str] = field(default_factory=Counter)
    updated: Counter[str] = field(default_factory=Counter)
    kept: Counter[str] = field(default_factory=Counter)


def merge_archive(database: Database, lines: Iterable[tuple[int, str]], name: str) -> Merged:
    """Take in the numbered `lines` of the file `name`.

    A row that is here already in another state stays as it is, unless the file's is the later one.
    Raises DatasetError with the line for a file that is no archive, is cut off or does not fit;
    nothing of it is kept then.
    """
    merged = Merged()
    with database.write() as connection:
        tables = {table.name: table for table in list_tables(connection, (*DERIVED, *PRIVATE))}
        merge = _Merge(connection, tables, merged)
        schema = int(connection.execute("PRAGMA user_version").fetchone()[0])
        for number, table, row in _rows(lines, name, schema):
            where = f"{name}, line {number}"
            if table not in tables:
                raise DatasetError(f"{where}: this coach keeps no table {table!r}.")
            try:
                merge.take(tables[table], row, where)
            except (sqlite3.IntegrityError, sqlite3.OperationalError, sqlite3.InterfaceError) as error:
                raise DatasetError(f"{where}: the row does not fit ({error}). Nothing was kept.") from error
        for statement in _STALE:
            connection.execute(statement)
        _read_back(database, merge.touched, name)
    return merged


def _rows(lines: Iterable[tuple[int, str]], name: str, schema: int) -> Iterator[tuple[int, str, Any]]:
    """(line number, table, row) of every row; checks the first line and the last."""
    count, ended, begun = 0, False, False
    for number, line in lines:
        data = _parse(line, f"{name}, line {number}")
        if not begun:
            _check_head(data, name, schema)
            begun = True
        elif data.get("end") is True:
            ended = data.get("rows") == count
        elif isinstance(data.get("table"), str) and isinstance(data.get("row"), dict) and not ended:
            count += 1
            yield number, data["table"], data["row"]
        else:
            raise DatasetError(f"{name}, line {number}: not a row of an exported history.")
    if not begun:
        raise DatasetError(f"{name} is empty.")
    if not ended:
        raise DatasetError(f"{name} is cut off: its last line is missing. Nothing was kept; export it again.")


def _parse(line: str, where: str) -> dict[str, Any]:
    try:
        data = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise DatasetError(f"{where}: not JSON. Nothing was kept.") from error
    if not isinstance(data, dict):
        raise DatasetError(f"{where}: not a row of an exported history.")
    return data


def _check_head(data: dict[str, Any], name: str, schema: int) -> None:
    if data.get("coach") != "history":
        raise DatasetError(f"{name} is no history exported by `coach history export`.")
    newer = data.get("schema")
    if data.get("format") != FORMAT or not isinstance(newer, int) or newer > schema:
        raise DatasetError(f"{name} was exported by a newer coach. Upgrade this one, then import again.")


class _Merge:
    """One import under way. `ids` maps counted keys of the file to those of this database, by table."""

    def __init__(self, connection: sqlite3.Connection, tables: dict[str, Table], merged: Merged) -> None:
        self._connection = connection
        self._tables = tables
        self._merged = merged
        self._ids: dict[str, dict[Value, Value]] = {name: {} for name in tables}
        self._seen: Counter[tuple[Value, ...]] = Counter()
        self._later: dict[tuple[str, Value], sqlite3.Row] = {}
        self.touched: dict[str, set[str]] = {"sessions": set(), "drills": set()}

    def take(self, table: Table, row: dict[str, Any], where: str) -> None:
        if fault := find_fault(table, row):
            raise DatasetError(f"{where}: {fault}. Nothing was kept.")
        mapped = self._mapped(table, row, where)
        here = self._find(table, mapped)
        if here is None:
            self._insert(table, row, mapped)
        else:
            self._meet(table, row, mapped, here)
        if table.name in self.touched:
            self.touched[table.name].add(str(mapped["id"]))

    def _mapped(self, table: Table, row: dict[str, Any], where: str) -> dict[str, Any]:
        """The row with the keys that it points at as they are in this database."""
        mapped = dict(row)
        for column, parent in table.links.items():
            value = row[column]
            if value is None or not (parent in self._tables and self._tables[parent].counted):
                continue
            known = self._ids[parent].get(value)
            if known is None and column not in table.optional:
                raise DatasetError(f"{where}: {column} {value} is not in the file.")
            mapped[column] = known
        if table.name == _DEED[0]:
            mapped[_DEED[1]] = self._deed(row.get(_DEED[1]))
        return mapped

    def _deed(self, value: object) -> object:
        """What ticked an item of a plan, with its number in this database."""
        kind, colon, number = str(value).partition(":")
        if not colon or kind not in _DEEDS or not number.isdecimal():
            return value
        known = self._ids[_DEEDS[kind]].get(int(number))
        return f"{kind}:{known}" if known is not None else "hand"

    def _find(self, table: Table, mapped: dict[str, Any]) -> sqlite3.Row | None:
        """The row of this database that the file's row is, if any."""
        by = table.place() if table.counted else table.key
        values = tuple(mapped.get(name) for name in by)
        condition = " AND ".join(f"{quoted(name)} IS ?" for name in by)
        order = ", ".join(quoted(name) for name in table.key)
        at = 0
        if table.counted:
            # Rows of one moment are told apart by their order.
            at = self._seen[(table.name, *values)]
            self._seen[(table.name, *values)] += 1
        found = self._connection.execute(
            f"SELECT * FROM {quoted(table.name)} WHERE {condition} ORDER BY {order} LIMIT 1 OFFSET ?",
            (*values, at),
        ).fetchall()
        return found[0] if found else None

    def _insert(self, table: Table, row: dict[str, Any], mapped: dict[str, Any]) -> None:
        names = [name for name in mapped if not (table.counted and name in table.key)]
        cursor = self._connection.execute(
            f"INSERT INTO {quoted(table.name)} ({', '.join(map(quoted, names))})"
            f" VALUES ({', '.join('?' * len(names))})",
            [mapped[name] for name in names],
        )
        if table.counted:
            self._ids[table.name][row[table.key[0]]] = cursor.lastrowid
        self._merged.added[table.name] += 1

    def _meet(self, table: Table, row: dict[str, Any], mapped: dict[str, Any], here: sqlite3.Row) -> None:
        if table.counted:
            self._ids[table.name][row[table.key[0]]] = here[table.key[0]]
        changed = [name for name in mapped if name not in table.key and mapped[name] != here[name]]
        later = self._is_later(table, mapped, here)
        if later and table.key:
            self._later[(table.name, here[table.key[0]])] = here
        if not changed:
            self._merged.known[table.name] += 1
        elif later:
            self._connection.execute(
                f"UPDATE {quoted(table.name)} SET {', '.join(f'{quoted(name)} = ?' for name in changed)}"
                f" WHERE {' AND '.join(f'{quoted(name)} IS ?' for name in table.key)}",
                [*(mapped[name] for name in changed), *(here[name] for name in table.key)],
            )
            self._merged.updated[table.name] += 1
        else:
            self._merged.kept[table.name] += 1

    def _is_later(self, table: Table, mapped: dict[str, Any], here: sqlite3.Row) -> bool:
        """True where the file holds a later state of the row than this database."""
        if table.name == "attempts":
            return _STATES.get(mapped["status"], -1) > _STATES[here["status"]]
        for stamp in _STAMPS:
            if stamp in table.columns:
                return str(mapped.get(stamp)) > str(here[stamp])
        parents = ((parent, mapped[column]) for column, parent in table.links.items())
        before = next((self._later[parent] for parent in parents if parent in self._later), None)
        return before is not None and _in_place(table, mapped, here, before)


def _in_place(table: Table, mapped: dict[str, Any], here: sqlite3.Row, before: sqlite3.Row) -> bool:
    """True for a part that was changed together with the row that it belongs to, here as it was `before`.

    Versions of a finished story are never written over: two folders may each have made one.
    """
    if table.name == "story_versions" and not before["draft"]:
        return False
    return "created_at" not in table.columns or str(mapped.get("created_at")) >= str(here["created_at"])


def _read_back(database: Database, touched: dict[str, set[str]], name: str) -> None:
    """Nothing is kept that could not be shown afterwards."""
    history, drills = History(database), Drills(database)
    try:
        for session in touched["sessions"]:
            history.get(session)
        for drill in touched["drills"]:
            drills.get(drill)
    except (StoreError, ValidationError, ValueError) as error:
        raise DatasetError(f"{name}: {error} Nothing was kept.") from error
