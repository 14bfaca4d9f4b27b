"""What is given is kept, and comes back as it was."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from coach.errors import StoreError
from coach.schema.grade import Evidence, Grade, GraderId, Verdict
from coach.schema.question import Question
from coach.store.database import Database
from coach.store.history import History
from coach.store.profile import Profile, Profiles
from coach.store.records import Setup, SpokenTurn
from coach.store.sessions import Sessions

QUESTION = Question(id="fraud", text="Design it.", round="debugging", criteria=("ownership",))
OTHER = Question(id="other", text="And this?")


class Tick:
    """A clock that moves on by a second at every look."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.time += timedelta(seconds=1)
        return self.time


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(tmp_path / "coach.db", clock=Tick())


def grade(overall: int) -> Grade:
    quote = Evidence(quote="I decided", start=0, end=9, found=True)
    return Grade(
        status="graded",
        overall=overall,
        range=(overall, overall),
        criteria=(Verdict(id="ownership", status="graded", score=overall, evidence=(quote,)),),
        grader=GraderId(kind="local", model="m", prompt="p", rubric="r", guides="g"),
    )


def test_a_session_reads_back_whole(database: Database) -> None:
    sessions, history = Sessions(database), History(database)
    setup = Setup(mode="learn", level="pm", grader="llm", follow_ups=3, scores=False)
    session = sessions.start(setup)
    assert session.startswith("20261121-")
    attempt = sessions.open_attempt(session, QUESTION)
    turns = (
        SpokenTurn(role="candidate", text="I decided\nso. \U0001f600", seconds=2.5),
        SpokenTurn(role="interviewer", text="Why?", criterion="ownership", author="llm"),
        SpokenTurn(role="candidate", text=""),
    )
    for ordinal, turn in enumerate(turns):
        sessions.add_turn(attempt, ordinal, turn)
    sessions.rate_self(attempt, 2)
    sessions.rate_self(attempt, 3)
    first, second = sessions.add_grade(attempt, grade(2)), sessions.add_grade(attempt, grade(3))
    retry = sessions.open_attempt(session, QUESTION, retry_of=attempt)
    sessions.save_draft(retry, "unsent")

    record = history.get(session)
    assert record.setup == setup
    done, again = record.attempts
    assert (done.question, done.turns, done.status, done.self_rating) == (QUESTION, turns, "graded", 3)
    assert [(kept.id, kept.grade) for kept in done.grades] == [(first, grade(2)), (second, grade(3))]
    assert (again.retry_of, again.draft, again.status) == (attempt, "unsent", "open")


def test_a_draft_follows_the_typing_and_gives_way_to_the_answer(database: Database) -> None:
    sessions, history = Sessions(database), History(database)
    session = sessions.start(Setup())
    attempt = sessions.open_attempt(session, QUESTION)

    def draft() -> str:
        return history.get(session).attempts[0].draft

    sessions.save_draft(attempt, "one")
    sessions.save_draft(attempt, "one two")
    assert draft() == "one two"
    sessions.save_draft(attempt, "")
    assert draft() == ""
    sessions.save_draft(attempt, "three")
    sessions.add_turn(attempt, 0, SpokenTurn(role="candidate", text="three four"))
    assert draft() == ""


def test_a_turn_that_another_program_added_first_is_refused_and_the_draft_kept(database: Database) -> None:
    sessions, history = Sessions(database), History(database)
    session = sessions.start(Setup())
    attempt = sessions.open_attempt(session, QUESTION)
    sessions.add_turn(attempt, 0, SpokenTurn(role="candidate", text="first"))
    sessions.save_draft(attempt, "mine")
    with pytest.raises(StoreError, match="another program"):
        sessions.add_turn(attempt, 0, SpokenTurn(role="candidate", text="mine"))
    kept = history.get(session).attempts[0]
    assert ([turn.text for turn in kept.turns], kept.draft) == (["first"], "mine")


def test_a_lone_surrogate_does_not_lose_an_answer(database: Database) -> None:
    sessions = Sessions(database)
    session = sessions.start(Setup())
    attempt = sessions.open_attempt(session, QUESTION)
    sessions.add_turn(attempt, 0, SpokenTurn(role="candidate", text="caf\udce9 na\u00efve"))
    assert History(database).get(session).attempts[0].turns[0].text == "caf? na\u00efve"


