"""Output for screen readers: no boxes, no colours, nothing that moves, one thing a line, words for signs."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from typing import IO, Any

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.status import Status
from rich.table import Table
from rich.text import Text

_BAR = re.compile(r"[●○◐█▏]+ *(?=\d)|(?<=\s)[█▏]+ *")
_SIGNS = {"▲ ": "", "▼ ": "", "✓ ": "", "✗ ": "", " · ": ", ", "…": "...", "●": "", "○": "", "◐": ""}
_ALONE = {"✓": "enough", "✗": "missing", "●": "done", "○": "not begun", "◐": "begun"}
_LEAD = re.compile(r"^[.+~-] (?=[a-z])")
_SERIES = "marks over time"


def wanted() -> bool:
    """True where COACH_PLAIN is set, or --plain was given."""
    return os.environ.get("COACH_PLAIN", "") not in ("", "0")


class PlainConsole(Console):
    """A console that says what others draw."""

    def __init__(self, file: IO[str], *, stderr: bool = False) -> None:
        width = shutil.get_terminal_size().columns
        super().__init__(
            file=file,
            stderr=stderr,
            width=width,
            no_color=True,
            highlight=False,
            markup=False,
            emoji=False,
        )

    @property
    def is_dumb_terminal(self) -> bool:
        """Nothing is drawn over: bars and sparklines have their plain forms, progress comes in lines."""
        return True

    def print(self, *objects: Any, **options: Any) -> None:
        """Print what `spoken` makes of each renderable, without styles."""
        options.pop("style", None)
        super().print(*(spoken(item) for item in objects), **options)

    def status(self, status: RenderableType, **options: Any) -> Status:
        """Say once what is being waited for."""
        return _Said(self, status)


class _Said(Status):
    """A status that is a line; new words are a new line."""

    def __init__(self, console: Console, status: RenderableType) -> None:
        super().__init__(status, console=console)
        self._to = console

    def start(self) -> None:
        self._to.print(self.status)

    def stop(self) -> None:
        return None

    def update(self, status: RenderableType | None = None, **options: Any) -> None:
        if status is not None:
            self._to.print(status)


def spoken(item: Any) -> Any:
    """A renderable without boxes, columns, styles and signs; what is not known stays as it is."""
    if isinstance(item, str):
        return said(item)
    if isinstance(item, Text):
        return Text(said(item.plain), end=item.end)
    if isinstance(item, Group):
        return Group(*map(spoken, item.renderables))
    if isinstance(item, Padding):
        return spoken(item.renderable)
    if isinstance(item, Panel):
        title = [spoken(Text(item.title) if isinstance(item.title, str) else item.title)]
        return Group(*(title if item.title else []), spoken(item.renderable))
    if isinstance(item, Table):
        return Group(*(Text(line) for line in _lines(item)))
    return item


def said(text: str) -> str:
    """A text without the signs that stand beside words, and with words where one stands alone."""
    if text.strip() in _ALONE:
        return _ALONE[text.strip()]
    text = _BAR.sub("", text)
    for sign, words in _SIGNS.items():
        text = text.replace(sign, words)
    return text


def _lines(table: Table) -> Iterator[str]:
    """One line for each row: the first cell, then `header: cell` for what is not empty."""
    headers = [_flat(column.header) for column in table.columns]
    for cells in zip(*(column.cells for column in table.columns), strict=True):
        if table.show_header and cells == tuple(column.header for column in table.columns):
            continue
        named = [(name, _cell(name, cell)) for name, cell in zip(headers, cells, strict=True)]
        parts = [f"{name}: {cell}" if name and at else cell for at, (name, cell) in enumerate(named) if cell]
        yield _joined(parts, any(headers))


def _joined(parts: list[str], has_headers: bool) -> str:
    if has_headers or len(parts) < 2:
        return "; ".join(parts)
    # A grid without headers: a mark and its text, or a name and what it stands for.
    between = ": " if parts[0][-1].isalpha() else " "
    return f"{parts[0]}{between}{', '.join(parts[1:])}"


def _cell(header: str, cell: RenderableType) -> str:
    text = _LEAD.sub("", _flat(cell))
    return ", ".join(text) if header == _SERIES and text.isdecimal() else text


def _flat(cell: RenderableType) -> str:
    part = spoken(cell)
    if isinstance(part, Text):
        text = part.plain
    elif isinstance(part, Group):
        text = " ".join(_flat(item) for item in part.renderables)
    else:
        text = str(part)
    return " ".join(text.split())
