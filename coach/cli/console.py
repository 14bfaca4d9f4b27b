"""The two consoles of the program: data goes to `out`, messages to `err`."""

from __future__ import annotations

import os
import re
import sys
from typing import IO, Any, cast

from rich.console import Console

from coach.cli import plain

WIDEST = 100


def out() -> Console:
    """Standard output. Colour only at a terminal that wants it (NO_COLOR, TERM=dumb are honoured)."""
    return _console(stderr=False)


def err() -> Console:
    """Standard error, by the same rules."""
    return _console(stderr=True)


def at_terminal() -> bool:
    """True where a person can answer: input and at least one output are a terminal."""
    return sys.stdin.isatty() and (sys.stdout.isatty() or sys.stderr.isatty())


def moves() -> bool:
    """True where the terminal can redraw lines and its user sees them."""
    return not plain.wanted() and os.environ.get("TERM", "") not in ("dumb", "unknown")


class _Trimmed:
    """A stream without the blanks that tables and broken lines leave at the end of a row."""

    _ENDS = re.compile(r"[ \t]+(?=(?:\x1b\[0?m)*(?:\n|$))")

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        # A prompt, which ends in no line feed, keeps its blank.
        whole, feed, rest = text.rpartition("\n")
        self._stream.write(self._ENDS.sub("", whole) + feed + rest)
        return len(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _console(*, stderr: bool) -> Console:
    stream: Any = sys.stderr if stderr else sys.stdout
    if not stream.isatty():
        stream = _Trimmed(stream)
    if plain.wanted():
        return plain.PlainConsole(stream, stderr=stderr)
    console = Console(
        file=cast(IO[str], stream),
        stderr=stderr,
        highlight=False,
        markup=False,
        emoji=False,
        # FORCE_COLOR asks for colours in a pipe, not for a terminal's tables and moving lines there.
        force_terminal=stream.isatty(),
        color_system="standard" if not stream.isatty() and os.environ.get("FORCE_COLOR") else "auto",
    )
    if console.width > WIDEST:
        console.width = WIDEST
    return console
