"""Reads the text of a PDF, page by page, within bounds. Recognises no text in pictures."""

from __future__ import annotations

import io
import logging
import re
import struct
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from coach.errors import GuideError
from coach.guides.document import Document
from coach.guides.plain import read_plain

MAX_PAGES = 1000
MAX_CHARS = 2_000_000
if TYPE_CHECKING:
    from pypdf import PdfReader

_HYPHEN = re.compile(r"(?<=[a-z])-\n(?=[a-z])")


def read_pdf(path: Path, data: bytes) -> Document:
    """Lines of the extracted text, numbered through all pages."""
    import pypdf
    from pypdf.errors import PyPdfError

    # What a damaged PDF makes the parser raise is not bounded by its own error class.
    broken = (
        PyPdfError,
        ArithmeticError,
        AssertionError,
        AttributeError,
        EOFError,
        LookupError,
        NotImplementedError,
        OSError,
        RecursionError,
        TypeError,
        ValueError,
        struct.error,
        zlib.error,
    )
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise GuideError(f"{path}: it is protected by a password. Save a copy without one.")
        text = _text(path, reader)
    except broken as error:
        raise GuideError(
            f"{path}: it is not a PDF that can be read ({type(error).__name__}). "
            "Export it again, or copy its text into a .txt file."
        ) from error
    return read_plain(_HYPHEN.sub("", text))


def _text(path: Path, reader: PdfReader) -> str:
    if len(reader.pages) > MAX_PAGES:
        raise GuideError(
            f"{path}: {len(reader.pages)} pages are more than the limit of {MAX_PAGES}. Split it into parts."
        )
    parts: list[str] = []
    size = 0
    for page in reader.pages:
        parts.append(page.extract_text())
        size += len(parts[-1])
        if size > MAX_CHARS:
            raise GuideError(
                f"{path}: it holds more than {MAX_CHARS:,} characters of text. Split it into parts."
            )
    return "\n\n".join(parts)
