"""A person at the editor: what is shown, asked and kept, keys as they are typed."""

from __future__ import annotations

import asyncio
import io
import re
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput
from rich.console import Console

from coach.cli import wiring
from coach.cli.practice_host import Host
from coach.cli.practice_screen import Screen
from coach.cli.practice_setup import Wish, begin_session, make_desk, make_picker
from coach.cli.practice_terminal import run_at_terminal
from coach.schema.grade import Grader
from coach.store.records import Setup
from tests.cli.conftest import LengthGrader

SEND = "\x1b\r"
END = "\x04"
REPLY = "It hides rare fraud."
ANSWER = "I would track accuracy of the fraud model every week. The engineers decide about the launch date."


class WatchedScreen(Screen):
    """Keeps what was shown and told, and answers questions from a list."""

    def __init__(self, answers: list[str]) -> None:
        console = Console(file=io.StringIO(), width=80)
        super().__init__(console, console, interactive=True)
        self.answers = answers
        self.asked: list[str] = []

    def ask(self, prompt: str) -> str:
        self.asked.append(prompt)
        return self.answers.pop(0) if self.answers else ""

    @property
    def text(self) -> str:
        file = self.shown.file
        assert isinstance(file, io.StringIO)
        return re.sub(r"\s+", " ", file.getvalue())


@dataclass
class Seat:
    """Where the person sits: `type` runs a whole session of keys and returns the host."""

    grader: LengthGrader = field(default_factory=LengthGrader)
    rooms: wiring.Rooms = field(default_factory=wiring.load)

    def type(
        self, keys: str, *answers: str, setup: Setup | None = None, resume: str | None = None
    ) -> tuple[Host, WatchedScreen]:
        loaded: Future[Grader] = Future()
        loaded.set_result(self.grader)
        screen = WatchedScreen(list(answers))
        desk = make_desk(self.rooms, loaded, None, screen, "senior")
        with (
            asyncio.Runner() as runner,
            create_pipe_input() as keyboard,
            create_app_session(input=keyboard, output=DummyOutput()),
        ):
            host = Host(
                rooms=self.rooms,
                runner=runner,
                session=begin_session(desk, setup or Setup(follow_ups=1), resume),
                screen=screen,
                pick=make_picker(self.rooms, Wish(question="fraud-realtime"), date(2026, 11, 21)),
            )
            keyboard.send_text(keys)
            run_at_terminal(host)
        return host, screen


@pytest.fixture
def seat() -> Iterator[Seat]:
    seat = Seat()
    yield seat
    seat.rooms.close()


def test_answer_follow_up_own_mark_grade_and_goodbye(seat: Seat) -> None:
    host, screen = seat.type(f"{ANSWER}{SEND}{REPLY}{SEND}{END}", "3")
    story = [
        "Answer in as many lines as you like",
        "Design a real-time fraud model",
        "Follow-up 1 of at most 1, by offline interviewer",
        "Graded by the local grader",
        "Your own mark: 3, beside 2 from the grader.",
        "Mark 2 of 4, lean no Fix first:",
        f"Saved as session {host.session.id}",
    ]
    places = [screen.text.index(words) for words in story]
    assert places == sorted(places)
    assert screen.asked == ["Before you see the grade: your own mark, 1 to 4 (Enter leaves it out): "]
    assert host.session.attempt.turns[0].seconds is not None


@pytest.mark.parametrize("own", ["", "9", "three"])
def test_an_own_mark_that_is_none_is_left_out(seat: Seat, own: str) -> None:
    host, screen = seat.type(f"{ANSWER}{SEND}More.{SEND}{END}", own)
    assert "Your own mark:" not in screen.text
    assert host.session.attempt.grade is not None


def test_no_scores_asks_for_no_number_and_shows_none(seat: Seat) -> None:
    _, screen = seat.type(f"{ANSWER}{SEND}{REPLY}{SEND}{END}", setup=Setup(follow_ups=1, scores=False))
    assert screen.asked == []
    assert "Mark 2" not in screen.text
    assert "Lean no" in screen.text


def test_an_empty_answer_is_taken_only_the_second_time(seat: Seat) -> None:
    host, screen = seat.type(f"{SEND}{SEND}/skip\r{END}")
    assert screen.text.count("Nothing is written.") == 1
    assert host.session.attempt.turns[0].text == ""
    assert seat.grader.tasks[-1].answer.is_blank()


