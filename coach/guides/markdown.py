"""Reads Markdown into lines without its markup. Renders nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from coach.guides.document import Document, Line

_FRONT = re.compile(r"\A---\r?\n.*?^---\s*$", re.DOTALL | re.MULTILINE)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_TITLE = re.compile(r"^title:\s*[\"']?(.+?)[\"']?\s*$", re.MULTILINE)
_HEADING = re.compile(r"^ {0,3}(#{1,6})\s+(\S.*?)(?:\s+#+)?(?:\s*\{#[\w-]+\})?\s*$")
_FENCE = re.compile(r"^\s*(```|~~~)")
_UNDERLINE = re.compile(r"^ {0,3}(=+|-+)\s*$")
_RULE = re.compile(r"^ {0,3}([-*_])(?:\s*\1){2,}\s*$")
_TABLE_RULE = re.compile(r"^\s*\|?[\s:|-]*-[\s:|-]*\|[\s:|-]*$")
_ITEM = re.compile(r"^\s*(?:>\s?)*\s*(?:[-*+•]|[0-9]{1,3}[.)])\s+")
_QUOTED = re.compile(r"^\s*(?:>\s?)+")
_INLINE = (
    (re.compile(r"!?\[([^\[\]]{0,500})\]\([^()\s]{0,500}(?:\s\"[^\"]{0,200}\")?\)"), r"\1"),
    (re.compile(r"(\*\*|__)(?=\S)([^*_]{1,2000}?)(?<=\S)\1"), r"\2"),
    (re.compile(r"(?<![\w*])\*(?=\S)([^*]{1,2000}?)(?<=\S)\*(?![\w*])"), r"\1"),
    (re.compile(r"(?<![\w_])_(?=\S)([^_]{1,2000}?)(?<=\S)_(?![\w_])"), r"\1"),
    (re.compile(r"`([^`]{1,2000})`"), r"\1"),
    (re.compile(r"</?[a-zA-Z][^<>]{0,300}>"), ""),
    (re.compile(r"\\([\\`*_{}\[\]()#+.!|<>~-])"), r"\1"),
)


def read_markdown(text: str) -> Document:
    """Lines with the numbers that they have in the file; front matter and comments are left out."""
    front = _FRONT.match(text)
    title = _TITLE.search(front[0]) if front else None
    if front:
        text = _blanked(front[0]) + text[front.end() :]
    text = _COMMENT.sub(lambda match: _blanked(match[0]), text)
    lines = tuple(_lines(text.splitlines()))
    if title:
        return Document(lines, title[1])
    return Document(lines, next((line.text for line in lines if line.level == 1), ""))


def _blanked(text: str) -> str:
    return "\n" * text.count("\n")


def plain(text: str) -> str:
    """A line without emphasis, links, code marks and tags."""
    for pattern, replacement in _INLINE:
        text = pattern.sub(replacement, text)
    return text


def _lines(raw: Sequence[str]) -> Iterator[Line]:
    in_code = False
    starts = True
    for at, text in enumerate(raw):
        if _FENCE.match(text):
            in_code, starts = not in_code, True
            continue
        line = Line(at + 1, text, starts=starts) if in_code and text.strip() else None
        if not in_code:
            line = _line(raw, at, starts)
        if line is not None:
            yield line
        starts = line is None or line.level > 0


def _line(raw: Sequence[str], at: int, starts: bool) -> Line | None:
    """The line at this place; None for blanks, rules and the marks under a heading or table head."""
    text, number = raw[at], at + 1
    if not text.strip() or _RULE.match(text) or _UNDERLINE.match(text) or _TABLE_RULE.match(text):
        return None
    heading = _HEADING.match(text)
    if heading:
        return Line(number, plain(heading[2]), level=len(heading[1]))
    below = raw[at + 1] if at + 1 < len(raw) else ""
    under = _UNDERLINE.match(below)
    if under and starts and not _ITEM.match(text) and "|" not in text:
        return Line(number, plain(text.strip()), level=1 if "=" in under[1] else 2)
    if text.lstrip().startswith("|") or _TABLE_RULE.match(below) or (at and _in_table(raw, at)):
        cells = tuple(plain(cell.strip()) for cell in re.split(r"(?<!\\)\|", text.strip().strip("|")))
        return Line(number, " | ".join(cells), cells=cells)
    item = _ITEM.match(text)
    body = text[item.end() :] if item else _QUOTED.sub("", text)
    mark = "- " if item else ""
    return Line(number, mark + plain(body.strip()), starts=starts or bool(item))


def _in_table(raw: Sequence[str], at: int) -> bool:
    """Rows without an outer bar belong to a table whose rule stands just above them."""
    return "|" in raw[at] and bool(_TABLE_RULE.match(raw[at - 1]))
