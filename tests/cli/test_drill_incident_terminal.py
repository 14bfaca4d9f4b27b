"""A person at the editor: one line is one move, drafts are kept, Ctrl-C loses nothing."""

from __future__ import annotations

import asyncio
import io
import re
from collections.abc import Iterator

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput
from rich.console import Console

from coach.cli import wiring
from coach.cli.drill_incident import at_terminal, open_run
from coach.cli.drill_incident_host import Host
from coach.cli.practice_screen import Screen

NAME = "complaints-overnight"


class Seat:
    """Where the person sits: `type` runs a session of keys and returns the host and what was on screen."""

    def __init__(self) -> None:
        self.rooms = wiring.load()

    def type(self, keys: str, *, resume: str | None = None) -> tuple[Host, str]:
        file = io.StringIO()
        console = Console(file=file, width=80)
        screen = Screen(console, console, interactive=True)
        with (
            asyncio.Runner() as runner,
            create_pipe_input() as keyboard,
            create_app_session(input=keyboard, output=DummyOutput()),
        ):
            host = open_run(self.rooms, runner, screen, None if resume is not None else NAME, resume, "local")
            keyboard.send_text(keys)
            try:
                at_terminal(host)
            except KeyboardInterrupt:
                file.write("interrupted")
        return host, re.sub(r"\s+", " ", file.getvalue())


@pytest.fixture
def seat() -> Iterator[Seat]:
    seat = Seat()
    yield seat
    seat.rooms.close()


def test_enter_sends_a_move(seat: Seat) -> None:
    host, shown = seat.type("split by app version\r/notes\r/quit\r")
    assert host.run.standing.facts == ["by-client"]
    assert "231 complaints in 5,900 sessions" in shown
    assert "Known so far" in shown
    assert "coach drill incident --continue comes back to it" in shown


def test_what_was_typed_and_not_sent_is_there_again(seat: Seat) -> None:
    host, shown = seat.type("split by app ver\x03")
    assert "interrupted" in shown
    assert f"--session {host.run.id}" in shown
    assert host.run.record.draft == "split by app ver"
    again, _ = seat.type("sion\r\x04", resume="")
    assert again.run.id == host.run.id
    assert again.run.standing.facts == ["by-client"]


def test_command_is_no_draft(seat: Seat) -> None:
    host, _ = seat.type("/not\x03")
    assert host.run.record.draft == ""


def test_run_that_ends_leaves_by_itself(seat: Seat) -> None:
    host, shown = seat.type("the cause is the parser\rfix the parser\r")
    assert host.run.ended
    assert "Problem decomposition: 1 of 4" in shown
    assert "comes back to it" not in shown
