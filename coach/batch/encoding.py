"""Finds the encoding of a text file by reading it through once."""

from __future__ import annotations

import codecs
from collections.abc import Callable

from coach.batch.files import InputFile

_CHUNK = 2**20
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Windows-1252 is what spreadsheets mean by Latin-1; the five bytes that it lacks make it the real one.
_UNDEFINED = bytes([0x81, 0x8D, 0x8F, 0x90, 0x9D])


def find_encoding(file: InputFile, say: Callable[[str], None]) -> str:
    """A codec name: UTF-8 where every byte fits it, UTF-16 by its mark, else Latin-1 with a warning."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with file.open() as stream:
        chunk = stream.read(_CHUNK)
        for mark, name in _MARKS:
            if chunk.startswith(mark):
                return name
        try:
            while chunk:
                decoder.decode(chunk)
                chunk = stream.read(_CHUNK)
            decoder.decode(b"", final=True)
            return "utf-8"
        except UnicodeDecodeError:
            say(f"{file.name} is not UTF-8; it is read as Latin-1 (Windows-1252). Better save it as UTF-8.")
        while chunk:
            if chunk.translate(None, _UNDEFINED) != chunk:
                return "latin-1"
            chunk = stream.read(_CHUNK)
    return "cp1252"
