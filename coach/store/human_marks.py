"""Marks of a person who held a mock interview, kept beside the coach's. They change no grade."""

from __future__ import annotations

from coach.schema.base import Frozen
from coach.store.database import Database


class HumanMark(Frozen):
    """One mark. `criterion` is null for the whole; `attempt_id` is null for a whole round of a loop."""

    session_id: str
    attempt_id: int | None = None
    criterion: str | None = None
    mark: int
    note: str = ""
    person: str = ""
    created_at: str = ""


class HumanMarks:
    """Plain methods over one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, mark: HumanMark) -> None:
        with self._database.write() as connection:
            connection.execute(
                "INSERT INTO human_marks"
                " (session_id, attempt_id, criterion, mark, note, person, created_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    mark.session_id,
                    mark.attempt_id,
                    mark.criterion,
                    mark.mark,
                    mark.note.encode("utf-8", "replace").decode(),
                    mark.person.encode("utf-8", "replace").decode(),
                    self._database.now(),
                ),
            )

    def of(self, session_id: str, attempt_id: int | None = None) -> tuple[HumanMark, ...]:
        """The marks that stand: of one person the latest for each criterion, in the order given.

        With `attempt_id` those of that attempt alone, else those of the whole session.
        """
        rows = self._database.read(
            "SELECT * FROM human_marks WHERE session_id = ? AND attempt_id IS ? ORDER BY id",
            (session_id, attempt_id),
        )
        latest: dict[tuple[str, str | None], HumanMark] = {}
        for row in rows:
            kept = HumanMark(**{name: row[name] for name in HumanMark.model_fields})
            latest.pop((kept.person, kept.criterion), None)
            latest[(kept.person, kept.criterion)] = kept
        return tuple(latest.values())
