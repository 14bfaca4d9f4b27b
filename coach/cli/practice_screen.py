"""Where a practice session shows things: a terminal, a pipe, or (with --json) messages alone."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console, RenderableType
from rich.status import Status
from rich.text import Text

from coach.cli import console
from coach.text.sanitize import for_terminal


def open_screen(*, as_data: bool) -> Screen:
    """At a terminal the session is on the screen; through a pipe it is data, and so on standard output."""
    interactive = console.at_terminal()
    on_screen = not as_data and (sys.stdout.isatty() or not interactive)
    return Screen(console.out() if on_screen else console.err(), console.err(), interactive=interactive)


class Screen:
    """`shown` takes what the session is about, `told` takes messages.

    `interactive` is True where a person sits at it: then waiting is shown and questions are asked.
    """

    def __init__(self, shown: Console, told: Console, *, interactive: bool) -> None:
        self.shown = shown
        self.interactive = interactive
        self._told = told
        self._status: Status | None = None

    def show(self, part: RenderableType) -> None:
        """A question, a grade, a passage, with a blank line after it."""
        self.shown.print(part)
        self.shown.print()

    def tell(self, message: str) -> None:
        self._told.print(Text(for_terminal(message), style="dim"))

    def ask(self, prompt: str) -> str:
        """One line from the person at the terminal; empty at the end of input."""
        try:
            return self.shown.input(Text(prompt))
        except EOFError:
            return ""

    def rate(self, top: int) -> int | None:
        """The person's own mark, 1 to `top`, or None where it was left out."""
        if not self.interactive:
            return None
        given = self.ask(
            f"Before you see the grade: your own mark, 1 to {top} (Enter leaves it out): "
        ).strip()
        return int(given) if given.isdecimal() and 1 <= int(given) <= top else None

    @contextmanager
    def busy(self, message: str) -> Iterator[None]:
        """Shown while something takes time; nothing moves off a terminal."""
        if not self.interactive or not self.shown.is_terminal:
            yield
            return
        with self.shown.status(Text(message)) as self._status:
            yield
        self._status = None

    def progress(self, message: str) -> None:
        """New words for what is being waited for."""
        if self._status is not None:
            self._status.update(Text(message))
