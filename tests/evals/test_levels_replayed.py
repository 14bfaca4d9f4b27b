"""Answers marked at two levels by the recorded model: all replies are there, and the level moves marks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from coach.cli.app import run


def test_the_level_moves_marks_as_the_labels_say(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["eval", "run", "levels", "--json", "-o", str(tmp_path)]) == 0
    captured = capsys.readouterr()
    summary = json.loads(captured.out)
    assert (summary["n"], summary["grader"]["replayed"]) == (48, True) and "not used" not in captured.err
    labels, given = (summary["seniority"][who]["overall"]["shift"] for who in ("labels", "given"))
    assert labels["n"] == given["n"] == 24
    assert labels["hi"] < 0 and given["hi"] < 0