def test_text_after_the_grade_is_no_answer(seat: Seat) -> None:
    host, _ = seat.type(f"{ANSWER}{SEND}More.{SEND}and one more thing{SEND}{END}")
    assert [turn.text for turn in host.session.attempt.turns if turn.role == "candidate"] == [ANSWER, "More."]


def test_a_command_on_the_last_line_leaves_the_answer_in_the_editor(seat: Seat) -> None:
    host, screen = seat.type(f"We would\r/hint\r begin{SEND}{END}")
    assert "Trade-offs: Does the answer say" in screen.text
    assert host.session.attempt.turns[0].text == "We would begin"
    assert host.session.draft == ""


def test_grade_on_the_last_line_gives_the_answer_and_grades_it(seat: Seat) -> None:
    host, _ = seat.type(f"{ANSWER}\r/grade\r{END}")
    assert [turn.text for turn in host.session.attempt.turns] == [ANSWER]
    assert host.session.attempt.grade is not None


def test_quit_on_the_last_line_keeps_the_answer_as_a_draft(seat: Seat) -> None:
    host, _ = seat.type("We would\r/quit\r")
    assert seat.type(f" begin{SEND}{END}", resume=host.session.id)[0].session.attempt.turns[0].text == (
        "We would begin"
    )


def test_next_opens_another_question_at_once(seat: Seat) -> None:
    host, screen = seat.type(f"/next\rAnd so on.{SEND}/next\r{END}")
    assert len(host.session.asked) == len(set(host.session.asked)) == 3
    assert seat.rooms.database.read("SELECT text FROM turns WHERE ordinal = 0")[0][0] == "And so on."


def test_a_retry_shows_what_moved(seat: Seat) -> None:
    keys = f"{ANSWER}{SEND}/grade\r/retry\r{ANSWER} {ANSWER}{SEND}/grade\r{END}"
    host, screen = seat.type(keys)
    assert "What the retry moved" in screen.text
    assert "Overall 1 to 3 better" in screen.text
    assert host.session.before() is not None


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ("/help\r", "/dispute keep your own mark"),
        ("/hint\r", "Trade-offs: Does the answer say"),
        ("/passage\r", "[system-constraints#"),
        ("/passage evaluation-and-metrics#precision-or-recall\r", "Precision, recall, F1"),
        ("/passage nowhere\r", "There is no passage nowhere."),
        ("/ask\r", "Say what to look up"),
        ("/example\r", "A worked answer is shown after the grade"),
        ("/retry\r", "There is nothing to retry"),
        ("/grade\r", "There is nothing to grade yet"),
        ("/dispute 3\r", "There is no grade to dispute yet"),
        ("/save\r", "Everything is saved. Go on later with: coach practice --session"),
        ("/dance\r", "There is no command /dance."),
    ],
)
def test_commands_before_an_answer(seat: Seat, keys: str, words: str) -> None:
    host, screen = seat.type(f"{keys}{END}")
    assert words in screen.text
    assert host.session.attempt.stage == "answer"


def test_the_guides_can_be_asked_at_any_time(seat: Seat, built_index: Path) -> None:
    _, screen = seat.type(f"/ask precision or recall in fraud\r/ask zebra\r{END}")
    assert "Precision, recall, F1" in screen.text
    assert "The guides do not say." in screen.text


@pytest.mark.parametrize(
    ("line", "words", "labels"),
    [
        ("/dispute 3 I named it", "kept beside the grade", [(None, 3, "I named it")]),
        ("/dispute evaluation_metrics 4", "kept beside the grade", [("evaluation_metrics", 4, "")]),
        ("/dispute Evaluation and metrics 4 why", "kept beside", [("evaluation_metrics", 4, "why")]),
        ("/dispute eval 2", "kept beside the grade", [("evaluation_metrics", 2, "")]),
        ("/dispute charm 4", "not graded on charm", []),
        ("/dispute 9", "from 1 to 4", []),
        ("/dispute", "from 1 to 4", []),
    ],
)
def test_a_dispute_is_kept_or_explained(
    seat: Seat, line: str, words: str, labels: list[tuple[str | None, int, str]]
) -> None:
    _, screen = seat.type(f"{ANSWER}{SEND}/skip\r{line}\r{END}")
    assert words in screen.text
    assert ("none is in use here" in screen.text) is bool(labels)
    rows = seat.rooms.database.read("SELECT criterion, score, note FROM labels")
    assert [tuple(row) for row in rows] == labels


