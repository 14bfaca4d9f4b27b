"""What a file becomes before it is split: lines with numbers, headings and table cells."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """One line or paragraph of a document, without markup.

    `number` is 1-based in the file (in a DOCX file the paragraph's number, in a PDF the line's
    number in the extracted text). `level` is the heading's level, 0 where it is none. `starts` says
    that a paragraph, list item or row begins here. `cells` holds the cells of a table row.
    """

    number: int
    text: str
    level: int = 0
    starts: bool = True
    cells: tuple[str, ...] = ()


@dataclass(frozen=True)
class Document:
    """A file's lines without the blank ones, and its title where it states one."""

    lines: tuple[Line, ...]
    title: str = ""
