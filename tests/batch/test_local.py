from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from coach.batch import local
from coach.batch.context import Contexts
from coach.batch.intake import Intake, Tally
from coach.batch.journal import Journal
from coach.batch.local import grade_locally
from coach.errors import SetupError
from coach.schema.grade import Grade, GraderId, GradeTask
from tests.batch.conftest import read, write_rows

WHO = GraderId(kind="local", model="length", prompt="p", rubric="r", guides="g")


class LengthGrader:
    """Marks by length. An answer that says so kills the process that grades it, the first time or always."""

    def grade_now(self, task: GradeTask) -> Grade:
        text = task.answer.said()
        if text.startswith("kill "):
            mark = Path(text.split()[1])
            if not mark.exists() or text.endswith("always"):
                mark.write_text("x")
                os.kill(os.getpid(), signal.SIGKILL)
        who = WHO.model_copy(update={"model": str(os.getpid())})
        return Grade(status="graded", overall=1 + len(text) % 4, range=(1, 4), grader=who)


def grade(contexts: Contexts, tmp_path: Path, answers: list[str]) -> tuple[Tally, list[str]]:
    names = ("cheap", "safe")
    rows = [{"question_id": names[n % 2], "answer": text} for n, text in enumerate(answers)]
    path = write_rows(tmp_path / "rows.jsonl", *rows)
    tally = Tally()
    with Journal(tmp_path / "j") as journal:
        intake = Intake(read(contexts, path), journal, lambda c: dict(c.made_of), tally=tally)
        grade_locally(intake, journal, LengthGrader, tally=tally, processes=2)
        return tally, [item.grade or "" for item in journal.rows()]


def marks(grades: list[str]) -> list[int | None]:
    return [Grade.model_validate_json(text).overall for text in grades]


def makers(grades: list[str]) -> set[str]:
    return {Grade.model_validate_json(text).grader.model for text in grades}


def test_few_rows_are_graded_in_this_process(contexts: Contexts, tmp_path: Path) -> None:
    tally, grades = grade(contexts, tmp_path, [f"{n:0{n}d}" for n in range(1, 21)])
    assert (tally.graded, makers(grades)) == (20, {str(os.getpid())})
    assert marks(grades) == [1 + n % 4 for n in range(1, 21)]


def test_many_rows_are_spread_and_come_back_in_order(
    contexts: Contexts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local, "SMALL", 10)
    monkeypatch.setattr(local, "_CHUNK", 5)
    answers = [f"{n} " + "x" * (n % 7) for n in range(200)]
    tally, grades = grade(contexts, tmp_path, answers)
    assert tally.graded == 200
    assert marks(grades) == [1 + len(text) % 4 for text in answers]
    assert str(os.getpid()) not in makers(grades)


def test_a_process_that_is_killed_costs_no_row(
    contexts: Contexts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local, "SMALL", 3)
    monkeypatch.setattr(local, "_CHUNK", 2)
    answers = [f"answer {n}" for n in range(20)]
    answers[9] = f"kill {tmp_path / 'killed'} once"
    tally, grades = grade(contexts, tmp_path, answers)
    assert (tally.graded, (tmp_path / "killed").exists()) == (20, True)
    assert all(grades)


def test_a_row_that_kills_every_process_ends_the_run(
    contexts: Contexts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local, "SMALL", 3)
    monkeypatch.setattr(local, "_RESTARTS", 0)
    answers = [f"answer {n}" for n in range(8)] + [f"kill {tmp_path / 'killed'} always"]
    with pytest.raises(SetupError, match="killed again"):
        grade(contexts, tmp_path, answers)
