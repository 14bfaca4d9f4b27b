"""Reads answers line by line where nothing may move: for screen readers and terminals that cannot redraw.

It keeps every line as it is given. It completes nothing and shows no toolbar.
"""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Protocol, TextIO

from coach.cli import console
from coach.text.sanitize import for_terminal

SENDING_LINES = (".", "/done")


class AnswerReader(Protocol):
    """Whatever reads an answer: the editor, or line by line."""

    async def read(
        self, draft: str, save: Callable[[str], None], *, limit: float | None = None
    ) -> tuple[str, float]:
        """The text sent, and the seconds that it took; `save` gets every draft."""
        ...


def open_editor(
    commands: Mapping[str, str], given: Iterable[str], screen: TextIO, *, one_line: bool = False
) -> AnswerReader:
    """The editor, or the reader of lines where the terminal or its user wants nothing that moves."""
    if not console.moves():
        return LineReader(commands, screen, one_line=one_line)
    # Its library is loaded for a person alone.
    from coach.cli.practice_editor import Editor

    return Editor(commands, given, screen, one_line=one_line)


class LineReader:
    """Reads as the editor does; a line with only `.`, or with a command, sends; with `one_line`, any."""

    def __init__(self, commands: Collection[str], screen: TextIO, *, one_line: bool = False) -> None:
        self._commands = commands
        self._screen = screen
        self._one_line = one_line

    async def read(
        self, draft: str, save: Callable[[str], None], *, limit: float | None = None
    ) -> tuple[str, float]:
        """The text sent, and the seconds that it took. `save` is called after every line.

        After `limit` seconds the next line is the last one. Raises EOFError at the end of input,
        KeyboardInterrupt for Ctrl-C.
        """
        started = time.monotonic()
        text = draft
        if draft:
            self._say(f"You had written:\n{draft}\nGo on, or send it with a line that holds only a dot.")
        if limit is not None:
            self._say(f"You have {round(limit) // 60} minutes and {round(limit) % 60} seconds.")
        while True:
            line = self._line()
            text = f"{text}\n{line}" if text else line
            sent = text if self._one_line else sent_by_enter(text, self._commands)
            over = limit is not None and time.monotonic() - started >= limit
            if sent is not None or over:
                return text if sent is None else sent, time.monotonic() - started
            save(text)

    def _line(self) -> str:
        self._screen.write("> ")
        self._screen.flush()
        # The event loop waits for its task to end when Ctrl-C is pressed, and this read does not end.
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            line = sys.stdin.readline()
        finally:
            signal.signal(signal.SIGINT, before)
        if not line:
            raise EOFError
        return line.rstrip("\r\n")

    def _say(self, words: str) -> None:
        self._screen.write(f"{for_terminal(words)}\n")
        self._screen.flush()


def sending_words() -> str:
    """How an answer is sent, for the line above the prompt."""
    return "Esc Enter, or a line with only . sends" if console.moves() else "A line with only . sends"


def sent_by_enter(text: str, commands: Collection[str]) -> str | None:
    """What Enter at the end of `text` sends, or None where it opens a new line.

    A line that ends the answer sends what stands above it; a line with a command sends all of it,
    and the answer above stays a draft.
    """
    above, _, last = text.rpartition("\n")
    if last.strip() in SENDING_LINES:
        return above
    if last.startswith("/") and (not above or last[1:].partition(" ")[0].casefold() in commands):
        return text
    return None
