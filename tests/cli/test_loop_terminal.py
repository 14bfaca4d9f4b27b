"""A person at the editor in a loop: round after round, and a time box that ends one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from coach.cli import wiring
from coach.cli.loop_clock import RoundClock
from coach.cli.loop_rounds import Floor, hold_at_terminal
from coach.cli.loop_view import book_of
from coach.loops.standing import RoundStanding, read_standing
from coach.schema.grade import Grader
from coach.store.history import History
from coach.store.loops import Loops, LoopSetup
from coach.store.records import SessionRecord
from tests.cli.conftest import LengthGrader
from tests.cli.test_practice_terminal import WatchedScreen

SEND, END, INTERRUPT = "\x1b\r", "\x04", "\x03"
ANSWER = "I decided to show a range, because our p90 error was 40 minutes and calls came from late parcels."


@dataclass
class Seat:
    """`type` holds rounds of one loop with these keys; `answers` are given to the screen's questions."""

    rooms: wiring.Rooms = field(default_factory=wiring.load)
    loop_id: str = ""

    def start(self, *, timed: bool = False) -> None:
        plan = book_of(self.rooms).presets["large-search"]
        self.loop_id = Loops(self.rooms.database).start(plan, LoopSetup(timed=timed))

    def type(self, keys: str, *answers: str) -> WatchedScreen:
        loaded: Future[Grader] = Future()
        loaded.set_result(LengthGrader())
        screen = WatchedScreen(list(answers))
        with (
            asyncio.Runner() as runner,
            create_pipe_input() as keyboard,
            create_app_session(input=keyboard, output=DummyOutput()),
        ):
            floor = Floor(self.rooms, runner, screen, loaded, None, self.loop_id, date(2026, 11, 21))
            keyboard.send_text(keys)
            with suppress(KeyboardInterrupt):
                hold_at_terminal(floor)
        return screen

    def round(self, place: int) -> RoundStanding:
        database = self.rooms.database
        return read_standing(Loops(database), History(database), self.loop_id).rounds[place]

    def session(self, place: int) -> SessionRecord:
        found = self.round(place).session
        assert found is not None
        return found

    def almost_up(self, round_id: str = "recruiter", box: float = 1800) -> None:
        Loops(self.rooms.database).set_clock(self.loop_id, round_id, box - 0.4)


@pytest.fixture
def seat() -> Iterator[Seat]:
    seat = Seat()
    yield seat
    seat.rooms.close()


def said(session: SessionRecord) -> list[str]:
    return [turn.text for item in session.attempts for turn in item.turns if turn.role == "candidate"]


def test_round_after_round_until_the_person_leaves(seat: Seat) -> None:
    seat.start()
    screen = seat.type(f"{ANSWER}{SEND}More.{SEND}{ANSWER}{SEND}{END}", "y")
    story = [
        "Round 1 of 5 Recruiter call 30 min, the guides' figure",
        'Recruiter: "Thanks for making the time.',
        "Follow-up 1 of at most 1, by Recruiter (offline)",
        "I will pass on what you told me",
        "Round 2 of 5 Hiring manager",
        "Follow-up 1 of at most 2, by Hiring manager (offline)",
        f"coach loop continue {seat.loop_id} comes back to it",
    ]
    places = [screen.text.index(words) for words in story]
    assert places == sorted(places)
    assert screen.asked == ["Next: Hiring manager. Begin it now? [y/N] "]
    assert "Mark " not in screen.text
    assert seat.round(0).stage == "done"
    again = seat.type(END)
    assert "Round 2 of 5 Hiring manager" in again.text
    assert "Good to meet you" not in again.text
    assert f"You said: {ANSWER[:20]}" in again.text


def test_the_next_round_can_wait(seat: Seat) -> None:
    seat.start()
    screen = seat.type(f"{ANSWER}{SEND}More.{SEND}", "")
    assert f"Go on later with: coach loop continue {seat.loop_id}" in screen.text
    assert seat.round(1).stage == "waiting"


def test_at_the_end_of_the_box_the_answer_so_far_is_taken(seat: Seat) -> None:
    seat.start(timed=True)
    seat.type(f"{ANSWER}{INTERRUPT}")
    seat.almost_up()
    screen = seat.type(" And then")
    assert "The time is up; what you had written was taken." in screen.text
    session = seat.session(0)
    assert said(session) == [f"{ANSWER} And then"]
    assert session.attempts[0].status == "graded"
    assert seat.round(0).record is not None
    assert seat.round(0).stage == "done"


def test_a_follow_up_that_the_time_cuts_off_leaves_the_answer_graded(seat: Seat) -> None:
    seat.start(timed=True)
    seat.type(f"{ANSWER}{SEND}{END}")
    seat.almost_up()
    seat.type("")
    assert said(seat.session(0)) == [ANSWER]
    assert seat.session(0).attempts[0].status == "graded"


def test_a_box_that_ends_before_a_word_is_an_empty_answer(seat: Seat) -> None:
    seat.start(timed=True)
    seat.type(END)
    seat.almost_up()
    seat.type("")
    grade = seat.session(0).attempts[0].grades[-1].grade
    assert (grade.overall, grade.flags) == (1, ("empty",))


def test_a_second_question_that_was_never_begun_is_left_out(seat: Seat) -> None:
    seat.start(timed=True)
    seat.type(f"{ANSWER}{SEND}More.{SEND}{ANSWER}{SEND}More.{SEND}More.{SEND}", "y", "")
    keys = f"{ANSWER}{SEND}" + f"More.{SEND}" * 3
    seat.type(f"{keys}{END}")
    seat.almost_up("technical", 2700)
    seat.type("")
    assert [item.status for item in seat.session(2).attempts] == ["graded", "skipped"]
    assert seat.round(2).stage == "done"


def test_a_program_that_died_at_the_end_of_the_box_grades_what_was_typed(seat: Seat) -> None:
    seat.start(timed=True)
    seat.type(f"{ANSWER}{INTERRUPT}")
    Loops(seat.rooms.database).end_round(seat.loop_id, "recruiter", "time")
    assert seat.round(0).stage == "open"
    seat.type("", "")
    assert said(seat.session(0)) == [ANSWER]
    assert seat.round(0).stage == "done"


def test_without_timed_the_box_is_only_shown(seat: Seat) -> None:
    seat.start()
    seat.type(END)
    seat.almost_up(box=9000)
    screen = seat.type(f"{ANSWER}{SEND}More.{SEND}", "")
    assert "The time is up" not in screen.text
    assert said(seat.session(0)) == [ANSWER, "More."]


def test_the_clock_counts_only_while_it_runs() -> None:
    time, noted = [0.0], list[float]()
    clock = RoundClock(100, 10, noted.append, lambda: time[0])
    time[0] = 50
    assert clock.left() == 90
    clock.start()
    time[0] = 70
    clock.keep()
    clock.stop()
    time[0] = 500
    assert clock.left() == 70
    assert noted == [30, 30]
    clock.start()
    time[0] = 900
    assert clock.left() == 0
