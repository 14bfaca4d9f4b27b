"""`coach eval run|record|export|import interviewer`: the interviewer measured over its check set."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import typer

from coach.cli import console, wiring
from coach.cli.evals_bench import GraderName, Sheet, place_of
from coach.cli.json_output import print_json
from coach.errors import UsageError
from coach.evals.interviewer import KIND, Asked, InterviewerBench, Probe, ask_offline, open_interviewer_bench
from coach.evals.interviewer_measure import FollowUpRow, make_rows, select_transcripts, summarise
from coach.evals.results import write_results
from coach.evals.run import gather
from coach.evals.suite import find_suite, suite_kind
from coach.guides.corpus import load_corpus
from coach.guides.pressing import load_pressing
from coach.interview.offline import OfflineInterviewer
from coach.llm.port import ChatModel
from coach.llm.recordings import Recordings
from coach.llm.replay import ReplayModel
from coach.prompts import Prompts
from coach.resources import corpus_dir, eval_dir, prompts_dir

OFFLINE = "offline-angles"


@dataclass(frozen=True)
class Wish:
    """What was asked for on the command line."""

    suite: str
    who: GraderName
    only: str | None = None
    model: str | None = None
    concurrency: int = 8
    recordings: Path | None = None


def is_interviewer(suite: str | None) -> bool:
    """True where the suite checks the interviewer and not a grader."""
    if suite is None:
        return False
    return suite_kind(find_suite(suite, eval_dir() / "suites")) == KIND


def refuse_grading_options(*given: object) -> None:
    """UsageError where an option was given that only a suite of graders has."""
    if any(value is not None for value in given):
        raise UsageError(
            "Suite interviewer has its own transcripts: --gold, --rubric, --samples and --part do not apply."
        )


def bench_of(suite: str, only: str | None = None) -> InterviewerBench:
    corpus = load_corpus(corpus_dir())
    bench = open_interviewer_bench(
        suite,
        folder=eval_dir(),
        corpus=corpus,
        prompts=Prompts(prompts_dir()),
        pressing=load_pressing(corpus_dir(), corpus),
    )
    return replace(bench, transcripts=select_transcripts(bench.transcripts, only))


def sheet_of(suite: str, only: str | None, recordings: Path | None) -> Sheet:
    """The follow-ups that the suite asks a model for."""
    bench = bench_of(suite, only)
    place = place_of(bench.suite, None, recordings)
    return Sheet(bench.probes, bench.ask, bench.suite.model, place, "follow-ups")


def measure(wish: Wish) -> tuple[list[FollowUpRow], dict[str, Any]]:
    """Ask over every transcript; the rows and their summary."""
    bench = bench_of(wish.suite, wish.only)
    asked, name = asyncio.run(_ask(bench, wish))
    kind: Literal["local", "llm"] = "local" if wish.who == GraderName.local else "llm"
    identity = bench.identity(kind, name, replayed=wish.who == GraderName.replay)
    rows = make_rows(bench, asked)
    return rows, summarise(bench, rows, identity, gated=wish.only is None)


def run(wish: Wish, *, output: Path | None, as_json: bool, gate: bool) -> None:
    """Measure, keep the results, show them, and exit with 1 where `gate` is asked for and one fell."""
    rows, summary = measure(wish)
    folder = output or wiring.load().settings.data_dir / "evals" / f"{summary['suite']}-{wish.who}"
    write_results(folder, rows, summary)
    if as_json:
        print_json(summary)
    else:
        from coach.evals.interviewer_table import show_interviewer

        console.out().print(show_interviewer(summary, rows))
    typer.echo(f"Results are in {folder}.", err=True)
    fallen = [item["name"] for item in summary["gates"] if not item["passed"]]
    if gate and fallen:
        typer.echo("Gates that fell: " + "; ".join(fallen), err=True)
        raise typer.Exit(1)


async def _ask(bench: InterviewerBench, wish: Wish) -> tuple[list[Asked], str]:
    if wish.who == GraderName.local:
        return await ask_offline(bench, OfflineInterviewer(bench.pressing)), OFFLINE
    if wish.who == GraderName.replay:
        place = place_of(bench.suite, None, wish.recordings)
        replay = ReplayModel(Recordings.load(*place.read), wish.model or bench.suite.model)
        return await _ask_model(bench, replay, wish.concurrency), replay.name
    async with await wiring.load().chat(wish.model) as chat:
        return await _ask_model(bench, chat, wish.concurrency), chat.name


async def _ask_model(bench: InterviewerBench, model: ChatModel, concurrency: int) -> list[Asked]:
    async def one(probe: Probe) -> Asked:
        return await bench.ask(model, probe)

    return await gather(bench.probes, one, lambda probe: probe.transcript.id, concurrency=concurrency)
