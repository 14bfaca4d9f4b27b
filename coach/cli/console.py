"""The two consoles of the program: data goes to `out`, messages to `err`."""

from __future__ import annotations

import io
import sys

from rich.console import Console

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


def _console(*, stderr: bool) -> Console:
    stream = sys.stderr if stderr else sys.stdout
    if isinstance(stream, io.TextIOWrapper):
        # A character that the terminal's encoding lacks must not end the program.
        stream.reconfigure(errors="replace")
    console = Console(stderr=stderr, highlight=False, markup=False, emoji=False)
    if console.width > WIDEST:
        console.width = WIDEST
    return console
