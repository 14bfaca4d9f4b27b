"""What an exercise saw in an answer, kept beside its grade as JSON. Knows no exercise and reads no answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from coach.store.database import Database


class ExerciseReports:
    """Plain methods over one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, attempt_id: int, report: Mapping[str, Any]) -> None:
        """The report of an attempt, in place of an earlier one."""
        text = json.dumps(report, ensure_ascii=False).encode("utf-8", "replace").decode()
        with self._database.write() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO exercise_reports VALUES (?, ?, ?)",
                (attempt_id, text, self._database.now()),
            )

    def of(self, attempt_id: int) -> dict[str, Any] | None:
        """The report of an attempt, or None where none was made."""
        rows = self._database.read("SELECT report FROM exercise_reports WHERE attempt_id = ?", (attempt_id,))
        return dict(json.loads(rows[0]["report"])) if rows else None
