"""`coach grade`: reads the command line, has the answers graded, says how it went."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from coach.cli.grade_job import Job, Options
from coach.cli.grade_run import run_job
from coach.errors import UsageError


class FormatName(StrEnum):
    jsonl = "jsonl"
    csv = "csv"
    xlsx = "xlsx"
    markdown = "markdown"


class GraderName(StrEnum):
    auto = "auto"
    local = "local"
    llm = "llm"


class EngineName(StrEnum):
    async_ = "async"
    batch_api = "batch-api"
    ray = "ray"


app = typer.Typer(add_completion=False)
_IN = "Input"
_HOW = "How it is graded"
_OUT = "Output"


@app.command()
def grade(
    inputs: Annotated[
        list[str],
        typer.Argument(
            metavar="INPUT...",
            help=".jsonl, .csv, .xlsx, .md or .txt files (also .gz, .zst), folders of them, or - for JSON"
            " Lines on standard input.",
            show_default=False,
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="Where the rows go; else standard output.", rich_help_panel=_OUT),
    ] = None,
    format: Annotated[
        FormatName | None,
        typer.Option(
            "--format", help="Default: as the output's name says, else jsonl.", rich_help_panel=_OUT
        ),
    ] = None,
    json: Annotated[
        bool,
        typer.Option("--json", help="JSON Lines, also for one answer at a terminal.", rich_help_panel=_OUT),
    ] = False,
    report: Annotated[
        Path | None, typer.Option("--report", help="Write a summary as one HTML file.", rich_help_panel=_OUT)
    ] = None,
    feedback: Annotated[
        Path | None,
        typer.Option("--feedback", help="Folder for one feedback page per candidate.", rich_help_panel=_OUT),
    ] = None,
    question: Annotated[
        str,
        typer.Option(
            "--question", help="A question's id or text, for rows that name none.", rich_help_panel=_IN
        ),
    ] = "",
    rubric: Annotated[
        Path | None, typer.Option("--rubric", help="Your own rubric (YAML).", rich_help_panel=_IN)
    ] = None,
    rubric_dir: Annotated[
        Path | None,
        typer.Option(
            "--rubric-dir",
            metavar="FOLDER",
            help="Folder of the rubrics that rows may name; default: the input's own, or the current one"
            " for standard input.",
            rich_help_panel=_IN,
        ),
    ] = None,
    answer_col: Annotated[
        list[str] | None,
        typer.Option(
            "--answer-col",
            help="Column of the answers. Give it again and again for sheets with one question per column.",
            rich_help_panel=_IN,
        ),
    ] = None,
    question_col: Annotated[
        str, typer.Option("--question-col", help="Column of question ids or texts.", rich_help_panel=_IN)
    ] = "",
    id_col: Annotated[
        str, typer.Option("--id-col", help="Column of the rows' ids.", rich_help_panel=_IN)
    ] = "",
    candidate_col: Annotated[
        str, typer.Option("--candidate-col", help="Column of the candidates.", rich_help_panel=_IN)
    ] = "candidate",
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help="Only the first N rows.", rich_help_panel=_IN)
    ] = None,
    grader: Annotated[
        GraderName, typer.Option("--grader", help="Who grades.", rich_help_panel=_HOW)
    ] = GraderName.auto,
    model: Annotated[
        str | None, typer.Option("--model", help="The model; default: COACH_MODEL.", rich_help_panel=_HOW)
    ] = None,
    concurrency: Annotated[
        int | None,
        typer.Option(
            "--concurrency",
            min=1,
            max=2000,
            help="Requests at once (32), or processes of the local grader (all cores).",
            rich_help_panel=_HOW,
        ),
    ] = None,
    samples: Annotated[
        int,
        typer.Option("--samples", min=1, max=9, help="Ask the model K times a row.", rich_help_panel=_HOW),
    ] = 1,
    per_criterion: Annotated[
        bool,
        typer.Option("--per-criterion", help="Ask the model once for each criterion.", rich_help_panel=_HOW),
    ] = False,
    max_cost: Annotated[
        float | None,
        typer.Option("--max-cost", min=0, help="Stop before this many USD are passed.", rich_help_panel=_HOW),
    ] = None,
    engine: Annotated[
        EngineName, typer.Option("--engine", help="What runs it.", rich_help_panel=_HOW)
    ] = EngineName.async_,
    export: Annotated[
        Path | None,
        typer.Option(
            "--export", help="Write the requests as a Batch API file; ask nobody.", rich_help_panel=_HOW
        ),
    ] = None,
    import_: Annotated[
        Path | None,
        typer.Option("--import", help="Read the replies to exported requests.", rich_help_panel=_HOW),
    ] = None,
    restart: Annotated[
        bool, typer.Option("--restart", help="Forget what earlier runs graded.", rich_help_panel=_HOW)
    ] = False,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run", help="Count rows, tokens, cost and time; grade nothing.", rich_help_panel=_HOW
        ),
    ] = False,
) -> int:
    """Grade written answers: one file, a spreadsheet, a hundred thousand rows.

    Every finished row is kept in OUT.journal, so that an interrupted run goes on where it stopped and
    a run that is repeated costs nothing. Exit code 1 means that some rows have no mark.

    Examples:

    coach grade answers.xlsx -o graded.xlsx --report report.html

    coach grade answer.md --question fraud-realtime

    coach grade night.jsonl -o graded.jsonl --grader llm --max-cost 5
    """
    options = Options(
        inputs=tuple(inputs),
        output=output,
        format="jsonl" if json else format.value if format else None,
        report=report,
        feedback=feedback,
        question=question,
        rubric=rubric,
        rubric_dir=rubric_dir,
        answer_columns=tuple(answer_col or ()),
        question_column=question_col,
        id_column=id_col,
        candidate_column=candidate_col,
        limit=limit,
        grader=grader.value,
        model=model,
        concurrency=concurrency,
        samples=samples,
        per_criterion=per_criterion,
        max_cost=max_cost,
        engine=engine.value,
        export=export,
        import_=import_,
        restart=restart,
        dry_run=dry_run,
    )
    check(options)
    with Job(options) as job:
        return run_job(job)


def check_ray(options: Options) -> None:
    """Raises UsageError for what a cluster does not do, since nothing on it sees all rows."""
    given = {
        "--export": options.export,
        "--import": options.import_,
        "--report": options.report,
        "--feedback": options.feedback,
        "--format": options.format,
        "--dry-run": options.dry_run or None,
        "--rubric-dir": options.rubric_dir,
    }
    wrong = [name for name, value in given.items() if value is not None]
    if wrong:
        raise UsageError(f"--engine ray takes no {' and no '.join(wrong)}; --engine async does.")


def is_parquet_folder(options: Options) -> bool:
    """True for a folder that a run on a cluster may replace: it holds Parquet files and nothing else."""
    output = options.output
    if options.engine != "ray" or output is None or output.suffix != ".parquet":
        return False
    return all(path.suffix == ".parquet" for path in output.iterdir())


def check(options: Options) -> None:
    """Raises UsageError for options that contradict each other."""
    offline = options.export or options.import_
    if (offline or options.engine != "async") and options.grader == "local" and options.engine != "ray":
        raise UsageError("--export, --import and --engine batch-api need --grader llm.")
    if options.engine == "ray":
        check_ray(options)
    if options.format == "xlsx" and options.output is None:
        raise UsageError("A workbook needs a file: give -o FILE.xlsx.")
    if options.rubric_dir is not None and not options.rubric_dir.is_dir():
        raise UsageError(f"--rubric-dir {options.rubric_dir}: there is no such folder.")
    if options.output is not None:
        if any(Path(name).resolve() == options.output.resolve() for name in options.inputs):
            raise UsageError(f"{options.output} is an input as well; choose another -o.")
        if options.output.is_dir() and not is_parquet_folder(options):
            raise UsageError(f"{options.output} is a folder; -o takes a file.")
