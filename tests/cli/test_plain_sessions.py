"""Whole sessions at terminals where nothing may move: every byte that they are sent is text in lines."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

ANSWER = "We start from the cost of each mistake: recall at precision 0.9, since a block loses the sale."
DUMB = {"TERM": "dumb"}
PLAIN = {"TERM": "xterm-256color"}
DRAWN = re.compile("[─-▟]")  # lines, boxes and blocks


def shown(home: Path, arguments: str, lines: list[str], terminal: dict[str, str]) -> str:
    """What the program sends to a pseudo terminal, at which these lines are typed ahead."""
    master, worker = pty.openpty()
    program = subprocess.Popen(
        [sys.executable, "-m", "coach", *arguments.split()],
        env={**os.environ, **terminal, "COACH_HOME": str(home), "COLUMNS": "80"},
        stdin=worker,
        stdout=worker,
        stderr=worker,
        start_new_session=True,
    )
    os.close(worker)
    os.write(master, "".join(f"{line}\n" for line in lines).encode())
    seen = bytearray()
    while True:
        try:
            data = os.read(master, 65536)
        except OSError:  # Linux says so at the end of a terminal
            break
        if not data:
            break
        seen += data
    os.close(master)
    assert program.wait() == 0, seen.decode()
    return seen.decode().replace("\r\n", "\n")


@pytest.mark.parametrize(
    ("arguments", "lines", "terminal", "said"),
    [
        (
            "practice --question fraud-realtime --follow-ups 1",
            [ANSWER, ".", "/hint", "The price is recall.", ".", "3", "/passage", "/quit"],
            DUMB,
            [
                "Follow-up 1 of at most 1",
                "Your own mark: 3",
                "Mark ",
                "Weak and strong: a real-time fraud model",
            ],
        ),
        (
            "practice --plain --question fraud-realtime --follow-ups 0",
            [ANSWER, ".", "", "/retry", "Better.", ".", "", "/quit"],
            PLAIN,
            ["Criterion by criterion", "What the retry moved"],
        ),
        (
            "loop start start-up --short",
            # How many follow-ups there are depends on whether the grader is loaded yet.
            [ANSWER, ".", ANSWER, ".", "/grade", "n"],
            DUMB,
            ["Round 1 of 4", "Follow-up 1 of at most", "Begin it now?"],
        ),
        (
            "drill incident complaints-overnight",
            ["When did it begin, hour by hour?", "/help", "/quit"],
            DUMB,
            ["hour"],
        ),
        (
            "drill which-when --plain",
            ["Rules, since 2 percent of mistakes cost a person.", ".", "/grade", "", "/quit"],
            PLAIN,
            ["Mark "],
        ),
    ],
)
def test_a_whole_session_sends_lines_of_text_alone(
    built_index: Path, arguments: str, lines: list[str], terminal: dict[str, str], said: list[str]
) -> None:
    text = shown(built_index, arguments, lines, terminal)
    assert [words for words in said if words not in text] == []
    moved = {character for character in text if ord(character) < 32 and character != "\n"}
    assert moved == set(), "no escape sequence, no carriage return, no backspace, no bell"
    assert DRAWN.findall(text) == []
    if terminal is PLAIN:
        assert re.findall("[●○◐▲▼✓✗·]", text) == []
