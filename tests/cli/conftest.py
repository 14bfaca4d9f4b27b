"""Runs the program in this process: standard input as bytes, a quick grader in the local one's place."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from coach.cli import wiring
from coach.cli.app import run
from coach.schema.grade import Citation, Evidence, Grade, GraderId, GradeTask, Verdict
from coach.settings import Settings


class LengthGrader:
    """Marks by length: a level for every ten words, quotes the first words of the last turn."""

    def __init__(self) -> None:
        self.tasks: list[GradeTask] = []

    def leanings(self, task: GradeTask) -> dict[str, float]:
        """No marks before rounding: the interviewer goes by the marks."""
        return {}

    async def grade(self, task: GradeTask) -> Grade:
        self.tasks.append(task)
        words = len(task.answer.said().split())
        level = max(1, min(4, words // 10))
        parts = [(turn, text) for turn, text in task.answer.parts() if text.strip()]
        evidence: tuple[Evidence, ...] = ()
        if parts:
            turn, text = parts[-1]
            start = len(text) - len(text.lstrip())
            quote = text[start : start + 12]
            evidence = (Evidence(quote=quote, start=start, end=start + len(quote), found=True, turn=turn),)
        verdicts = tuple(
            Verdict(
                id=criterion.id,
                status="graded",
                score=level,
                evidence=evidence,
                citations=tuple(Citation(passage=item.id, guide=item.guide) for item in task.passages[:1]),
                reason=f"{words} words.",
                advice="Say more.",
            )
            for criterion in task.criteria
        )
        return Grade(
            status="graded",
            overall=level,
            range=(level, level),
            criteria=verdicts,
            flags=() if parts else ("empty",),
            grader=GraderId(kind="local", model="length", prompt="p", rubric="r", guides="g"),
        )


@dataclass
class Result:
    code: int
    out: str
    err: str

    @property
    def objects(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


Piped = Callable[..., Result]


@pytest.fixture(scope="session")
def index_made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a built index of the corpus."""
    home = tmp_path_factory.mktemp("built")
    rooms = wiring.Rooms(Settings(coach_home=home))
    rooms.searcher().warm()
    rooms.close()
    return home


@pytest.fixture
def built_index(index_made_once: Path, clean_environment: Path) -> Path:
    """The test's own data folder, with the index built."""
    shutil.copytree(index_made_once, clean_environment, dirs_exist_ok=True)
    return clean_environment


@pytest.fixture
def local(monkeypatch: pytest.MonkeyPatch) -> LengthGrader:
    grader = LengthGrader()
    monkeypatch.setattr(wiring.Rooms, "local_grader", lambda self: grader)
    return grader


@pytest.fixture
def piped(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Piped:
    """piped("practice", "--json", given="text") -> Result"""

    def call(*arguments: str, given: str | bytes = "") -> Result:
        data = given.encode() if isinstance(given, str) else given
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))
        code = run(list(arguments))
        captured = capsys.readouterr()
        return Result(code, captured.out, captured.err)

    return call
