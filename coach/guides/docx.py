"""Reads the text of a Word document: paragraphs, headings, tables. Opens nothing else in the package."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from coach.errors import GuideError
from coach.guides.document import Document, Line

MAX_PART_BYTES = 64 * 1024 * 1024
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_HEADING = re.compile(r"heading (\d)$", re.IGNORECASE)
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    ElementTree.ParseError,
    KeyError,
    EOFError,
    OSError,
    RuntimeError,
    NotImplementedError,
    ValueError,
)


def read_docx(path: Path, data: bytes) -> Document:
    """Paragraphs and table rows in order; a line's number is the paragraph's."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            body = _part(path, package, "word/document.xml")
            names = package.namelist()
            styles = _part(path, package, "word/styles.xml") if "word/styles.xml" in names else None
    except _BROKEN as error:
        raise GuideError(
            f"{path}: it is not a Word document that can be opened ({type(error).__name__}). "
            "Save it again as .docx without a password."
        ) from error
    lines = tuple(_lines(body, _heading_styles(styles)))
    return Document(lines, next((line.text for line in lines if line.level == 1), ""))


def _part(path: Path, package: zipfile.ZipFile, name: str) -> ElementTree.Element:
    """One part, parsed. Its size is checked first: a few kilobytes may unpack to gigabytes."""
    if package.getinfo(name).file_size > MAX_PART_BYTES:
        raise GuideError(
            f"{path}: it unpacks to more than {MAX_PART_BYTES // 1024**2} MB of text. Split it into parts."
        )
    with package.open(name) as part:
        content = part.read(MAX_PART_BYTES)
    if b"<!DOCTYPE" in content[:4096] or b"<!ENTITY" in content:
        raise ValueError("a document type has no place in a Word document")
    return ElementTree.fromstring(content)


def _heading_styles(styles: ElementTree.Element | None) -> dict[str, int]:
    """Heading level by style id; ids are translated in some languages, style names are not."""
    levels: dict[str, int] = {}
    for style in styles.iter(f"{_W}style") if styles is not None else ():
        name = style.find(f"{_W}name")
        text = name.get(f"{_W}val", "") if name is not None else ""
        heading = _HEADING.match(text)
        if heading or text.lower() == "title":
            levels[style.get(f"{_W}styleId", "")] = int(heading[1]) if heading else 1
    return levels


def _lines(body: ElementTree.Element, styles: dict[str, int]) -> Iterator[Line]:
    number = 0
    in_tables = {id(p) for table in body.iter(f"{_W}tbl") for p in table.iter(f"{_W}p")}
    for element in body.iter():
        if element.tag == f"{_W}p":
            number += 1
            if id(element) not in in_tables and (text := _text(element)):
                yield _paragraph(element, number, text, styles)
        elif element.tag == f"{_W}tr":
            cells = tuple(" ".join(_text(cell).split()) for cell in element.iterfind(f"{_W}tc"))
            if any(cells):
                yield Line(number + 1, " | ".join(cells), cells=cells)


def _paragraph(element: ElementTree.Element, number: int, text: str, styles: dict[str, int]) -> Line:
    style = element.find(f"{_W}pPr/{_W}pStyle")
    level = styles.get(style.get(f"{_W}val", ""), 0) if style is not None else 0
    is_item = element.find(f"{_W}pPr/{_W}numPr") is not None
    return Line(number, f"- {text}" if is_item and not level else text, level=level)


def _text(element: ElementTree.Element) -> str:
    parts = []
    for node in element.iter():
        if node.tag == f"{_W}t":
            parts.append(node.text or "")
        elif node.tag in (f"{_W}tab", f"{_W}br", f"{_W}cr") or (node.tag == f"{_W}p" and parts):
            parts.append(" ")
    return "".join(parts).strip()
