"""A report is kept beside its attempt, read back whole, and goes with the session."""

from __future__ import annotations

from pathlib import Path

from coach.schema.question import Question
from coach.store.database import Database
from coach.store.exercise_reports import ExerciseReports
from coach.store.history import History
from coach.store.records import Setup
from coach.store.sessions import Sessions

QUESTION = Question(id="drill-code-x", text="Read it.", criteria=("technical_fluency",))


def test_the_latest_report_of_an_attempt_is_read_back_with_it(tmp_path: Path) -> None:
    database = Database(tmp_path / "coach.db")
    sessions, reports = Sessions(database), ExerciseReports(database)
    session = sessions.start(Setup(kind="exercise code"))
    attempt = sessions.open_attempt(session, QUESTION)
    assert reports.of(attempt) is None
    reports.keep(attempt, {"kind": "code", "notes": ["eins"]})
    reports.keep(attempt, {"kind": "code", "notes": ["zwei \udcff"]})
    (record,) = History(database).get(session).attempts
    assert record.report == {"kind": "code", "notes": ["zwei ?"]}
    with database.write() as connection:
        connection.execute("DELETE FROM sessions WHERE id = ?", (session,))
    assert database.read("SELECT * FROM exercise_reports") == []
