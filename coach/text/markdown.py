"""Markdown of others, both ways: their text made to stay text in ours, and their bold words found."""

from __future__ import annotations

import re
from collections.abc import Iterator

from coach.text.sanitize import for_terminal

BOLD = re.compile(r"\*\*([^*\n]+)\*\*")
_MARKUP = re.compile(r"([\\`*_{}\[\]<>&~|$])")
# What would begin a heading, a rule, a list or a quotation at the start of a line.
_OPENING = re.compile(r"^(\s{0,3})(#|=|-|\+|>|\d+(?=[.)]))", re.MULTILINE)


def inline(text: str) -> str:
    """Text of others on one line, which Markdown shows as it is, also at the beginning of a line."""
    return _escaped(" ".join(for_terminal(text).split()))


def quoted(text: str) -> str:
    """Text of others as a quotation that keeps its lines."""
    return "\n".join(f"> {line}".rstrip() for line in _escaped(for_terminal(text)).splitlines() or [""])


def bold_parts(text: str) -> Iterator[tuple[str, bool]]:
    """The pieces of a text in turn, and whether each stood between `**` and `**`."""
    at = 0
    for found in BOLD.finditer(text):
        yield text[at : found.start()], False
        yield found[1], True
        at = found.end()
    yield text[at:], False


def _escaped(text: str) -> str:
    return _OPENING.sub(_open, _MARKUP.sub(r"\\\1", text))


def _open(found: re.Match[str]) -> str:
    lead, sign = found.groups()
    return f"{lead}{sign}\\" if sign.isdigit() else f"{lead}\\{sign}"
