"""A session: whatever order the moves come in, what was given is saved and the rules hold."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from coach.errors import UsageError
from coach.interview.attempt import Attempt
from coach.interview.offline import OfflineInterviewer
from coach.interview.session import Desk, Session
from coach.schema.answer import Answer, Turn
from coach.store.database import Database
from coach.store.history import History
from coach.store.records import Setup, SpokenTurn
from coach.store.sessions import Sessions
from tests.interview.conftest import QUESTION, SetGrader, task_of

TEXT = "We will track accuracy of the fraud model every week and the engineers take the decision."


async def test_answer_follow_ups_grade(desk: Desk, grader: SetGrader) -> None:
    session = Session.begin(desk, Setup(follow_ups=2))
    assert session.ask(QUESTION).stage == "answer"
    session.save_draft("We will")
    session.answer(TEXT, seconds=12.0)
    first = await session.press()
    assert first is not None
    assert session.attempt.turns[-1].text == first.text
    session.answer("It hides the rare class.")
    second = await session.press()
    assert second is not None
    assert second.criterion != first.criterion
    session.answer("I decide.")
    assert session.attempt.stage == "ready"
    with pytest.raises(UsageError):
        await session.press()
    grade = await session.grade()
    assert session.attempt.grade == grade
    graded = grader.tasks[-1].answer
    assert [turn.role for turn in graded.turns] == ["candidate", "interviewer"] * 2 + ["candidate"]
    assert not session.is_open


async def test_one_answer_alone_is_graded_as_a_text(desk: Desk, grader: SetGrader) -> None:
    session = Session.begin(desk, Setup(follow_ups=2))
    session.ask(QUESTION)
    session.answer(TEXT)
    assert await session.press() is not None
    await session.grade()
    assert grader.tasks[-1].answer == Answer.of(TEXT)


async def test_an_unanswered_follow_up_is_not_graded_but_kept(desk: Desk, grader: SetGrader) -> None:
    session = Session.begin(desk, Setup(follow_ups=3))
    session.ask(QUESTION)
    session.answer(TEXT)
    await session.press()
    session.answer("It hides the rare class.")
    await session.press()
    await session.grade()
    roles = [turn.role for turn in grader.tasks[-1].answer.turns]
    assert roles == ["candidate", "interviewer", "candidate"]
    assert [turn.role for turn in desk.history.get(session.id).attempts[0].turns] == [*roles, "interviewer"]


async def test_a_session_resumes_at_every_stage(desk: Desk) -> None:
    session = Session.begin(desk, Setup(follow_ups=1))

    def resumed() -> Session:
        again = Session(desk, session.id)
        assert again.attempt == session.attempt
        assert again.asked == session.asked
        return again

    session.ask(QUESTION)
    session.save_draft("half a thought")
    session = resumed()
    assert session.draft == "half a thought"
    session.answer(TEXT)
    session = resumed()
    assert session.draft == ""
    await session.press()
    session = resumed()
    session.close()
    session = resumed()
    assert session.attempt.stage == "ready"
    await session.grade()
    session = resumed()
    assert session.attempt.stage == "graded"
    session.retry()
    assert resumed().before() == session.before() is not None


async def test_questioning_ends_when_no_angle_is_left(desk: Desk) -> None:
    session = Session.begin(desk, Setup(follow_ups=9))
    session.ask(QUESTION)
    session.answer(TEXT)
    while await session.press() is not None:
        session.answer("I cannot say.")
    assert session.attempt.stage == "ready"
    assert session.attempt.pressed == ("metrics", "latency", "ownership", "metrics", "ownership")


async def test_a_second_program_cannot_answer_the_same_turn(desk: Desk) -> None:
    session = Session.begin(desk, Setup())
    session.ask(QUESTION)
    other = Session(desk, session.id)
    session.answer(TEXT)
    with pytest.raises(Exception, match="another program"):
        other.answer("Mine")
    assert Session(desk, session.id).attempt.turns[0].text == TEXT


def test_moves_out_of_turn_are_refused() -> None:
    attempt = Attempt(id=1, question=QUESTION, limit=1)
    said = SpokenTurn(role="candidate", text="x")
    asked = SpokenTurn(role="interviewer", text="y?", criterion="metrics", author="local")
    with pytest.raises(UsageError):
        attempt.pressed_on(asked)
    with pytest.raises(UsageError):
        attempt.answered(said).answered(said)
    assert attempt.answered(said).stage == "press"
    assert attempt.answered(said).pressed_on(asked).answered(said).stage == "ready"


async def test_a_dispute_and_a_self_rating_need_their_place(desk: Desk, database: Database) -> None:
    session = Session.begin(desk, Setup(follow_ups=0))
    session.ask(QUESTION)
    session.answer(TEXT)
    with pytest.raises(UsageError):
        session.dispute(3)
    with pytest.raises(UsageError):
        session.retry()
    session.rate_self(3)
    await session.grade()
    session.dispute(4, criterion="metrics", note="named the error")
    assert [tuple(row) for row in database.read("SELECT criterion, score, note FROM labels")] == [
        ("metrics", 4, "named the error")
    ]
    assert desk.history.get(session.id).attempts[0].self_rating == 3


class Conversation(RuleBasedStateMachine):
    """Random moves against a model that only remembers what was given."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.database = Database(Path(self.folder.name) / "coach.db")
        grader = SetGrader()
        self.desk = Desk(
            sessions=Sessions(self.database),
            history=History(self.database),
            task_of=task_of,
            quick=grader,
            grader=grader,
            interviewer=OfflineInterviewer(),
        )
        self.given: list[str] = []

    @initialize(limit=st.integers(0, 4))
    def begin(self, limit: int) -> None:
        self.limit = limit
        self.session = Session.begin(self.desk, Setup(follow_ups=limit))
        self.session.ask(QUESTION)

    @property
    def stage(self) -> str:
        return self.session.attempt.stage

    @precondition(lambda self: self.stage in ("answer", "reply"))
    @rule(text=st.one_of(st.just(TEXT), st.text(max_size=60)))
    def answer(self, text: str) -> None:
        self.session.save_draft(text[:10])
        self.session.answer(text)
        self.given.append(text)

    @precondition(lambda self: self.stage == "press")
    @rule()
    def press(self) -> None:
        asyncio.run(self.session.press())

    @precondition(lambda self: self.stage in ("answer", "reply", "press", "ready"))
    @rule()
    def grade(self) -> None:
        asyncio.run(self.session.grade())

    @precondition(lambda self: self.stage in ("answer", "reply", "press", "ready"))
    @rule()
    def close(self) -> None:
        self.session.close()

    @precondition(lambda self: self.stage == "graded")
    @rule()
    def retry(self) -> None:
        self.session.retry()

    @rule()
    def next_question(self) -> None:
        self.session.ask(QUESTION)

    @rule()
    def restart(self) -> None:
        before = self.session.attempt
        self.session = Session(self.desk, self.session.id)
        assert self.session.attempt == before

    @invariant()
    def turns_alternate_and_follow_ups_are_few_and_new(self) -> None:
        attempt = self.session.attempt
        roles = [turn.role for turn in attempt.turns]
        assert roles == ["candidate" if n % 2 == 0 else "interviewer" for n in range(len(roles))]
        asked = [turn.text for turn in attempt.follow_ups]
        assert len(asked) <= self.limit
        assert len(set(asked)) == len(asked)
        graded = attempt.answer()
        assert graded.text is not None or graded.turns[-1] == Turn(
            role="candidate", text=graded.turns[-1].text
        )

    @invariant()
    def everything_given_is_in_the_store(self) -> None:
        record = self.desk.history.get(self.session.id)
        said = [turn.text for kept in record.attempts for turn in kept.turns if turn.role == "candidate"]
        assert said == self.given

    def teardown(self) -> None:
        self.database.close()
        self.folder.cleanup()


TestConversation = Conversation.TestCase
TestConversation.settings = settings(max_examples=15, stateful_step_count=15, deadline=None)
