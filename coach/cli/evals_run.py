"""`coach eval run` and `stress`: grade, measure, show, and say by the exit code whether a gate fell."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from coach.cli import console, wiring
from coach.cli import evals_interviewer as interviewer
from coach.cli.evals_bench import GraderName, Place, bench_of, place_of
from coach.cli.evals_exchange import Folder, Gold, Model, Only, RubricFile, Samples
from coach.cli.evals_local import choose_local
from coach.cli.json_output import print_json
from coach.evals.assemble import summarise
from coach.evals.bench import Bench
from coach.evals.plan import Job, select
from coach.evals.results import ResultRow, make_row, write_results
from coach.evals.run import Result, run_graders, run_with_model
from coach.evals.stress import load_pairs
from coach.evals.tidy import unused_of
from coach.evals.variants import Words, make_cases, write_cases
from coach.llm.recordings import Recordings
from coach.llm.replay import ReplayModel

Suite = Annotated[str | None, typer.Argument(help="A suite of eval/suites, or a path to one.")]
GraderOption = Annotated[
    GraderName | None,
    typer.Option("--grader", help="local; llm (asks a live model); replay (recordings alone)."),
]
Output = Annotated[
    Path | None,
    typer.Option("-o", "--output", metavar="FOLDER", help="Folder for results.jsonl and summary.json."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print summary.json.")]
Concurrency = Annotated[int, typer.Option("--concurrency", min=1, help="Requests at once with --grader llm.")]


def run(
    suite: Suite = None,
    grader: GraderOption = None,
    gold: Gold = None,
    rubric: RubricFile = None,
    output: Output = None,
    only: Only = None,
    samples: Samples = None,
    model: Model = None,
    gate: Annotated[bool, typer.Option("--gate", help="Exit with 1 when a gate falls.")] = False,
    as_json: AsJson = False,
    concurrency: Concurrency = 8,
    recordings: Folder = None,
) -> None:
    """Grade a suite's gold answers and measure the grades. Offline unless --grader llm is given.

    Example: coach eval run llm --gate -o results
    """
    if interviewer.is_interviewer(suite):
        interviewer.refuse_grading_options(gold, rubric, samples)
        wish = interviewer.Wish(str(suite), grader or GraderName.local, only, model, concurrency, recordings)
        interviewer.run(wish, output=output, as_json=as_json, gate=gate)
        return
    name = grader or (GraderName.local if gold is not None or suite == "local" else None)
    bench = bench_of(suite or ("local" if name == "local" else "llm"), gold, rubric, samples)
    used = name or (GraderName.local if bench.suite.grader == "local" else GraderName.replay)
    if only or (used == GraderName.local) != (bench.suite.grader == "local"):
        bench.suite = bench.suite.model_copy(update={"gates": ()})
    jobs = with_bases(select(_jobs(bench, used), only), bench)
    whole = gold is None and not only and samples is None and model is None
    asked = Asked(used, place_of(bench.suite, gold, recordings), model, concurrency, whole=whole)
    rows, summary = measure(bench, jobs, asked)
    folder = output or wiring.load().settings.data_dir / "evals" / bench.suite.name
    write_results(folder, rows, summary)
    if as_json:
        print_json(summary)
    else:
        show(summary)
    typer.echo(f"Results are in {folder}.", err=True)
    fallen = [item for item in summary["gates"] if not item["passed"]]
    if gate and fallen:
        typer.echo("Gates that fell: " + "; ".join(item["name"] for item in fallen), err=True)
        raise typer.Exit(1)


def stress(
    suite: Suite = None,
    grader: GraderOption = None,
    model: Model = None,
    only: Only = None,
    as_json: AsJson = False,
    concurrency: Concurrency = 8,
    recordings: Folder = None,
    make: Annotated[
        bool, typer.Option("--make", help="Make the cases anew from gold, pairs and word lists, and stop.")
    ] = False,
) -> None:
    """Grade changed answers and count the marks that moved the wrong way.

    Example: coach eval stress --grader local --only family:injection
    """
    bench = bench_of(suite or ("local" if grader == "local" else "llm"))
    used = grader or (GraderName.local if bench.suite.grader == "local" else GraderName.replay)
    bench.suite = bench.suite.model_copy(update={"gates": ()})
    if make:
        _make_cases(bench)
        return
    cases = select([job for job in bench.jobs if job.part == "stress"], only)
    asked = Asked(used, place_of(bench.suite, None, recordings), model, concurrency)
    _, summary = measure(bench, with_bases(cases, bench), asked)
    if as_json:
        print_json(summary["stress"])
        return
    from coach.evals.table import show_stress

    console.out().print(show_stress(summary))


def _make_cases(bench: Bench) -> None:
    folder = bench.folder / "stress"
    pairs = load_pairs(bench.folder / "exemplars.jsonl").values()
    cases = make_cases(bench.gold[0].rows, pairs, bench.corpus.questions, Words.load(folder))
    write_cases(folder / "cases.jsonl", cases)
    typer.echo(f"{folder / 'cases.jsonl'}: {len(cases)} cases.", err=True)


@dataclass(frozen=True)
class Asked:
    """Who grades, and with what. A `whole` suite should have used every recording of its own."""

    grader: GraderName
    place: Place
    model: str | None = None
    concurrency: int = 8
    whole: bool = False


def measure(bench: Bench, jobs: Sequence[Job], asked: Asked) -> tuple[list[ResultRow], dict[str, Any]]:
    """Grade the jobs; the rows and their summary."""
    results = asyncio.run(grade_jobs(bench, jobs, asked))
    files = {item.name: item.path.name for item in bench.gold}
    rows = [
        make_row(result, number, files.get(result.job.gold, "cases.jsonl"))
        for number, result in enumerate(results, start=1)
    ]
    return rows, summarise(bench, rows)


def with_bases(jobs: Sequence[Job], bench: Bench) -> list[Job]:
    """The jobs, and before them the clean answers that their stress cases are compared with."""
    chosen = {job.id for job in jobs if job.part == "main"}
    bases = {job.case.base for job in jobs if job.case is not None} - chosen
    return [job for job in bench.jobs if job.part == "main" and job.id in bases] + list(jobs)


def show(summary: dict[str, Any]) -> None:
    from coach.evals.table import show_summary

    console.out().print(show_summary(summary))


def _jobs(bench: Bench, grader: GraderName) -> list[Job]:
    """The embedded grader has no plain alternative of its own to be compared with."""
    return [job for job in bench.jobs if grader != "local" or job.part != "plain"]


async def grade_jobs(bench: Bench, jobs: Sequence[Job], asked: Asked) -> list[Result]:
    if asked.grader == GraderName.local:
        return await run_graders(jobs, choose_local(bench))
    if asked.grader == GraderName.replay:
        recordings = Recordings.load(*asked.place.read)
        replay = ReplayModel(recordings, asked.model or bench.suite.model)
        results = await run_with_model(jobs, replay, bench.grader_for)
        if asked.whole and not bench.suite.only:
            _tell_unused(recordings)
        return results
    async with await wiring.load().chat(asked.model) as chat:
        seen = _progress(len(jobs))
        return await run_with_model(jobs, chat, bench.grader_for, concurrency=asked.concurrency, seen=seen)


def _tell_unused(recordings: Recordings) -> None:
    unused = unused_of(recordings)
    if unused:
        typer.echo(
            f"{len(unused)} recordings were not used; `coach eval prune` removes what no suite asks for.",
            err=True,
        )


def _progress(total: int) -> Any:
    screen = console.err()

    def seen(done: int) -> None:
        if screen.is_terminal or done == total:
            screen.print(f"{done} of {total} graded", end="\r" if done < total else "\n")

    return seen
