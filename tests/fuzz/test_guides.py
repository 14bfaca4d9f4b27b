"""Documents of every format: read, split and searched for exemplars, or refused by name."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from coach.guides.document import Document, Line
from coach.guides.exemplars import find_pairs
from coach.guides.read import SUFFIXES, read_document
from coach.guides.split import split_document
from tests.fuzz.effort import broken_bytes, handled, odd, text, tries
from tests.guides.documents import docx, heading_style, paragraph, pdf, table

PROSE = """---
title: Notes
---
# Impact

BAD: "We moved a metric." <!-- no number -->
GOOD: "Refunds fell 4% in six weeks." It has a number.

| Weak | Strong |
|---|---|
| I helped | I decided, and wrote the memo |

Instead of "we shipped", say "I shipped it on 3 May".
```
code | BAD: x
```
"""
PAGE = (
    f"<html><head><title>N</title></head><body><h1>Impact</h1><pre>{PROSE}</pre><table>"
    "<tr><td>Bad</td><td>Good</td></tr><tr><td>I helped a bit</td><td>I decided it</td></tr></table>"
    "<ul><li>Weak: we tried.<br>Strong: I cut it by 4%.</ul></body></html>"
)
WORD = docx(
    paragraph("Impact", "h1") + paragraph("BAD: we moved it") + table([["Bad", "Good"], ["a b", "c d"]]),
    styles=heading_style("h1", "heading 1"),
)
PORTABLE = pdf(["Impact", "BAD: we moved a metric.", "GOOD: refunds fell by 4%."], pages=2)


def check(document: Document) -> None:
    last = max((line.number for line in document.lines), default=0)
    for pair in find_pairs(document):
        assert pair.bad.strip()
        assert pair.good.strip()
        assert 1 <= pair.line <= last
    split_document(document, "guide", document.title or "A guide")


def read(name: str, data: bytes) -> None:
    with handled(name):
        check(read_document(Path(name), data))


@tries(60)
@given(st.sampled_from(sorted(SUFFIXES)), st.binary(max_size=200) | text.map(str.encode))
def test_anything_under_any_name(suffix: str, data: bytes) -> None:
    read(f"notes{suffix}", data)


@tries(80)
@given(st.sampled_from([".md", ".txt"]), broken_bytes(PROSE.encode()))
def test_harmed_prose(suffix: str, data: bytes) -> None:
    read(f"notes{suffix}", data)


@tries(60)
@given(broken_bytes(PAGE.encode()))
def test_harmed_pages(data: bytes) -> None:
    read("notes.html", data)


@tries(40)
@given(broken_bytes(WORD))
def test_harmed_word_files(data: bytes) -> None:
    read("notes.docx", data)


@st.composite
def with_a_harmed_part(draw: st.DrawFn) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(WORD)) as whole, zipfile.ZipFile(kept, "w") as changed:
        harmed = draw(st.sampled_from(whole.namelist()))
        for name in whole.namelist():
            part = whole.read(name)
            changed.writestr(name, draw(broken_bytes(part)) if name == harmed else part)
    return kept.getvalue()


@tries(40)
@given(with_a_harmed_part())
def test_word_files_with_a_harmed_part(data: bytes) -> None:
    read("notes.docx", data)


@tries(40)
@given(broken_bytes(PORTABLE))
def test_harmed_portable_files(data: bytes) -> None:
    read("notes.pdf", data)


_words = st.sampled_from(
    [
        "BAD:",
        "GOOD:",
        "Bad",
        "Good",
        "Weak answer:",
        "Strong answer:",
        "❌",
        "✅",
        "Instead of",
        "say",
        "avoid",
    ]
    + [
        '"',
        "“",
        "”",
        "'",
        "- ",
        "1. ",
        "(",
        ")",
        "—",
        "Why:",
        "Because",
        "better",
        "not",
        "Don't say",
        ": ",
        "**",
    ]
    + ["I moved a metric", "Refunds fell 4%", "we", "x" * 200]
)
_pieces = st.lists(_words | odd | text, max_size=12).map(" ".join).map(lambda line: " ".join(line.split()))
_lines = st.builds(
    Line,
    number=st.just(1),
    text=_pieces,
    level=st.sampled_from([0, 0, 0, 1, 2]),
    starts=st.booleans(),
    cells=st.just(()) | st.just(()) | st.lists(_pieces, max_size=4).map(tuple),
)


@tries(60, share=5.0)
@given(st.lists(_lines, max_size=14))
def test_exemplars_in_any_lines(lines: list[Line]) -> None:
    numbered = [
        Line(number, line.text, level=line.level, starts=line.starts, cells=line.cells)
        for number, line in enumerate(lines, start=1)
        if line.text
    ]
    check(Document(tuple(numbered)))