def test_the_latest_session_is_the_one_worked_on_last(database: Database) -> None:
    sessions, history = Sessions(database), History(database)
    assert history.latest() is None
    old, new = sessions.start(Setup()), sessions.start(Setup())
    sessions.start(Setup(kind="loop"))
    assert history.latest() == new
    sessions.add_turn(sessions.open_attempt(old, QUESTION), 0, SpokenTurn(role="candidate", text="x"))
    assert history.latest() == old
    with pytest.raises(StoreError, match="no session nope"):
        history.get("nope")


def test_practised_counts_answered_questions_and_gives_their_last_mark(database: Database) -> None:
    sessions, history = Sessions(database), History(database)
    session = sessions.start(Setup())
    for overall in (1, 3):
        attempt = sessions.open_attempt(session, QUESTION)
        sessions.add_turn(attempt, 0, SpokenTurn(role="candidate", text="x"))
        sessions.add_grade(attempt, grade(overall))
    sessions.skip(sessions.open_attempt(session, OTHER))
    practised = history.practised()
    assert list(practised) == ["fraud"]
    fraud = practised["fraud"]
    assert (fraud.times, fraud.last_overall, fraud.round) == (2, 3, "debugging")


def test_given_brings_back_the_latest_answers_first(database: Database) -> None:
    sessions, history = Sessions(database), History(database)
    attempt = sessions.open_attempt(sessions.start(Setup()), QUESTION)
    for ordinal, text in enumerate(("one", "", "three")):
        sessions.add_turn(attempt, ordinal, SpokenTurn(role="candidate", text=text))
    assert history.given() == ["three", "one"]
    assert history.given(limit=1) == ["three"]


def test_a_dispute_is_kept_with_its_grade(database: Database) -> None:
    sessions = Sessions(database)
    attempt = sessions.open_attempt(sessions.start(Setup()), QUESTION)
    kept = sessions.add_grade(attempt, grade(2))
    sessions.add_label(kept, 3, criterion="ownership", note="I named the decision")
    sessions.add_label(kept, 4)
    rows = database.read("SELECT grade_id, criterion, score, note FROM labels ORDER BY id")
    assert [tuple(row) for row in rows] == [
        (kept, "ownership", 3, "I named the decision"),
        (kept, None, 4, ""),
    ]
    with pytest.raises(StoreError):
        sessions.add_label(kept + 1, 3)


def test_the_profile_reads_back_and_counts_the_days(database: Database) -> None:
    profiles = Profiles(database)
    assert profiles.load() == Profile()
    told = Profile(
        experience="6 years, payments",
        companies=("Acme", "Bolt"),
        level="senior",
        interview_date=date(2026, 12, 1),
        hours_per_week=4.5,
    )
    profiles.save(told)
    profiles.save(told.model_copy(update={"level": "pm"}))
    assert profiles.load() == told.model_copy(update={"level": "pm"})
    assert told.days_left(date(2026, 11, 21)) == 10
    assert told.days_left(date(2026, 12, 2)) is None
    assert Profile().days_left(date(2026, 11, 21)) is None


def test_consent_is_kept_by_server(database: Database) -> None:
    profiles = Profiles(database)
    profiles.give_consent("https://a.example/v1")
    assert profiles.has_consent("https://a.example/v1")
    assert not profiles.has_consent("https://b.example/v1")


def test_follow_ups_are_told_newest_first_over_all_sessions(database: Database) -> None:
    sessions, history = Sessions(database), History(database)
    for text in ("Why?", "How so?"):
        attempt = sessions.open_attempt(sessions.start(Setup()), QUESTION)
        sessions.add_turn(attempt, 0, SpokenTurn(role="candidate", text="We did."))
        sessions.add_turn(attempt, 1, SpokenTurn(role="interviewer", text=text, criterion="ownership"))
    assert history.asked() == ("How so?", "Why?")
    assert history.asked(limit=1) == ("How so?",)
