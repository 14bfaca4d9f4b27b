"""The model interviewer over its recorded replies: all are there, all are used, and the gates hold."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from coach.cli.app import run
from coach.cli.evals_interviewer import bench_of, sheet_of
from coach.evals.exchange import collect
from coach.evals.interviewer_measure import FollowUpRow
from coach.llm.recordings import Recordings


def test_replay_reaches_its_bars(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["eval", "run", "interviewer", "--grader", "replay", "--json", "-o", str(tmp_path)]) == 0
    summary = json.loads(capsys.readouterr().out)
    assert summary["grader"]["replayed"] is True and summary["grader"]["kind"] == "llm"
    assert len(summary["gates"]) == len(bench_of("interviewer").suite.gates["llm"])
    assert [gate["name"] for gate in summary["gates"] if not gate["passed"]] == []
    lines = (tmp_path / "results.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [FollowUpRow.model_validate_json(line) for line in lines]
    assert len(rows) == 45 and all(row.requests in (1, 2) for row in rows)


async def test_every_recording_is_asked_for() -> None:
    sheet = sheet_of("interviewer", None, None)
    recordings = Recordings.load(*sheet.place.read)
    assert await collect(sheet.items, recordings, sheet.model, sheet.ask) == {}
    assert recordings.unused() == []
