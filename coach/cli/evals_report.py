"""`coach eval report`: one HTML file about a run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from coach.cli import wiring
from coach.cli.evals_bench import baselines_dir
from coach.cli.evals_exchange import Gold, RubricFile
from coach.evals.accepted import find_run, read_history
from coach.evals.gold import load_gold
from coach.evals.results import read_results, read_summary
from coach.guides.corpus import load_rubric
from coach.resources import eval_dir


def report(
    run: Annotated[
        str | None, typer.Argument(help="A results folder or an accepted baseline; default: the last run.")
    ] = None,
    output: Annotated[Path, typer.Option("-o", "--output", help="The HTML file to write.")] = Path(
        "eval-report.html"
    ),
    suite: Annotated[str, typer.Option("--suite", help="Whose last run, where none is named.")] = "llm",
    gold: Gold = None,
    rubric: RubricFile = None,
) -> None:
    """Write a report with plots that opens anywhere, without a network.

    Example: coach eval report results -o report.html
    """
    from coach.evals.report import write_report

    rooms = wiring.load()
    folder = find_run(run or rooms.settings.data_dir / "evals" / suite, baselines_dir())
    summary = read_summary(folder)
    used = load_rubric(rubric) if rubric is not None else rooms.corpus.rubric
    paths = {gold.stem: gold} if gold is not None else {}
    for name in summary["gold"]:
        committed = eval_dir() / "gold" / f"{name}.jsonl"
        if name not in paths and committed.exists():
            paths[name] = committed
    texts = {name: load_gold(path, used).by_id() for name, path in paths.items()}
    history = read_history(baselines_dir() / str(summary["suite"]))
    measured = eval_dir() / "ablations.json"
    local = (summary["grader"] or {}).get("kind") == "local" and gold is None and measured.exists()
    ablations = json.loads(measured.read_text(encoding="utf-8")) if local else None
    write_report(output, summary, read_results(folder), texts, history=history, ablations=ablations)
    typer.echo(f"{output} is written.", err=True)
