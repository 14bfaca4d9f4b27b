"""Rows in whatever state: each is a row or a row that says what is wrong with it, and none is lost."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.batch.context import Contexts
from coach.batch.rows import Row
from coach.guides.corpus import Corpus, load_corpus
from coach.resources import corpus_dir
from tests.batch.conftest import read
from tests.fuzz.effort import broken_bytes, broken_value, handled, text, tries, values

ROW = {
    "id": "a",
    "question_id": "fraud-realtime",
    "answer": "We begin with rules.",
    "criteria": ["ownership"],
}
TURNS = [{"role": "interviewer", "text": "Why?"}, {"role": "candidate", "text": "Because."}]
OWN = {"name": "mine", "criteria": [{"id": "c", "title": "C", "levels": {"1": "no", "2": "yes"}}]}
ROWS = [ROW, {**ROW, "id": 2, "answer": TURNS}, {"question": "Why?", "answer": "So.", "rubric": OWN}]
CSV = 'id,question_id,answer,criteria\na,fraud-realtime,"We begin,\nwith rules.",ownership;data\n' * 3


@pytest.fixture(scope="module")
def contexts() -> Contexts:
    corpus: Corpus = load_corpus(corpus_dir())
    return Contexts(corpus)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rows")


def check(rows: list[Row]) -> None:
    for row in rows:
        assert (row.error is None) == (row.answer is not None and row.context is not None)
        assert row.error is None or row.error.message
        json.dumps(row.extra)


@tries(40)
@given(
    st.lists(
        broken_value(ROW) | broken_value(ROWS[1]) | broken_value(ROWS[2]) | values, min_size=1, max_size=4
    )
)
def test_every_json_line_is_a_row(contexts: Contexts, folder: Path, rows: list[Any]) -> None:
    path = folder / "rows.jsonl"
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    found = read(contexts, path)
    assert len(found) == len(rows)
    check(found)


@tries(40)
@given(broken_bytes("".join(f"{json.dumps(row)}\n" for row in ROWS).encode()))
def test_harmed_json_lines(contexts: Contexts, folder: Path, data: bytes) -> None:
    path = folder / "harmed.jsonl"
    path.write_bytes(data)
    with handled("harmed.jsonl"):
        check(read(contexts, path))


@tries(40)
@given(
    broken_bytes(CSV.encode()) | broken_bytes(CSV.replace(",", ";").encode("utf-16")) | text.map(str.encode)
)
def test_harmed_sheets_of_commas(contexts: Contexts, folder: Path, data: bytes) -> None:
    path = folder / "harmed.csv"
    path.write_bytes(data)
    with handled("harmed.csv"):
        check(read(contexts, path))


@tries(25)
@given(broken_bytes(gzip.compress("".join(f"{json.dumps(row)}\n" for row in ROWS).encode(), mtime=0)))
def test_harmed_packed_lines(contexts: Contexts, folder: Path, data: bytes) -> None:
    path = folder / "harmed.jsonl.gz"
    path.write_bytes(data)
    with handled("harmed.jsonl.gz"):
        check(read(contexts, path))
