"""Writes sessions, attempts, turns, drafts, grades, labels and self-ratings the moment they exist.

Reading them back is done in `history`.
"""

from __future__ import annotations

import secrets
import sqlite3

from coach.schema.grade import Grade
from coach.schema.question import Question
from coach.store.database import Database
from coach.store.records import Setup, SpokenTurn


class Sessions:
    """Plain methods over one database; every one of them is a transaction of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def start(self, setup: Setup) -> str:
        """Begin a session and return its id, such as `20261121-3f9a1c`."""
        session_id = f"{self._database.today()}-{secrets.token_hex(3)}"
        now = self._database.now()
        with self._database.write() as connection:
            connection.execute(
                "INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    session_id,
                    setup.kind,
                    setup.mode,
                    setup.level,
                    setup.grader,
                    setup.follow_ups,
                    int(setup.scores),
                    now,
                    now,
                ),
            )
        return session_id

    def open_attempt(self, session_id: str, question: Question, *, retry_of: int | None = None) -> int:
        """Put a question; returns the attempt's id."""
        with self._database.write() as connection:
            cursor = connection.execute(
                "INSERT INTO attempts"
                " (session_id, question_id, round, question, retry_of, status, created_at)"
                " VALUES (?, ?, ?, ?, ?, 'open', ?)",
                (
                    session_id,
                    question.id,
                    question.round,
                    question.model_dump_json(),
                    retry_of,
                    self._database.now(),
                ),
            )
            self._touch(connection, session_id)
        return int(cursor.lastrowid or 0)

    def add_turn(self, attempt_id: int, ordinal: int, turn: SpokenTurn) -> None:
        """Keep turn number `ordinal` (from 0); a candidate's turn takes the place of the draft.

        Raises StoreError where another program has already added that turn.
        """
        with self._database.write() as connection:
            connection.execute(
                "INSERT INTO turns VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    attempt_id,
                    ordinal,
                    turn.role,
                    turn.text,
                    turn.criterion,
                    turn.author,
                    turn.seconds,
                    self._database.now(),
                ),
            )
            if turn.role == "candidate":
                connection.execute("DELETE FROM drafts WHERE attempt_id = ?", (attempt_id,))
            self._touch_attempt(connection, attempt_id)

    def save_draft(self, attempt_id: int, text: str) -> None:
        """Keep what is typed and not yet sent; an empty text removes it."""
        with self._database.write() as connection:
            if text:
                connection.execute(
                    "INSERT OR REPLACE INTO drafts VALUES (?, ?, ?)",
                    (attempt_id, text, self._database.now()),
                )
            else:
                connection.execute("DELETE FROM drafts WHERE attempt_id = ?", (attempt_id,))

    def add_grade(self, attempt_id: int, grade: Grade) -> int:
        """Keep a grade whole, with its provenance; closes the attempt. Returns the grade's id."""
        with self._database.write() as connection:
            cursor = connection.execute(
                "INSERT INTO grades (attempt_id, status, overall, grader, model, grade, created_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    attempt_id,
                    grade.status,
                    grade.overall,
                    grade.grader.kind,
                    grade.grader.model,
                    grade.model_dump_json(),
                    self._database.now(),
                ),
            )
            connection.execute("UPDATE attempts SET status = 'graded' WHERE id = ?", (attempt_id,))
            self._touch_attempt(connection, attempt_id)
        return int(cursor.lastrowid or 0)

    def close(self, attempt_id: int) -> None:
        """Note that only the grade is left to come."""
        with self._database.write() as connection:
            connection.execute(
                "UPDATE attempts SET status = 'closing' WHERE id = ? AND status = 'open'", (attempt_id,)
            )

    def skip(self, attempt_id: int) -> None:
        """Close an attempt without a grade."""
        with self._database.write() as connection:
            connection.execute("UPDATE attempts SET status = 'skipped' WHERE id = ?", (attempt_id,))

    def add_label(self, grade_id: int, score: int, *, criterion: str | None = None, note: str = "") -> None:
        """Keep the user's own mark for a grade that they dispute; no criterion means overall."""
        with self._database.write() as connection:
            connection.execute(
                "INSERT INTO labels (grade_id, criterion, score, note, created_at) VALUES (?, ?, ?, ?, ?)",
                (grade_id, criterion, score, note, self._database.now()),
            )

    def rate_self(self, attempt_id: int, overall: int) -> None:
        """Keep the candidate's own mark, given before the grade was shown."""
        with self._database.write() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO self_ratings VALUES (?, ?, ?)",
                (attempt_id, overall, self._database.now()),
            )

    def _touch(self, connection: sqlite3.Connection, session_id: str) -> None:
        now = self._database.now()
        connection.execute("UPDATE sessions SET updated_at = ? WHERE id = ?", (now, session_id))

    def _touch_attempt(self, connection: sqlite3.Connection, attempt_id: int) -> None:
        connection.execute(
            "UPDATE sessions SET updated_at = ? WHERE id = (SELECT session_id FROM attempts WHERE id = ?)",
            (self._database.now(), attempt_id),
        )