@pytest.mark.parametrize("moved_on", ["/retry\r", "/next\r", f"/retry\rHalf of it.{SEND}"])
def test_a_dispute_is_for_the_last_grade_also_when_the_session_has_moved_on(
    seat: Seat, moved_on: str
) -> None:
    keys = f"{ANSWER}{SEND}/skip\r{moved_on}/dispute tradeoff_articulation 3 I gave a price\r{END}"
    host, screen = seat.type(keys)
    assert "It is for the answer that was graded last: Design a real-time fraud model" in screen.text
    first = host.rooms.database.read("SELECT id FROM grades")[0][0]
    labels = seat.rooms.database.read("SELECT grade_id, criterion, score FROM labels")
    assert [tuple(row) for row in labels] == [(first, "tradeoff_articulation", 3)]
    assert host.session.attempt.grade is None


def test_a_dispute_after_a_retry_that_is_graded_is_for_the_retry(seat: Seat) -> None:
    _, screen = seat.type(f"{ANSWER}{SEND}/skip\r/retry\rBetter.{SEND}/skip\r/dispute 3\r{END}")
    assert "graded last" not in screen.text
    grades = [row[0] for row in seat.rooms.database.read("SELECT id FROM grades ORDER BY id")]
    assert [row[0] for row in seat.rooms.database.read("SELECT grade_id FROM labels")] == grades[1:]


def test_a_persons_mark_before_the_retry_is_answered_is_for_the_first_answer(seat: Seat) -> None:
    host, _ = seat.type(f"{ANSWER}{SEND}/skip\r/retry\r/mark 3 clear\r{END}")
    first = seat.rooms.database.read("SELECT id FROM attempts ORDER BY id")[0][0]
    assert [row[0] for row in seat.rooms.database.read("SELECT attempt_id FROM human_marks")] == [first]
    assert host.session.attempt.id != first


def test_a_command_is_no_draft_and_a_draft_comes_back(seat: Seat) -> None:
    with pytest.raises(KeyboardInterrupt):
        seat.type("/hint\rhalf a thought\x03")
    session = seat.rooms.database.read("SELECT id FROM sessions")[0][0]
    assert [row[0] for row in seat.rooms.database.read("SELECT text FROM drafts")] == ["half a thought"]
    host, screen = seat.type(f", now whole{SEND}{END}", resume=session)
    assert host.session.attempt.turns[0].text == "half a thought, now whole"
    assert "Design a real-time fraud model" in screen.text


def test_resuming_between_answer_and_follow_up_asks_it(seat: Seat) -> None:
    host, _ = seat.type(END)
    host.session.answer(ANSWER)
    again, screen = seat.type(END, resume=host.session.id)
    assert f"You said: {ANSWER}" in screen.text
    assert again.session.attempt.stage == "reply"


def test_resuming_a_graded_session_shows_its_grade(seat: Seat) -> None:
    host, _ = seat.type(f"{ANSWER}{SEND}/grade\r{END}")
    graded = len(seat.grader.tasks)
    _, screen = seat.type(END, resume=host.session.id)
    assert "Graded by the local grader" in screen.text
    assert len(seat.grader.tasks) == graded


def test_hostile_text_is_shown_as_text(seat: Seat) -> None:
    keys = f"\x1b[200~We \x1b]0;owned\x07 [bold]track[/] accuracy\x1b[201~{SEND}/grade\r{END}"
    host, screen = seat.type(keys)
    file = screen.shown.file
    assert isinstance(file, io.StringIO)
    assert "\x1b]0" not in file.getvalue()
    assert "[bold]" in host.session.attempt.turns[0].text


def test_the_history_offers_earlier_answers(seat: Seat) -> None:
    seat.type(f"{ANSWER}{SEND}{END}")
    host, _ = seat.type(f"\x1b[A{SEND}{END}")
    assert host.session.attempt.turns[0].text == ANSWER
