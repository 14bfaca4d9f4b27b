"""Keeps the plan, its items and notes. Decides nothing: what to plan is worked out in `coach.plan`."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from coach.schema.plan import Plan, PlanItem
from coach.store.database import Database

_BESIDE = {"number", "day", "state", "closed_by", "closed_at"}


class Plans:
    """The current plan and those before it, in the user's database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def current(self) -> Plan | None:
        rows = self._database.read(
            "SELECT body FROM plans WHERE ended_at IS NULL ORDER BY made_at DESC, rowid DESC LIMIT 1"
        )
        return Plan.model_validate_json(rows[0]["body"]) if rows else None

    def changed_at(self, plan_id: str) -> str:
        """When a plan or one of its items was last changed, in UTC."""
        rows = self._database.read("SELECT changed_at FROM plans WHERE id = ?", (plan_id,))
        return str(rows[0]["changed_at"])

    def items(self, plan_id: str) -> tuple[PlanItem, ...]:
        """The items of a plan by day, then by number."""
        rows = self._database.read(
            "SELECT * FROM plan_items WHERE plan_id = ? ORDER BY day, number", (plan_id,)
        )
        return tuple(_item(row) for row in rows)

    def keep(self, plan: Plan, items: Iterable[PlanItem]) -> None:
        """Keep a new plan; the one before it ends, and stays."""
        now = self._database.now()
        with self._database.write() as connection:
            connection.execute("UPDATE plans SET ended_at = ? WHERE ended_at IS NULL", (now,))
            connection.execute(
                "INSERT INTO plans VALUES (?, ?, ?, ?, NULL)", (plan.id, plan.model_dump_json(), now, now)
            )
            _put(connection, plan.id, items)

    def change(self, plan_id: str, decide: Callable[[tuple[PlanItem, ...]], Changes]) -> None:
        """Change items and add notes in one transaction, as `decide` says of the items as they are then.

        Two programs that keep up with one plan at once so do it one after the other.
        """
        with self._database.write() as connection:
            changes = decide(self.items(plan_id))
            now = self._database.now()
            _put(connection, plan_id, changes.items)
            connection.executemany(
                "INSERT INTO plan_notes VALUES (?, ?, ?, ?)",
                [(plan_id, changes.day, text, now) for text in changes.notes],
            )
            connection.execute("UPDATE plans SET changed_at = ? WHERE id = ?", (now, plan_id))

    def notes(self, plan_id: str, day: str) -> list[str]:
        """What was done to the plan on a day of the user's, oldest first."""
        rows = self._database.read(
            "SELECT text FROM plan_notes WHERE plan_id = ? AND day = ? ORDER BY rowid", (plan_id, day)
        )
        return [str(row["text"]) for row in rows]

    def tasks_done(self) -> set[str]:
        """The tasks that were done in any plan, this one included."""
        rows = self._database.read(
            "SELECT DISTINCT json_extract(body, '$.task') AS task FROM plan_items WHERE state = 'done'"
        )
        return {str(row["task"]) for row in rows}

    def touched_since(self, at: str) -> set[str]:
        """Which of `drills`, `loops`, `story_bank` and `audits` changed from an instant on.

        Cheap: it tells whether their own modules need to be loaded and asked.
        """
        tables = ("drills", "loops", "story_bank", "audits")
        probe = "SELECT '{0}' AS name WHERE EXISTS (SELECT 1 FROM {0} WHERE updated_at >= ?)"
        sql = " UNION ALL ".join(probe.format(table) for table in tables)
        rows = self._database.read(sql, (at,) * len(tables))
        return {str(row["name"]) for row in rows}

    def unfinished(self) -> str | None:
        """The text of the question that the latest practice session waits for an answer to, or None."""
        rows = self._database.read(
            "SELECT a.status, json_extract(a.question, '$.text') AS text FROM attempts a WHERE a.session_id ="
            " (SELECT id FROM sessions WHERE kind = 'practice' ORDER BY updated_at DESC, rowid DESC LIMIT 1)"
            " ORDER BY a.id DESC LIMIT 1"
        )
        return str(rows[0]["text"]) if rows and rows[0]["status"] in ("open", "closing") else None


@dataclass(frozen=True)
class Changes:
    """Items as they are to be, new ones included, and what to say of it on a day (ISO date)."""

    items: Sequence[PlanItem]
    day: str
    notes: Sequence[str] = ()


def _put(connection: sqlite3.Connection, plan_id: str, items: Iterable[PlanItem]) -> None:
    connection.executemany(
        "INSERT INTO plan_items VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (plan_id, number) DO UPDATE SET"
        " body = excluded.body, day = excluded.day, state = excluded.state,"
        " closed_by = excluded.closed_by, closed_at = excluded.closed_at",
        [
            (
                plan_id,
                item.number,
                item.model_dump_json(exclude=_BESIDE),
                item.day.isoformat(),
                item.state,
                item.closed_by,
                item.closed_at,
            )
            for item in items
        ],
    )


def _item(row: sqlite3.Row) -> PlanItem:
    return PlanItem.model_validate({**json.loads(row["body"]), **{name: row[name] for name in _BESIDE}})
