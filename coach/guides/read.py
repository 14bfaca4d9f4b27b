"""Reads a user's document (Markdown, text, HTML, PDF, DOCX) into lines. Splits and stores nothing.

Every way in which a file can be unusable ends in a GuideError that names the file and the remedy.
"""

from __future__ import annotations

import stat
from pathlib import Path

from coach.errors import GuideError
from coach.guides.document import Document, Line
from coach.text.sanitize import for_terminal

MARKDOWN = {".md", ".markdown"}
TEXT = {".txt", ".text"}
HTML = {".html", ".htm"}
SUFFIXES = frozenset({*MARKDOWN, *TEXT, *HTML, ".pdf", ".docx"})
MAX_FILE_BYTES = 20 * 1024 * 1024
MAX_TEXT_CHARS = 2_000_000
_BINARY_SHARE = 0.02


def read_bytes(path: Path) -> bytes:
    """The file's bytes, after its kind and size were checked."""
    if path.suffix.lower() not in SUFFIXES:
        raise GuideError(
            f"{path}: this kind of file is not read. Give Markdown, text, HTML, PDF or DOCX "
            f"({', '.join(sorted(SUFFIXES))})."
        )
    try:
        status = path.stat()
        size = status.st_size
        if not stat.S_ISREG(status.st_mode):
            raise GuideError(f"{path}: it is not a file. Name a document, or a folder that holds some.")
        if size > MAX_FILE_BYTES:
            raise GuideError(
                f"{path}: {size / 1e6:.0f} MB is more than the limit of {MAX_FILE_BYTES // 1024**2} MB. "
                "Split it, or keep the chapters that matter."
            )
        data = path.read_bytes()
    except OSError as error:
        raise GuideError(f"{path}: cannot be read: {error.strerror}.") from error
    if not data.strip():
        raise GuideError(f"{path}: the file is empty.")
    return data


def read_document(path: Path, data: bytes | None = None) -> Document:
    """The lines of one file; GuideError where it is broken, empty, binary, mis-encoded or enormous."""
    data = read_bytes(path) if data is None else data
    document = _safe(_parse(path, data))
    if not any(line.text for line in document.lines):
        raise GuideError(f"{path}: no text was found in it. A scanned PDF needs text recognition first.")
    if sum(len(line.text) for line in document.lines) > MAX_TEXT_CHARS:
        raise GuideError(
            f"{path}: it holds more than {MAX_TEXT_CHARS:,} characters of text. Split it into parts."
        )
    return document


def _parse(path: Path, data: bytes) -> Document:
    suffix = path.suffix.lower()
    if suffix == ".pdf":
        from coach.guides.pdf import read_pdf

        return read_pdf(path, data)
    if suffix == ".docx":
        from coach.guides.docx import read_docx

        return read_docx(path, data)
    text = decode(path, data)
    if suffix in HTML:
        from coach.guides.html import read_html

        return read_html(text)
    if suffix in MARKDOWN:
        from coach.guides.markdown import read_markdown

        return read_markdown(text)
    from coach.guides.plain import read_plain

    return read_plain(text)


def decode(path: Path, data: bytes) -> str:
    """Text of a UTF-8 file, or of a UTF-16 one with a byte order mark."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    else:
        encoding = "utf-8-sig"
        if b"\x00" in data:
            raise GuideError(f"{path}: it is a binary file, not text. Give the document that it came from.")
    if len(data) > 4 * MAX_TEXT_CHARS:
        raise GuideError(
            f"{path}: it holds more than {MAX_TEXT_CHARS:,} characters of text. Split it into parts."
        )
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise GuideError(
            f"{path}: it is not UTF-8 text (byte {error.start}). Save it as UTF-8, or convert it: "
            "iconv -f WINDOWS-1252 -t UTF-8 OLD > NEW."
        ) from error
    odd = sum(1 for c in text[:20_000] if c == "\ufffd" or (ord(c) < 32 and c not in "\n\r\t\f\x1b"))
    if odd > _BINARY_SHARE * min(len(text), 20_000):
        raise GuideError(
            f"{path}: it is binary or was saved in a wrong encoding. Save it again as UTF-8 text."
        )
    return text


def _safe(document: Document) -> Document:
    """The same lines with nothing in them that could act on a terminal; empty ones are dropped."""
    lines = (
        Line(
            number=line.number,
            text=" ".join(for_terminal(line.text).split()),
            level=line.level,
            starts=line.starts,
            cells=tuple(" ".join(for_terminal(cell).split()) for cell in line.cells),
        )
        for line in document.lines
    )
    return Document(
        tuple(line for line in lines if line.text), " ".join(for_terminal(document.title).split())
    )
