from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.errors import GuideError
from coach.guides import docx as docx_room
from coach.guides import pdf as pdf_room
from coach.guides import read
from coach.guides.read import read_document
from tests.guides.documents import docx, heading_style, paragraph, pdf, table


def lines_of(path: Path) -> list[tuple[int, str, int]]:
    return [(line.number, line.text, line.level) for line in read_document(path).lines]


def test_markdown_keeps_line_numbers_and_drops_markup(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text(
        "---\ntitle: My notes\n---\n# Notes\n\nSome **bold** and a [link](http://x.example).\n\n"
        "Under\n-----\n\n<!-- hidden\ncomment -->\n- item `code`\n> quoted\n\n```\n# no heading\n```\n"
    )
    document = read_document(path)
    assert document.title == "My notes"
    assert [(line.number, line.text, line.level) for line in document.lines] == [
        (4, "Notes", 1),
        (6, "Some bold and a link.", 0),
        (8, "Under", 2),
        (13, "- item code", 0),
        (14, "quoted", 0),
        (17, "# no heading", 0),
    ]


def test_markdown_tables_become_cells(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("| Weak | Strong |\n|---|:---:|\n| one | *two* |\n\nleft | right\n--- | ---\na | b\n")
    cells = [line.cells for line in read_document(path).lines]
    assert cells == [("Weak", "Strong"), ("one", "two"), ("left", "right"), ("a", "b")]


def test_text_headings_are_short_lines_above_longer_ones(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(
        "Mistakes to avoid\nThe first mistake is to speak of a model as if it decided on its own.\n"
        "A wrapped paragraph goes on\nhere.\n\n- a list item\n"
    )
    assert [text for _, text, level in lines_of(path) if level] == ["Mistakes to avoid"]


def test_html_reads_blocks_tables_and_title_without_scripts(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_text(
        "<html><head><title>Tips &amp; more</title><style>p{}</style></head>\n<body><h2>Top</h2>\n"
        "<script>var bad = 'Bad: x';</script><p>One <b>bold</b>\nword.</p>\n"
        "<ul><li>first</li><li>second</li></ul>\n<table><tr><th>A</th><td>B</td></tr></table>loose</body>"
    )
    document = read_document(path)
    assert document.title == "Tips & more"
    assert [line.text for line in document.lines] == [
        "Top",
        "One bold word.",
        "- first",
        "- second",
        "A | B",
        "loose",
    ]
    assert [line.number for line in document.lines][:2] == [2, 3]
    assert document.lines[0].level == 2
    assert document.lines[4].cells == ("A", "B")


def test_docx_reads_paragraphs_headings_and_tables(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    styles = heading_style("berschrift1", "heading 1")
    body = paragraph("Title here", "berschrift1") + paragraph("Some text.") + table([["Bad", "Good"]])
    path.write_bytes(docx(body + paragraph("End"), styles=styles))
    document = read_document(path)
    assert document.title == "Title here"
    assert [(line.text, line.level, line.cells) for line in document.lines] == [
        ("Title here", 1, ()),
        ("Some text.", 0, ()),
        ("Bad | Good", 0, ("Bad", "Good")),
        ("End", 0, ()),
    ]


def test_pdf_text_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf(["Interview tips", "Bad: we used AI."]))
    assert [line.text for line in read_document(path).lines] == ["Interview tips", "Bad: we used AI."]


def test_utf16_with_a_mark_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("Grüße an alle hier.".encode("utf-16"))
    assert lines_of(path)[0][1] == "Grüße an alle hier."


def test_terminal_sequences_do_not_get_in(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("plain \x1b[31mred\x1b[0m and \u202eturned words.\n")
    assert lines_of(path)[0][1] == "plain red and turned words."


def zip_with(name: str, content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr(name, content)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.md", b" \n\t\n", "empty"),
        ("a.txt", b"abc\x00def", "binary"),
        ("a.txt", bytes(range(1, 32)) * 50, "binary"),
        ("a.txt", "Grüße".encode("latin-1"), "not UTF-8"),
        ("a.txt", b"\xff\xfea", "not UTF-8"),
        ("a.png", b"\x89PNG", "kind of file"),
        ("a.docx", b"PK\x03\x04 broken", "not a Word document"),
        ("a.docx", zip_with("other.xml", b"<a/>"), "not a Word document"),
        ("a.docx", zip_with("word/document.xml", b"<a><b></a>"), "not a Word document"),
        ("a.docx", zip_with("word/document.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'), "not a Word"),
        ("a.docx", docx(""), "no text"),
        ("a.pdf", b"%PDF-1.7\n broken", "not a PDF"),
        ("a.pdf", pdf([]), "no text"),
        ("a.html", b"<script>all of it</script>", "no text"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_with_the_reason(
    tmp_path: Path, name: str, data: bytes, said: str
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(GuideError, match=said) as raised:
        read_document(path)
    assert str(path) in str(raised.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(GuideError, match="cannot be read: No such file"):
        read_document(tmp_path / "none.md")


def test_a_pipe_is_no_document(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.md")
    with pytest.raises(GuideError, match="not a file"):
        read_document(tmp_path / "pipe.md")


def test_enormous_files_are_turned_down(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read, "MAX_FILE_BYTES", 1024 * 1024)
    monkeypatch.setattr(read, "MAX_TEXT_CHARS", 1000)
    path = tmp_path / "a.txt"
    path.write_text("word " * 300_000)
    with pytest.raises(GuideError, match="limit of 1 MB"):
        read_document(path)
    path.write_text("word " * 300)
    with pytest.raises(GuideError, match="1,000 characters"):
        read_document(path)


def test_a_docx_that_unpacks_to_too_much_is_turned_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(docx_room, "MAX_PART_BYTES", 1024 * 1024)
    path = tmp_path / "bomb.docx"
    path.write_bytes(zip_with("word/document.xml", b"<a>" + b" " * 2_000_000 + b"</a>"))
    assert path.stat().st_size < 10_000
    with pytest.raises(GuideError, match="unpacks to more than 1 MB"):
        read_document(path)


def test_a_pdf_with_too_many_pages_or_too_much_text_is_turned_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "long.pdf"
    path.write_bytes(pdf(["some words on a page"], pages=5))
    monkeypatch.setattr(pdf_room, "MAX_PAGES", 4)
    with pytest.raises(GuideError, match="5 pages"):
        read_document(path)
    monkeypatch.setattr(pdf_room, "MAX_PAGES", 5)
    monkeypatch.setattr(pdf_room, "MAX_CHARS", 50)
    with pytest.raises(GuideError, match="more than 50 characters"):
        read_document(path)


@given(
    data=st.binary(min_size=1, max_size=400),
    suffix=st.sampled_from([".pdf", ".docx", ".html", ".md", ".txt"]),
)
def test_no_bytes_raise_anything_but_a_guide_error(data: bytes, suffix: str) -> None:
    head = {".pdf": b"%PDF-1.4\n", ".docx": b"PK\x03\x04"}.get(suffix, b"")
    try:
        document = read_document(Path(f"x{suffix}"), head + data)
    except GuideError:
        return
    assert all(line.text for line in document.lines)


@given(start=st.integers(0, 600), junk=st.binary(max_size=40))
def test_a_damaged_pdf_or_docx_raises_a_guide_error_or_is_read(start: int, junk: bytes) -> None:
    for name, whole in (("x.pdf", pdf(["Some text", "More"])), ("x.docx", docx(paragraph("Some text")))):
        at = start % len(whole)
        damaged = whole[:at] + junk + whole[at + len(junk) :]
        try:
            read_document(Path(name), damaged)
        except GuideError as error:
            assert name in str(error)
