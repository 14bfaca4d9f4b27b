from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.batch.context import Context, Contexts
from coach.batch.intake import Intake, Tally, Work, dump, grouped
from coach.batch.journal import Journal
from coach.schema.answer import Answer
from tests.batch.conftest import read, write_rows


@pytest.fixture
def journal(tmp_path: Path) -> Iterable[Journal]:
    with Journal(tmp_path / "journal") as journal:
        yield journal


def made_of(context: Context) -> dict[str, Any]:
    return {"model": "m", **dict(context.made_of)}


def take(contexts: Contexts, journal: Journal, path: Path, **options: Any) -> tuple[list[Work], Tally]:
    tally = Tally()
    return list(Intake(read(contexts, path), journal, made_of, tally=tally, **options)), tally


def test_a_repeated_id_fails_its_row_under_a_name_of_its_own(
    contexts: Contexts, journal: Journal, tmp_path: Path
) -> None:
    rows = [{"id": "a", "question_id": "cheap", "answer": f"Answer {n}"} for n in range(3)]
    work, tally = take(contexts, journal, write_rows(tmp_path / "rows.jsonl", *rows))
    stored = list(journal.rows())
    assert [item.id for item in stored] == ["a", "a#2", "a#3"]
    assert [json.loads(item.error)["kind"] for item in stored if item.error] == ["bad_row", "bad_row"]
    assert (len(work), tally.rows, tally.bad, tally.whole) == (1, 3, 2, True)


def test_rows_of_equal_content_are_graded_once(contexts: Contexts, journal: Journal, tmp_path: Path) -> None:
    rows = [{"id": name, "question_id": "cheap", "answer": "Same."} for name in "abc"]
    work, tally = take(contexts, journal, write_rows(tmp_path / "rows.jsonl", *rows))
    assert (len(work), tally.copies) == (1, 2)
    assert [item.copy for item in journal.rows()] == [0, 1, 1]


def test_what_an_earlier_run_finished_is_no_work(contexts: Contexts, tmp_path: Path) -> None:
    rows = [{"question_id": "cheap", "answer": f"Answer {n}"} for n in range(4)]
    path = write_rows(tmp_path / "rows.jsonl", *rows)
    with Journal(tmp_path / "journal") as journal:
        work, _ = take(contexts, journal, path)
        for item in work[:3]:
            journal.record(item.content, item.maker, "{}")
    with Journal(tmp_path / "journal") as journal:
        work, tally = take(contexts, journal, path)
        assert [item.answer.text for item in work] == ["Answer 3"]
        assert (tally.reused, tally.done) == (3, 3)
    with Journal(tmp_path / "journal") as journal:
        work, _ = take(contexts, journal, path, again=True)
        assert len(work) == 4


def test_a_limit_counts_rows_as_they_come(contexts: Contexts, journal: Journal, tmp_path: Path) -> None:
    path = write_rows(tmp_path / "rows.jsonl", "broken", *[{"answer": "x"}] * 5)
    _, tally = take(contexts, journal, path, limit=2)
    assert (tally.rows, tally.bad) == (2, 2)


def test_records_are_kept_only_when_asked_for(contexts: Contexts, journal: Journal, tmp_path: Path) -> None:
    path = write_rows(tmp_path / "rows.jsonl", {"id": "a", "answer": "x", "b": 1})
    _, tally = take(contexts, journal, path, keep_records=True)
    assert list(tally.columns) == ["id", "answer", "b"]
    assert [json.loads(item.record or "") for item in journal.rows()] == [{"id": "a", "answer": "x", "b": 1}]


@given(st.lists(st.integers(0, 4), max_size=60), st.integers(1, 10))
def test_grouping_loses_nothing_and_keeps_to_its_window(makers: list[int], window: int) -> None:
    context: Any = None
    work = [Work(bytes([n]), maker, context, Answer.of("x")) for n, maker in enumerate(makers)]
    out = list(grouped(work, window))
    assert sorted(item.content for item in out) == [item.content for item in work]
    for place, item in enumerate(out):
        assert abs(place - item.content[0]) < 2 * window
    first = [item.maker for item in out[:window]]
    assert first == sorted(first)


def test_grouping_reads_ahead_by_two_windows_at_most() -> None:
    pulled = 0

    def endless() -> Iterable[Work]:
        nonlocal pulled
        context: Any = None
        while True:
            pulled += 1
            yield Work(b"", 0, context, Answer.of("x"))

    out = iter(grouped(endless(), 10))
    for _ in range(25):
        next(out)
    assert pulled <= 25 + 2 * 10


def test_dumped_json_can_always_be_written() -> None:
    assert dump({"a": "é"}) == '{"a":"é"}'
    assert json.loads(dump({"a": "\ud800"}).encode()) == {"a": "\ud800"}
