"""Splits a user's document into passages of 80 to 250 words under its headings, with stable ids."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from coach.guides.corpus import make_passage
from coach.guides.document import Document, Line
from coach.schema.passage import Guide, Passage

LEAST_WORDS = 80
MOST_WORDS = 250
_CHUNK_WORDS = 200
_SMALLEST_TAIL = 40
_SLUG_CHARS = 48
_ENDS = re.compile(r"[.!?…:;]$")


@dataclass(frozen=True)
class _Section:
    heading: str
    paragraphs: tuple[str, ...]

    @property
    def words(self) -> int:
        return sum(_size(paragraph) for paragraph in self.paragraphs)


def slug(text: str) -> str:
    """ASCII letters, digits and single dashes, at most 48; `guide` where nothing is left."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_text).strip("-")[:_SLUG_CHARS].strip("-") or "guide"


def split_document(document: Document, guide_id: str, title: str) -> Guide:
    """A guide of passages; ids are `<guide>#<heading>-<hash8>`, so that other passages keep theirs.

    Sections under 80 words are joined with their neighbours, those over 250 are split at
    paragraphs, else at sentences. A repeated passage is kept once.
    """
    passages: dict[str, Passage] = {}
    for section in _joined(_sections(document.lines, title)):
        for text in _chunks(section):
            mark = hashlib.sha256(f"{section.heading}\n{text}".encode()).hexdigest()[:8]
            anchor = f"{slug(section.heading)}-{mark}"
            passage = make_passage(guide_id, anchor, section.heading, text, user=True)
            passages.setdefault(passage.id, passage)
    return Guide(id=guide_id, title=title, passages=tuple(passages.values()))


def _sections(lines: Sequence[Line], title: str) -> Iterator[_Section]:
    heading, body = title, list[Line]()
    for line in lines:
        if line.level:
            if body:
                yield _Section(heading, tuple(_paragraphs(body)))
            heading, body = line.text, []
        else:
            body.append(line)
    if body:
        yield _Section(heading, tuple(_paragraphs(body)))


def _paragraphs(lines: Iterable[Line]) -> Iterator[str]:
    """Wrapped lines put together again."""
    parts: list[str] = []
    for line in lines:
        if line.starts and parts:
            yield " ".join(parts)
            parts = []
        parts.append(line.text)
    if parts:
        yield " ".join(parts)


def _joined(sections: Iterable[_Section]) -> Iterator[_Section]:
    """Short sections put together with those that follow, while the sum is a passage's size."""
    held: _Section | None = None
    for section in sections:
        if held is None:
            held = section
        elif held.words < LEAST_WORDS and held.words + section.words <= MOST_WORDS:
            below = (section.heading + ("" if _ENDS.search(section.heading) else "."), *section.paragraphs)
            held = _Section(held.heading, (*held.paragraphs, *below))
        else:
            yield held
            held = section
    if held is not None:
        yield held


def _chunks(section: _Section) -> list[str]:
    text = "\n\n".join(section.paragraphs)
    if section.words <= MOST_WORDS:
        return [text]
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(
        separators=["\n\n", ". ", "? ", "! ", "; ", ", ", " ", ""],
        keep_separator="end",
        chunk_size=_CHUNK_WORDS,
        chunk_overlap=0,
        length_function=_size,
    )
    chunks = splitter.split_text(text)
    if len(chunks) > 1 and _size(chunks[-1]) < _SMALLEST_TAIL:
        chunks[-2:] = ["\n\n".join(chunks[-2:])]
    return chunks


def _size(text: str) -> int:
    """Words, or characters by the dozen where a text has no spaces."""
    return max(len(text.split()), len(text) // 12)
