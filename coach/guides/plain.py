"""Reads plain text into lines; a short line that stands like a heading counts as one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from coach.guides.document import Document, Line

_MARKS = re.compile(r"^\s*(?:[-*•·▪◦‣–—>#]|\(?[0-9]{1,3}[.)])\s")
_QUOTED = re.compile(r"^\s*(?:>\s?)+")
_NUMBERED = re.compile(r"^\s*[0-9]{1,2}[.)]\s")
_HASHES = re.compile(r"^(#{1,6})\s+(\S.*?)\s*#*$")
_MOST_WORDS = 15
_HEADING_END = re.compile(r"[\w?)”\"’']$")


def read_plain(text: str) -> Document:
    """Lines of a text; form feeds end a paragraph."""
    return Document(tuple(_lines(text.replace("\f", "\n\n").splitlines())))


def _lines(raw: Sequence[str]) -> Iterator[Line]:
    after_blank = True
    for number, line in enumerate(raw, start=1):
        text = _QUOTED.sub("", line)
        if not text.strip():
            after_blank = True
            continue
        hashes = _HASHES.match(text)
        if hashes:
            yield Line(number, hashes[2], level=len(hashes[1]))
        elif _is_heading(raw, number - 1, after_blank):
            yield Line(number, text, level=2)
        else:
            yield Line(number, text, starts=after_blank or bool(_MARKS.match(line)))
        after_blank = bool(hashes)


def _is_heading(raw: Sequence[str], at: int, after_blank: bool) -> bool:
    """A short line without an end mark, capital first, above a longer line or after a blank."""
    text = raw[at].strip()
    if len(text.split()) > _MOST_WORDS or not _HEADING_END.search(text):
        return False
    if not (text[0].isupper() or text[0].isdigit()) or ":" in text:
        return False
    below = raw[at + 1].strip() if at + 1 < len(raw) else ""
    if _MARKS.match(raw[at]):
        return bool(_NUMBERED.match(raw[at])) and len(below) > 4 * len(text)
    above = raw[at - 1].strip() if at else ""
    if not below:
        return after_blank and at + 1 < len(raw)
    # A wrapped paragraph has a last line that is short as well, but nothing much longer below it.
    ends_above = not above or above[-1] in '.!?”")'
    return ends_above and (len(below) > 2 * len(text) or bool(_MARKS.match(raw[at + 1])))
