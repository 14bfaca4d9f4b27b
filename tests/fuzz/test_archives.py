"""Recordings, replies of batches, exported histories, gold: wrong lines are named, nothing is half kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.errors import CoachError
from coach.evals.gold import load_gold
from coach.guides.corpus import load_corpus
from coach.llm.batch_parts import _read_state
from coach.llm.batchfile import read_replies
from coach.llm.recordings import Recordings
from coach.resources import corpus_dir, eval_dir
from coach.schema.rubric import Rubric
from coach.store.archive import write_archive
from coach.store.database import Database
from coach.store.history import History
from coach.store.listing import list_sessions
from coach.store.merge import merge_archive
from tests.fuzz.effort import broken_bytes, broken_value, handled, text, tries, values
from tests.store.filled import fill


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("archives")


def first_lines(path: Path, count: int) -> list[Any]:
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line, _ in zip(file, range(count), strict=False)]


RECORDED = first_lines(next((eval_dir() / "recordings").rglob("*.jsonl")), 2)
REPLY = {
    "custom_id": "r1",
    "response": {
        "status_code": 200,
        "body": {
            "model": "m",
            "created": 1,
            "choices": [{"message": {"content": "{}"}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 1, "prompt_tokens_details": {"cached_tokens": 0}},
        },
    },
    "error": None,
}


def as_lines(rows: list[Any]) -> bytes:
    return "".join(f"{json.dumps(row)}\n" for row in rows).encode()


@tries(40)
@given(
    broken_value(RECORDED).map(lambda rows: as_lines(rows if isinstance(rows, list) else [rows]))
    | broken_bytes(as_lines(RECORDED))
)
def test_recordings(folder: Path, data: bytes) -> None:
    path = folder / "recorded.jsonl"
    path.write_bytes(data)
    with handled("recorded.jsonl"):
        Recordings.load(path)


@tries(60)
@given(broken_value(REPLY).map(lambda row: as_lines([row, REPLY])) | broken_bytes(as_lines([REPLY])))
def test_replies_of_batches(folder: Path, data: bytes) -> None:
    path = folder / "replies.jsonl"
    path.write_bytes(data)
    with handled("replies.jsonl"):
        read_replies(path, {"r1"})


@tries(30)
@given(
    broken_value([{"name": "a", "file": "f", "batch": "b"}]).map(json.dumps).map(str.encode)
    | st.binary(max_size=60)
)
def test_the_note_of_running_batches(folder: Path, data: bytes) -> None:
    path = folder / "batches.json"
    path.write_bytes(data)
    with handled("batches.json"):
        _read_state(path)


@pytest.fixture(scope="module")
def archive(folder: Path) -> list[str]:
    database, _ = fill(folder / "source.db")
    lines = list(write_archive(database, profile=True))
    database.close()
    return lines


@pytest.fixture(scope="module")
def kept(folder: Path) -> Database:
    return fill(folder / "kept.db")[0]


def import_(database: Database, lines: list[str]) -> None:
    """Take lines in; whatever comes of it, the history can be shown afterwards."""
    before = list(write_archive(database, profile=True))
    try:
        merge_archive(database, list(enumerate(lines, start=1)), "history.jsonl")
    except CoachError as error:
        assert "history.jsonl" in str(error)
        assert list(write_archive(database, profile=True)) == before
    for line in list_sessions(database):
        if line.kind == "practice":
            History(database).get(line.id)


@tries(15)
@given(st.data())
def test_a_changed_row_of_a_history(folder: Path, archive: list[str], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(archive) - 1))
    changed = data.draw(broken_value(json.loads(archive[at])))
    target = folder / "target.db"
    for name in (target, target.with_name("target.db-wal"), target.with_name("target.db-shm")):
        name.unlink(missing_ok=True)
    with Database(target) as database:
        import_(database, [*archive[:at], json.dumps(changed), *archive[at + 1 :]])


@tries(40)
@given(st.data())
def test_a_history_beside_one_that_is_there(kept: Database, archive: list[str], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(archive) - 1))
    harmed = data.draw(broken_bytes(archive[at].encode())).decode(errors="replace")
    import_(kept, [*archive[:at], harmed, *archive[at + 1 :]])


GOLD = {
    "id": "g",
    "question_id": "fraud-realtime",
    "answer": "We begin.",
    "overall": 3,
    "criteria": ["ownership"],
    "criteria_scores": {"ownership": 2},
    "labels": [{"rater": "a", "overall": 2, "criteria": {"ownership": 3}}],
}
SHEET = (
    "id,question_id,answer,overall,score.ownership,labels\n"
    'a,q,"We, begin",3,2,"[{""rater"": ""x"", ""overall"": 2}]"\n'
)


@pytest.fixture(scope="module")
def rubric() -> Rubric:
    return load_corpus(corpus_dir()).rubric


@tries(80)
@given(broken_value(GOLD) | values)
def test_gold(folder: Path, rubric: Rubric, row: Any) -> None:
    path = folder / "gold.jsonl"
    path.write_text(json.dumps(row))
    with handled("gold.jsonl"):
        assert load_gold(path, rubric).rows


@tries(60)
@given(broken_bytes(SHEET.encode()) | text.map(str.encode) | broken_bytes(as_lines([GOLD])))
def test_harmed_gold(folder: Path, rubric: Rubric, data: bytes) -> None:
    for name in ("gold.csv", "gold.jsonl"):
        path = folder / name
        path.write_bytes(data)
        with handled(name):
            assert load_gold(path, rubric).rows
