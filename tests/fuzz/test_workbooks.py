"""Workbooks in whatever state: rows, rows that say what is wrong, or an error that names the file."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.batch.context import Contexts
from coach.guides.corpus import load_corpus
from coach.resources import corpus_dir
from tests.batch.conftest import read
from tests.fuzz.effort import broken_bytes, handled, tries
from tests.fuzz.test_rows import check


@pytest.fixture(scope="module")
def contexts() -> Contexts:
    return Contexts(load_corpus(corpus_dir()))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("books")


def workbook() -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    for line in (["id", "question_id", "answer"], ["a", "fraud-realtime", "We begin."], [1, "x", 2.5]):
        book.active.append(line)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


WORKBOOK = workbook()


@tries(15)
@given(broken_bytes(WORKBOOK))
def test_harmed_workbooks(contexts: Contexts, folder: Path, data: bytes) -> None:
    path = folder / "harmed.xlsx"
    path.write_bytes(data)
    with handled("harmed.xlsx"):
        check(read(contexts, path))


@st.composite
def rewritten(draw: st.DrawFn) -> bytes:
    """The workbook with one part of the package harmed, and the package whole."""
    kept = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(WORKBOOK)) as book, zipfile.ZipFile(kept, "w") as changed:
        names = book.namelist()
        harmed = draw(st.sampled_from(names))
        for name in names:
            part = book.read(name)
            changed.writestr(name, draw(broken_bytes(part)) if name == harmed else part)
    return kept.getvalue()


@tries(15)
@given(rewritten())
def test_workbooks_with_a_harmed_part(contexts: Contexts, folder: Path, data: bytes) -> None:
    path = folder / "part.xlsx"
    path.write_bytes(data)
    with handled("part.xlsx"):
        check(read(contexts, path))
