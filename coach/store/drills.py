"""Drill runs of every kind: what was done move by move, the draft, and what came of it.

Keeps and returns; knows no kind of drill and gives no marks.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
from typing import Any, Literal

from coach.errors import StoreError
from coach.schema.base import Frozen
from coach.schema.grade import Grade
from coach.store.database import Database

Status = Literal["open", "done", "given_up"]


class Move(Frozen):
    """One turn of a drill. `data` is the kind's own: what code made of the turn, JSON values only."""

    role: Literal["candidate", "coach"]
    text: str
    data: dict[str, Any] = {}


class DrillRecord(Frozen):
    """One run. `name` is the case's id within its kind; `setup` is how it was begun, the kind's own.

    `grade` and `details` (the kind's own) are null and empty until the run has ended.
    """

    id: str
    kind: str
    name: str
    status: Status
    created_at: str
    updated_at: str
    setup: dict[str, Any] = {}
    moves: tuple[Move, ...] = ()
    draft: str = ""
    grade: Grade | None = None
    details: dict[str, Any] = {}


class Drills:
    """Drill runs in the user's database. Every method that writes is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def start(self, kind: str, name: str, setup: dict[str, Any] | None = None) -> str:
        """Begin a run and return its id, such as `d20261121-3f9a1c`."""
        drill_id = f"d{self._database.today()}-{secrets.token_hex(3)}"
        now = self._database.now()
        with self._database.write() as connection:
            connection.execute(
                "INSERT INTO drills (id, kind, name, status, setup, created_at, updated_at)"
                " VALUES (?, ?, ?, 'open', ?, ?, ?)",
                (drill_id, kind, name, json.dumps(setup or {}), now, now),
            )
        return drill_id

    def add_moves(self, drill_id: str, ordinal: int, *moves: Move) -> None:
        """Keep moves number `ordinal` (from 0) and following; they take the place of the draft.

        Raises StoreError where another program has already added one of that number.
        """
        with self._database.write() as connection:
            for number, move in enumerate(moves, start=ordinal):
                connection.execute(
                    "INSERT INTO drill_moves VALUES (?, ?, ?, ?, ?, ?)",
                    (
                        drill_id,
                        number,
                        move.role,
                        move.text,
                        json.dumps(move.data, ensure_ascii=False),
                        self._database.now(),
                    ),
                )
            connection.execute("DELETE FROM drill_drafts WHERE drill_id = ?", (drill_id,))
            self._touch(connection, drill_id)

    def save_draft(self, drill_id: str, text: str) -> None:
        """Keep what is typed and not yet sent; an empty text removes it."""
        with self._database.write() as connection:
            connection.execute("DELETE FROM drill_drafts WHERE drill_id = ?", (drill_id,))
            if text:
                connection.execute(
                    "INSERT INTO drill_drafts VALUES (?, ?, ?)",
                    (drill_id, text, self._database.now()),
                )

    def finish(
        self,
        drill_id: str,
        grade: Grade | None,
        details: dict[str, Any] | None = None,
        *,
        status: Status = "done",
    ) -> None:
        """End a run with its grade (null where none was given) and what its kind keeps beside it."""
        with self._database.write() as connection:
            connection.execute(
                "UPDATE drills SET status = ?, overall = ?, grade = ?, details = ? WHERE id = ?",
                (
                    status,
                    grade.overall if grade else None,
                    grade.model_dump_json() if grade else None,
                    json.dumps(details or {}, ensure_ascii=False),
                    drill_id,
                ),
            )
            self._touch(connection, drill_id)

    def get(self, drill_id: str) -> DrillRecord:
        """A whole run; StoreError where there is none of that id."""
        rows = self._database.read("SELECT * FROM drills WHERE id = ?", (drill_id,))
        if not rows:
            raise StoreError(f"There is no drill {drill_id} in {self._database.path}.")
        return self._record(rows[0])

    def latest(self, kind: str, *, name: str | None = None) -> str | None:
        """Id of the open run of a kind (of one case) that was worked on last, or None."""
        rows = self._database.read(
            "SELECT id FROM drills WHERE kind = ? AND status = 'open' AND coalesce(?, name) = name"
            " ORDER BY updated_at DESC, rowid DESC LIMIT 1",
            (kind, name),
        )
        return str(rows[0]["id"]) if rows else None

    def ended(self, kind: str | None = None) -> list[DrillRecord]:
        """Runs that have ended, oldest first: of one kind, or of all."""
        rows = self._database.read(
            "SELECT * FROM drills WHERE status <> 'open' AND coalesce(?, kind) = kind"
            " ORDER BY updated_at, rowid",
            (kind,),
        )
        return [self._record(row) for row in rows]

    def _record(self, row: sqlite3.Row) -> DrillRecord:
        key = (row["id"],)
        moves = self._database.read("SELECT * FROM drill_moves WHERE drill_id = ? ORDER BY ordinal", key)
        drafts = self._database.read("SELECT text FROM drill_drafts WHERE drill_id = ?", key)
        return DrillRecord(
            id=row["id"],
            kind=row["kind"],
            name=row["name"],
            status=row["status"],
            created_at=row["created_at"],
            updated_at=row["updated_at"],
            setup=json.loads(row["setup"]),
            moves=tuple(
                Move(role=move["role"], text=move["text"], data=json.loads(move["data"])) for move in moves
            ),
            draft=drafts[0]["text"] if drafts else "",
            grade=Grade.model_validate_json(row["grade"]) if row["grade"] else None,
            details=json.loads(row["details"]),
        )

    def _touch(self, connection: sqlite3.Connection, drill_id: str) -> None:
        connection.execute("UPDATE drills SET updated_at = ? WHERE id = ?", (self._database.now(), drill_id))
