"""Practice at a real (pseudo) terminal, stopped at bad moments: what was typed or given is still there."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from coach.store.database import Database
from coach.store.history import History
from coach.store.records import AttemptRecord

# Far beyond what a busy machine needs to build an index; what hangs is found all the same.
PATIENCE = 150.0
# The editor switches bracketed paste on when it starts to read.
READY = "\x1b[?2004h"


class Terminal:
    """`coach` in a pseudo terminal; `see` waits for words, `keys` types."""

    def __init__(self, *arguments: str, home: Path) -> None:
        self.home = home
        self._master, worker = pty.openpty()
        environment = {
            **os.environ,
            "TERM": "xterm",
            "PROMPT_TOOLKIT_NO_CPR": "1",
            "COACH_HOME": str(home),
            "COLUMNS": "80",
        }
        # Where the tests run under nohup, a child would inherit that hanging up is ignored.
        ignored = signal.signal(signal.SIGHUP, signal.SIG_DFL)
        try:
            self.program = subprocess.Popen(
                [sys.executable, "-m", "coach", *arguments],
                stdin=worker,
                stdout=worker,
                stderr=worker,
                env=environment,
                start_new_session=True,
            )
        finally:
            signal.signal(signal.SIGHUP, ignored)
        os.close(worker)
        self.seen = ""

    def keys(self, text: str) -> None:
        os.write(self._master, text.encode())

    def see(self, words: str) -> None:
        """Wait until `words` are on the screen, new lines and styles aside."""
        end = time.monotonic() + PATIENCE
        while words not in self.seen:
            ready, _, _ = select.select([self._master], [], [], 0.2)
            if ready:
                try:
                    self.seen += os.read(self._master, 65536).decode(errors="replace")
                except OSError:
                    break
            assert time.monotonic() < end, self.seen
        assert words in self.seen, self.seen

    def hang_up(self) -> None:
        os.close(self._master)
        self._master = -1

    def end(self) -> int:
        return self.program.wait(PATIENCE)

    def close(self) -> None:
        if self.program.poll() is None:
            self.program.kill()
        self.program.wait()
        if self._master >= 0:
            os.close(self._master)


@pytest.fixture
def terminal(built_index: Path) -> Iterator[Terminal]:
    started = Terminal("practice", "--question", "fraud-realtime", home=built_index)
    yield started
    started.close()


def kept(home: Path) -> AttemptRecord:
    with Database(home / "coach.db") as database:
        history = History(database)
        session = history.latest()
        assert session is not None
        return history.get(session).attempts[-1]


def wait_for_draft(terminal: Terminal, draft: str) -> None:
    end = time.monotonic() + PATIENCE
    while kept(terminal.home).draft != draft:
        assert time.monotonic() < end, kept(terminal.home)
        time.sleep(0.05)


def test_a_draft_outlives_a_kill_and_comes_back_in_the_editor(terminal: Terminal) -> None:
    terminal.see("Where would you start?")
    terminal.see(READY)
    terminal.keys("We would begin\rwith rules")
    wait_for_draft(terminal, "We would begin\nwith rules")
    terminal.program.send_signal(signal.SIGKILL)
    terminal.end()
    again = Terminal("practice", "--continue", home=terminal.home)
    try:
        again.see("with rules")
    finally:
        again.close()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 130), (signal.SIGHUP, -signal.SIGHUP)])
def test_a_signal_ends_it_with_the_draft_saved(terminal: Terminal, number: signal.Signals, code: int) -> None:
    terminal.see(READY)
    terminal.keys("half a thought")
    wait_for_draft(terminal, "half a thought")
    terminal.program.send_signal(number)
    assert terminal.end() == code
    assert kept(terminal.home).draft == "half a thought"


def test_control_c_says_how_to_go_on(terminal: Terminal) -> None:
    terminal.see(READY)
    terminal.keys("half a thought")
    wait_for_draft(terminal, "half a thought")
    terminal.keys("\x03")
    terminal.see("coach practice --session")
    assert terminal.end() == 130
    assert kept(terminal.home).draft == "half a thought"


def test_a_closed_terminal_keeps_the_draft(terminal: Terminal) -> None:
    terminal.see(READY)
    terminal.keys("half a thought")
    wait_for_draft(terminal, "half a thought")
    terminal.hang_up()
    terminal.end()
    assert kept(terminal.home).draft == "half a thought"


def test_an_answer_given_outlives_a_kill_while_it_is_read(terminal: Terminal) -> None:
    terminal.see(READY)
    terminal.keys("We track accuracy every week.\r.\r")
    end = time.monotonic() + PATIENCE
    while not kept(terminal.home).turns:
        assert time.monotonic() < end
        time.sleep(0.01)
    terminal.program.send_signal(signal.SIGKILL)
    terminal.end()
    attempt = kept(terminal.home)
    assert attempt.turns[0].text == "We track accuracy every week."
    assert attempt.draft == ""
