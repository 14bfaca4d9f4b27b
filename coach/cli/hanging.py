"""A paragraph that hangs from its head: for lists that must read well at any width."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console, ConsoleOptions
from rich.text import Text

_NARROWEST = 20


class Hanging:
    """Further lines of `body` begin under its first words; no line is padded to the width."""

    def __init__(self, head: Text, body: Text) -> None:
        self._head = head
        self._body = body

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Text]:
        indent = self._head.cell_len
        lines = self._body.wrap(console, max(options.max_width - indent, _NARROWEST))
        for number, line in enumerate(lines):
            line.rstrip()
            yield (self._head if number == 0 else Text(" " * indent)) + line
