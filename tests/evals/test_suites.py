"""The committed suites run offline and give the accepted figures; gates say what they should."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from coach.cli.app import run
from coach.evals.accepted import read_history
from coach.evals.gates import check_gates
from coach.evals.results import read_results, read_summary
from coach.evals.suite import load_suite
from coach.resources import eval_dir

BLOCKS = ("validity", "repeatability", "grounding")


def run_suite(name: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> tuple[dict[str, Any], str]:
    assert run(["eval", "run", name, "--json", "-o", str(folder)]) == 0
    captured = capsys.readouterr()
    summary: dict[str, Any] = json.loads(captured.out)
    return summary, captured.err


def values(block: Any) -> dict[str, Any]:
    """Every number of a nested block by its path."""
    if not isinstance(block, dict):
        return {"": block}
    return {f"{key}/{path}": value for key, item in block.items() for path, value in values(item).items()}


def assert_close(found: Any, accepted: Any, tolerance: float) -> None:
    one, other = values(found), values(accepted)
    assert one.keys() == other.keys()
    for path, value in one.items():
        assert value == pytest.approx(other[path], abs=tolerance), path


def assert_gates(summary: dict[str, Any], name: str) -> None:
    figures = {**summary["metrics"], **{key: summary[key] for key in ("slices", "baselines", "stress")}}
    suite = load_suite(name, eval_dir() / "suites")
    expected = [gate.model_dump() for gate in check_gates(suite.gates, figures)]
    assert summary["gates"] == expected and len(expected) == len(suite.gates)


def test_llm_suite_by_replay_gives_the_accepted_figures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    summary, said = run_suite("llm", tmp_path, capsys)
    accepted = read_summary(eval_dir() / "baselines" / "llm")
    assert summary["n"] == accepted["n"] > 0 and summary["grader"]["replayed"] is True
    for block in BLOCKS:
        assert_close(summary["metrics"][block], accepted["metrics"][block], 1e-5)
    assert summary["confusion"] == accepted["confusion"]
    assert_gates(summary, "llm")
    # A suite that is bounded to some answers leaves recordings of others unused.
    assert "not used" not in said or load_suite("llm", eval_dir() / "suites").only
    assert len([row for row in read_results(tmp_path) if row.part == "main"]) == summary["n"]
    assert read_history(eval_dir() / "baselines" / "llm")[-1]["why"]


def test_local_suite_gives_the_accepted_figures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    summary, _ = run_suite("local", tmp_path, capsys)
    accepted = read_summary(eval_dir() / "baselines" / "local")
    assert summary["n"] == 224 and summary["grader"]["kind"] == "local"
    # Sums of floating point numbers differ a little between machines; a mark on a border may follow.
    for name in ("quadratic_weighted_kappa", "exact", "order"):
        found = summary["metrics"]["validity"]["overall"][name]["value"]
        assert found == pytest.approx(accepted["metrics"]["validity"]["overall"][name]["value"], abs=0.02)
    assert_gates(summary, "local")
