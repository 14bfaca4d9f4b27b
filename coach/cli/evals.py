"""`coach eval`: measure a grader. Composes the eval rooms, prints, and picks the exit code."""

from __future__ import annotations

import typer

from coach.cli import evals_exchange, evals_keep, evals_label, evals_report, evals_run

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Measure a grader: is it right, is it steady, can it be fooled.\n\n"
    "Example: coach eval run llm --gate",
)
app.command("run")(evals_run.run)
app.command("stress")(evals_run.stress)
app.command("export")(evals_exchange.export)
app.command("import")(evals_exchange.import_)
app.command("record")(evals_keep.record)
app.command("show")(evals_keep.show)
app.command("compare")(evals_keep.compare)
app.command("accept")(evals_keep.accept)
app.command("prune")(evals_keep.prune)
app.command("label")(evals_label.label)
app.command("report")(evals_report.report)
