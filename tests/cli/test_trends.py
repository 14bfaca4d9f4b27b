"""`coach progress` from the outside."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from coach.store.database import Database
from coach.store.records import Setup
from coach.store.sessions import Sessions
from tests.cli.conftest import Piped
from tests.store.filled import FRAUD, Tick, answered, grade


@pytest.fixture
def practised(clean_environment: Path) -> Path:
    """Ten answers over ten days by one grader, then two by another."""
    clock = Tick(datetime(2026, 11, 1, tzinfo=UTC))
    with Database(clean_environment / "coach.db", clock=clock) as database:
        sessions = Sessions(database)
        for number in range(12):
            clock.time += timedelta(days=1)
            mark = 1 if number < 5 else 4
            attempt = answered(sessions, sessions.start(Setup()), FRAUD, "I decided.", None, own=3)
            sessions.add_grade(attempt, grade(mark, model="m" if number < 10 else "other"))
    return clean_environment


def test_nothing_yet(piped: Piped) -> None:
    result = piped("progress")
    assert (result.code, result.out) == (0, "")
    assert "coach practice" in result.err
    assert json.loads(piped("progress", "--json").out)["answers"] == 0


def test_the_latest_series_is_shown_and_the_others_named(piped: Piped, practised: Path) -> None:
    text = piped("progress").out
    assert "12 graded answers, in 2 series." in text
    assert "local grader other" in text
    assert "Graded by another version of the local grader (other, before it m):" in text
    assert "--series 2" in text
    assert "Never practised" in text
    assert text.isascii()
    earlier = piped("progress", "--series", "2").out
    assert "+ better" in earlier
    assert "3.0 from you, 2.5 from the grader over 10 answers" in earlier
    both = piped("progress", "--series", "0").out
    assert "local grader other" in both
    assert "+ better" in both
    assert piped("progress", "--series", "9").code == 2


def test_json_holds_every_series_with_its_points(piped: Piped, practised: Path) -> None:
    data = json.loads(piped("progress", "--json").out)
    new, old = data["series"]
    assert (old["overall"]["verdict"], old["overall"]["before"], old["overall"]["now"]) == ("better", 1, 4)
    assert len(old["overall"]["points"]) == 10
    assert old["maker"] == {
        "kind": "practice",
        "level": "senior",
        "grader": "local",
        "model": "m",
        "prompt": "p",
        "rubric": "r",
        "guides": "g",
    }
    assert new["changed"] == "by another version of the local grader (other, before it m)"
    assert {row["name"]: row["times"] for row in data["rounds"]}["ml_system_design"] == 12


def test_the_page_is_written_for_its_owner_alone(piped: Piped, practised: Path, tmp_path: Path) -> None:
    path = tmp_path / "p.html"
    result = piped("progress", "--html", str(path))
    assert (result.code, result.out) == (0, "")
    assert "<svg" in path.read_text()
    assert path.stat().st_mode & 0o077 == 0


def test_plots_are_loaded_for_the_page_alone(practised: Path) -> None:
    code = (
        "import sys; from coach.cli.app import run; run(['progress']); run(['history', 'list']);"
        "heavy = {'matplotlib', 'numpy', 'openai', 'chromadb', 'langchain', 'sklearn', 'jinja2'};"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.splitlines()[-1] == "[]"
