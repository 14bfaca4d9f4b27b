"""Reads sessions, attempts and grades back. Changes nothing."""

from __future__ import annotations

import sqlite3

from pydantic import ValidationError

from coach.errors import StoreError
from coach.schema.base import first_fault
from coach.schema.grade import Grade
from coach.schema.question import Question
from coach.store.database import Database
from coach.store.exercise_reports import ExerciseReports
from coach.store.human_marks import HumanMarks
from coach.store.records import (
    AttemptRecord,
    Label,
    Practised,
    SessionRecord,
    Setup,
    SpokenTurn,
    StoredGrade,
)


class History:
    """What was practised, as it was saved."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, session_id: str) -> SessionRecord:
        """A whole session; StoreError where there is none of that id."""
        rows = self._database.read("SELECT * FROM sessions WHERE id = ?", (session_id,))
        if not rows:
            raise StoreError(f"There is no session {session_id} in {self._database.path}.")
        try:
            return self._session(rows[0])
        except ValidationError as error:
            raise StoreError(
                f"Session {session_id} in {self._database.path} holds what this coach cannot read"
                f" ({first_fault(error)}). A newer coach may."
            ) from error

    def _session(self, row: sqlite3.Row) -> SessionRecord:
        attempts = self._database.read(
            "SELECT * FROM attempts WHERE session_id = ? ORDER BY id", (row["id"],)
        )
        setup = Setup(
            kind=row["kind"],
            mode=row["mode"],
            level=row["level"],
            grader=row["grader"],
            follow_ups=row["follow_ups"],
            scores=bool(row["scores"]),
        )
        return SessionRecord(
            id=row["id"],
            setup=setup,
            created_at=row["created_at"],
            updated_at=row["updated_at"],
            attempts=tuple(self._attempt(attempt) for attempt in attempts),
        )

    def latest(self, kind: str = "practice") -> str | None:
        """Id of the session that was worked on last, or None."""
        rows = self._database.read(
            "SELECT id FROM sessions WHERE kind = ? ORDER BY updated_at DESC, rowid DESC LIMIT 1", (kind,)
        )
        return str(rows[0]["id"]) if rows else None

    def practised(self) -> dict[str, Practised]:
        """Every question that was answered at least once, by its id."""
        rows = self._database.read(
            "SELECT a.question_id, a.round, count(*) AS times, max(a.created_at) AS last_at,"
            " (SELECT g.overall FROM grades g JOIN attempts b ON b.id = g.attempt_id"
            "  WHERE b.question_id = a.question_id ORDER BY g.id DESC LIMIT 1) AS last_overall"
            " FROM attempts a WHERE EXISTS (SELECT 1 FROM turns t WHERE t.attempt_id = a.id)"
            " GROUP BY a.question_id"
        )
        return {
            row["question_id"]: Practised(
                question_id=row["question_id"],
                round=row["round"],
                times=row["times"],
                last_overall=row["last_overall"],
                last_at=row["last_at"],
            )
            for row in rows
        }

    def given(self, limit: int = 50) -> list[str]:
        """The candidate's latest turns, newest first: what the arrow keys bring back in the editor."""
        rows = self._database.read(
            "SELECT text FROM turns WHERE role = 'candidate' AND text <> ''"
            " ORDER BY created_at DESC, ordinal DESC LIMIT ?",
            (limit,),
        )
        return [str(row["text"]) for row in rows]

    def asked(self, limit: int = 60) -> tuple[str, ...]:
        """The latest follow-ups that this candidate was asked, newest first."""
        rows = self._database.read(
            "SELECT text FROM turns WHERE role = 'interviewer'"
            " ORDER BY created_at DESC, ordinal DESC LIMIT ?",
            (limit,),
        )
        return tuple(str(row["text"]) for row in rows)

    def _attempt(self, row: sqlite3.Row) -> AttemptRecord:
        key = (row["id"],)
        turns = self._database.read("SELECT * FROM turns WHERE attempt_id = ? ORDER BY ordinal", key)
        drafts = self._database.read("SELECT text FROM drafts WHERE attempt_id = ?", key)
        grades = self._database.read("SELECT * FROM grades WHERE attempt_id = ? ORDER BY id", key)
        ratings = self._database.read("SELECT overall FROM self_ratings WHERE attempt_id = ?", key)
        return AttemptRecord(
            id=row["id"],
            question=Question.model_validate_json(row["question"]),
            status=row["status"],
            retry_of=row["retry_of"],
            created_at=row["created_at"],
            turns=tuple(
                SpokenTurn(
                    role=turn["role"],
                    text=turn["text"],
                    criterion=turn["criterion"],
                    author=turn["author"],
                    seconds=turn["seconds"],
                )
                for turn in turns
            ),
            draft=drafts[0]["text"] if drafts else "",
            grades=tuple(
                StoredGrade(
                    id=grade["id"],
                    grade=Grade.model_validate_json(grade["grade"]),
                    created_at=grade["created_at"],
                    labels=self._labels(grade["id"]),
                )
                for grade in grades
            ),
            self_rating=ratings[0]["overall"] if ratings else None,
            people=HumanMarks(self._database).of(row["session_id"], row["id"]),
            report=ExerciseReports(self._database).of(row["id"]),
        )

    def _labels(self, grade_id: int) -> tuple[Label, ...]:
        rows = self._database.read("SELECT * FROM labels WHERE grade_id = ? ORDER BY id", (grade_id,))
        return tuple(Label(score=row["score"], criterion=row["criterion"], note=row["note"]) for row in rows)
