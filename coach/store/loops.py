"""Interview loops: which rounds were begun, how much of their time is gone, and what was made of them.

What is said in a round is a session like any other; `sessions` writes it and `history` reads it.
"""

from __future__ import annotations

import secrets
import sqlite3
from typing import Literal

from coach.errors import StoreError
from coach.schema.base import Frozen
from coach.schema.loop import Preset
from coach.store.database import Database
from coach.store.records import Mode

Ending = Literal["time"]


class LoopSetup(Frozen):
    """How a loop is held; every round is a session of the same setup."""

    mode: Mode = "mock"
    level: str = "senior"
    timed: bool = False
    scores: bool = True


class RoundRecord(Frozen):
    """A round that was begun. `clock` is the seconds used of its box; `ended` says what cut it short."""

    round_id: str
    session_id: str
    clock: float = 0.0
    ended: Ending | None = None


class CaseRecord(Frozen):
    """A case that a model worded for the round of a session; `basis` is the hash of what it rests on."""

    session_id: str
    basis: str
    text: str
    model: str


class LoopRecord(Frozen):
    """`plan` is the preset as it was when the loop began."""

    id: str
    plan: Preset
    setup: LoopSetup
    created_at: str
    updated_at: str
    rounds: tuple[RoundRecord, ...] = ()
    cases: tuple[CaseRecord, ...] = ()


class Loops:
    """Plain methods over one database; every one that writes is a transaction of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def start(self, plan: Preset, setup: LoopSetup) -> str:
        """Begin a loop and return its id, such as `loop-20261121-3f9a`."""
        now = self._database.now()
        loop_id = f"loop-{self._database.today()}-{secrets.token_hex(2)}"
        with self._database.write() as connection:
            connection.execute(
                "INSERT INTO loops VALUES (?, ?, ?, ?, ?)",
                (loop_id, plan.model_dump_json(), setup.model_dump_json(), now, now),
            )
        return loop_id

    def get(self, loop_id: str) -> LoopRecord:
        """A whole loop; StoreError where there is none of that id."""
        rows = self._database.read("SELECT * FROM loops WHERE id = ?", (loop_id,))
        if not rows:
            raise StoreError(f"There is no loop {loop_id}. `coach loop` lists yours.")
        return self._record(rows[0])

    def all(self) -> list[LoopRecord]:
        """Every loop, the one that was worked on last first."""
        rows = self._database.read("SELECT * FROM loops ORDER BY updated_at DESC, rowid DESC")
        return [self._record(row) for row in rows]

    def begin_round(self, loop_id: str, round_id: str, session_id: str) -> None:
        """Tie a session to a round. Raises StoreError where another program began it meanwhile."""
        with self._database.write() as connection:
            connection.execute(
                "INSERT INTO loop_rounds (loop_id, round_id, session_id, clock) VALUES (?, ?, ?, 0)",
                (loop_id, round_id, session_id),
            )
            self._touch(connection, loop_id)

    def set_clock(self, loop_id: str, round_id: str, seconds: float) -> None:
        """Keep how many seconds of the time box are gone; never fewer than before."""
        with self._database.write() as connection:
            connection.execute(
                "UPDATE loop_rounds SET clock = max(clock, ?) WHERE loop_id = ? AND round_id = ?",
                (seconds, loop_id, round_id),
            )

    def end_round(self, loop_id: str, round_id: str, why: Ending) -> None:
        """Close a round before all its questions were asked."""
        with self._database.write() as connection:
            connection.execute(
                "UPDATE loop_rounds SET ended = ? WHERE loop_id = ? AND round_id = ?",
                (why, loop_id, round_id),
            )
            self._touch(connection, loop_id)

    def keep_case(self, case: CaseRecord) -> None:
        """Keep a worded case in the place of an earlier one of that round."""
        with self._database.write() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO loop_cases VALUES (?, ?, ?, ?, ?)",
                (case.session_id, case.basis, case.text, case.model, self._database.now()),
            )

    def _record(self, row: sqlite3.Row) -> LoopRecord:
        key = (row["id"],)
        rounds = self._database.read("SELECT * FROM loop_rounds WHERE loop_id = ? ORDER BY rowid", key)
        cases = self._database.read(
            "SELECT c.* FROM loop_cases c JOIN loop_rounds r ON r.session_id = c.session_id"
            " WHERE r.loop_id = ? ORDER BY r.rowid",
            key,
        )
        return LoopRecord(
            id=row["id"],
            plan=Preset.model_validate_json(row["plan"]),
            setup=LoopSetup.model_validate_json(row["setup"]),
            created_at=row["created_at"],
            updated_at=row["updated_at"],
            rounds=tuple(
                RoundRecord(
                    round_id=item["round_id"],
                    session_id=item["session_id"],
                    clock=item["clock"],
                    ended=item["ended"],
                )
                for item in rounds
            ),
            cases=tuple(
                CaseRecord(
                    session_id=item["session_id"], basis=item["basis"], text=item["text"], model=item["model"]
                )
                for item in cases
            ),
        )

    def _touch(self, connection: sqlite3.Connection, loop_id: str) -> None:
        connection.execute("UPDATE loops SET updated_at = ? WHERE id = ?", (self._database.now(), loop_id))
