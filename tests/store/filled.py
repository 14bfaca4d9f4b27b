"""A data folder with something of everything in it, for tests that carry, list and delete."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from coach.schema.grade import Evidence, Grade, GraderId, Verdict
from coach.schema.question import Question
from coach.store.database import Database
from coach.store.drills import Drills, Move
from coach.store.human_marks import HumanMark, HumanMarks
from coach.store.profile import Profile, Profiles
from coach.store.records import Setup, SpokenTurn
from coach.store.sessions import Sessions

FRAUD = Question(id="fraud", text="Design a fraud model.", round="ml_system_design", criteria=("ownership",))
CHURN = Question(id="churn", text="Why did churn rise?", round="debugging", criteria=("ownership", "data"))


class Tick:
    """A clock that moves on by a second at every look."""

    def __init__(self, start: datetime = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)) -> None:
        self.time = start

    def __call__(self) -> datetime:
        self.time += timedelta(seconds=1)
        return self.time


def grade(overall: int, *, model: str = "m", quote: str = "I decided") -> Grade:
    piece = Evidence(quote=quote, start=0, end=len(quote), found=True)
    return Grade(
        status="graded",
        overall=overall,
        range=(max(1, overall - 1), overall),
        criteria=(
            Verdict(id="ownership", status="graded", score=overall, evidence=(piece,)),
            Verdict(id="data", status="ungraded", score=None),
        ),
        grader=GraderId(kind="local", model=model, prompt="p", rubric="r", guides="g"),
    )


def answered(
    sessions: Sessions, session: str, question: Question, text: str, mark: int | None, **more: int | None
) -> int:
    """One attempt with one answer and, with a mark, its grade. Returns the attempt's id."""
    attempt = sessions.open_attempt(session, question, retry_of=more.get("retry_of"))
    sessions.add_turn(attempt, 0, SpokenTurn(role="candidate", text=text, seconds=61.5))
    own = more.get("own")
    if own is not None:
        sessions.rate_self(attempt, own)
    if mark is not None:
        sessions.add_grade(attempt, grade(mark, quote=text[:9]))
    return attempt


def fill(path: Path, clock: Tick | None = None) -> tuple[Database, list[str]]:
    """The database and the ids of its three sessions: practised with a retry, left open, a drill."""
    database = Database(path, clock=clock or Tick())
    sessions = Sessions(database)
    first = sessions.start(Setup(mode="learn", level="pm"))
    once = answered(sessions, first, FRAUD, "I decided\nso. \U0001f600", 2, own=3)
    again = answered(sessions, first, FRAUD, "I decided better.", 3, retry_of=once)
    kept = database.read("SELECT id FROM grades WHERE attempt_id = ?", (again,))[0]["id"]
    sessions.add_label(kept, 4, criterion="ownership", note="I named the date")
    HumanMarks(database).add(
        HumanMark(session_id=first, attempt_id=again, mark=4, note="Calm.", person="Robin")
    )
    second = sessions.start(Setup())
    answered(sessions, second, CHURN, "A heliotrope release.", None)
    sessions.save_draft(sessions.open_attempt(second, FRAUD), "half a thought")
    drills = Drills(database)
    drill = drills.start("incident", "drift", {"level": "pm"})
    drills.add_moves(drill, 0, Move(role="candidate", text="check the logs", data={"n": 1}))
    Profiles(database).save(Profile(experience="six years of payments"))
    Profiles(database).give_consent("https://model.example/v1")
    return database, [first, second, drill]
