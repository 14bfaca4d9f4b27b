"""Accepted baselines: a run's summary and marks kept as what later runs are compared with, and why."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from coach.errors import SetupError, UsageError
from coach.evals.results import RESULTS, SUMMARY, read_results, read_summary, write_results
from coach.llm.files import write_whole

WHY = "accepted.json"


def accept_run(run: Path, baselines: Path, *, why: str, date: str) -> Path:
    """Keep the run in `run` as its suite's baseline, and add `why` to the history beside it.

    Of the rows only those that comparisons use are kept; times are left out, so that the same result
    makes the same files. Returns the folder.
    """
    if not why.strip():
        raise UsageError("--why needs a reason: it is what a reader of the baseline's history will see.")
    summary = read_summary(run)
    rows = [
        row.model_copy(update={"usage": row.usage.model_copy(update={"seconds": 0.0})})
        for row in read_results(run)
        if row.part == "main"
    ]
    folder = baselines / str(summary["suite"])
    history = read_history(folder)
    entry = {"date": date, "why": why.strip(), "grader": summary["grader"], "figures": headline(summary)}
    write_results(folder, rows, summary)
    write_whole(folder / WHY, [json.dumps([*history, entry], indent=1, ensure_ascii=False) + "\n"])
    return folder


def read_history(folder: Path) -> list[dict[str, Any]]:
    """What was accepted so far, oldest first."""
    path = folder / WHY
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else []


def headline(summary: dict[str, Any]) -> dict[str, float | None]:
    """The few figures that a history shows."""
    metrics = summary["metrics"]
    names = ("quadratic_weighted_kappa", "exact", "order", "bias")
    found = {name: metrics["validity"]["overall"][name]["value"] for name in names}
    found["criteria_kappa"] = metrics["validity"]["criteria"]["quadratic_weighted_kappa"]["value"]
    found["all_equal"] = metrics["repeatability"]["overall"]["all_equal"]["value"]
    return found


def find_run(name: str | Path, baselines: Path) -> Path:
    """A results folder, or the accepted baseline of that name."""
    for folder in (Path(name), baselines / str(name)):
        if (folder / RESULTS).exists() and (folder / SUMMARY).exists():
            return folder
    raise SetupError(f"{name} is neither a results folder nor an accepted baseline of {baselines}.")
