"""Inputs that once ended in a traceback or a crash of the process."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from coach.cli import wiring
from coach.cli.app import run
from coach.errors import CoachError, DatasetError, SetupError
from coach.evals.gold import load_gold
from coach.guides.corpus import load_guide, load_rubric
from coach.llm.batch_parts import _read_state
from coach.resources import corpus_dir
from coach.schema.answer import Answer
from coach.settings import read_settings
from coach.stories.files import read_stories
from coach.stories.principles import read_principles

GOLD = {"id": "g", "question_id": "q", "answer": "a", "overall": 3}


@pytest.mark.parametrize(
    "changed",
    [
        {"overall": float("nan")},
        {"overall": float("inf")},
        {"overall": 10**400},
        {"criteria": 5},
        {"criteria": [{}]},
        {"labels": 5},
        {"criteria_scores": [1]},
    ],
)
def test_gold_of_wrong_kinds(tmp_path: Path, changed: dict[str, object]) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text(json.dumps({**GOLD, **changed}))
    with pytest.raises(DatasetError, match=r"gold\.jsonl:1"):
        load_gold(path, load_rubric(corpus_dir() / "rubric.yaml"))


@pytest.mark.parametrize(
    "row",
    [f"a,q,{'[' * 20_000},3,", f"a,q,x,3,{'[' * 20_000}", "a,q,x,3,many", f'a,q,"{"x" * 140_000}",3,'],
)
def test_gold_sheets_with_deep_or_long_cells(tmp_path: Path, row: str) -> None:
    path = tmp_path / "gold.csv"
    path.write_text(f"id,question_id,answer,overall,criteria_scores,score.ownership\n{row},2\n")
    try:
        assert load_gold(path, load_rubric(corpus_dir() / "rubric.yaml")).rows
    except DatasetError as error:
        assert "gold.csv:" in str(error)


@pytest.mark.parametrize("text", ["a: 2026-13-45", "[" * 100_000, "a: &a [*a]", "a: !!bool maybe"])
def test_yaml_of_users(tmp_path: Path, text: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    with pytest.raises(DatasetError, match=r"mine\.yaml"):
        load_rubric(path)
    with pytest.raises(DatasetError, match=r"mine\.yaml"):
        read_principles(path)
    with pytest.raises(DatasetError, match=r"mine\.yaml"):
        read_stories(text, "mine.yaml", [])


def test_a_guide_of_the_corpus_without_sections(tmp_path: Path) -> None:
    path = tmp_path / "guide.md"
    path.write_text("---\nid: g\ntitle: G\n---\nText.\n")
    with pytest.raises(DatasetError, match="no section"):
        load_guide(path)


@pytest.mark.parametrize("text", ["null", "5", "[5]", "[" * 100_000])
def test_a_note_of_batches_that_is_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / "batches.json"
    path.write_text(text)
    with pytest.raises(CoachError, match=r"batches\.json"):
        _read_state(path)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("COACH_HOME", "~nobody-of-that-name/x"),
        ("OPENAI_BASE_URL", "http://["),
        ("OPENAI_BASE_URL", "http://x:port"),
        ("OPENAI_BASE_URL", "http://x:0"),
        ("COACH_CHROMA_URL", "http://x:99999"),
    ],
)
def test_settings_that_cannot_be_taken_apart(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SetupError, match=name):
        read_settings()


def test_a_file_of_settings_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"\x80=1")
    with pytest.raises(SetupError, match=r"\.env is not UTF-8"):
        read_settings()


@pytest.mark.parametrize("command", [["story", "show"], ["audit", "show"], ["audit", "delete", "--yes"]])
def test_numbers_that_no_database_holds(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*command, "9" * 26]) in (2, 3)
    assert "Traceback" not in capsys.readouterr().err


def test_names_that_no_folder_can_hold(capsys: pytest.CaptureFixture[str]) -> None:
    for command in (["story", "cv"], ["grade"], ["guides", "add"], ["history", "import"]):
        assert run([*command, "x" * 5000]) in (1, 2, 3)
        assert "x" * 100 in "".join(capsys.readouterr())


@pytest.mark.parametrize("answer", ["---", "...", "*", "\ufffd\ufffd", "\x1b[2J", "— — —"])
def test_an_answer_without_a_word_is_graded_or_says_why_not(answer: str) -> None:
    rooms = wiring.load()
    task = rooms.task_of("senior")(rooms.corpus.questions["fraud-realtime"], Answer.of(answer))
    grade = asyncio.run(rooms.local_grader().grade(task))
    assert (grade.status, grade.overall) in (("graded", 1), ("ungraded", None))
