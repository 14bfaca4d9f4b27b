"""`coach eval compare`, `accept`, `show`, `prune` and `record`: what is kept of runs and recordings."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from coach.cli import console, wiring
from coach.cli.evals_bench import GraderName, baselines_dir, bench_of, place_of
from coach.cli.evals_exchange import (
    Folder,
    Gold,
    Model,
    Only,
    PartOption,
    RubricFile,
    Samples,
    Source,
    sheet_of,
)
from coach.cli.evals_run import Asked, GraderOption, grade_jobs
from coach.cli.json_output import print_json
from coach.errors import UsageError
from coach.evals.accepted import accept_run, find_run
from coach.evals.compare import compare_runs
from coach.evals.plan import select
from coach.evals.recorder import Estimate, estimate_cost, record_missing
from coach.evals.results import read_results, read_summary
from coach.evals.show import show_comparison, show_result
from coach.evals.tidy import check_recordings
from coach.llm.prices import Prices, own_price
from coach.llm.recordings import Recordings


def compare(
    before: Annotated[str, typer.Argument(help="A results folder, or the name of an accepted baseline.")],
    after: Annotated[str, typer.Argument(help="The other one.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the comparison as JSON.")] = False,
) -> None:
    """Say whether one run is better than another: paired, with intervals, and what changed.

    Example: coach eval compare llm results
    """
    folders = [find_run(name, baselines_dir()) for name in (before, after)]
    rows = [read_results(folder) for folder in folders]
    top = len(read_summary(folders[0])["levels"])
    compared = compare_runs(rows[0], rows[1], top)
    if as_json:
        print_json(compared)
    else:
        console.out().print(show_comparison(compared))


def accept(
    run: Annotated[Path | None, typer.Argument(help="A results folder; default: the last run.")] = None,
    why: Annotated[str, typer.Option("--why", help="Why this result is the new baseline.")] = "",
    suite: Annotated[str, typer.Option("--suite", help="Whose last run, where no folder is given.")] = "llm",
) -> None:
    """Make a result the baseline of its suite.

    Example: coach eval accept results --why "Anchors of ownership reworded"
    """
    folder = run or wiring.load().settings.data_dir / "evals" / suite
    kept = accept_run(folder, baselines_dir(), why=why, date=datetime.now(UTC).date().isoformat())
    typer.echo(f"{kept} is the baseline now.", err=True)


def show(
    id: Annotated[str, typer.Argument(help="An answer's or a stress case's id.")],
    suite: Annotated[str, typer.Option("--suite", help="The suite that it belongs to.")] = "llm",
    grader: GraderOption = None,
    gold: Gold = None,
    rubric: RubricFile = None,
    part: PartOption = None,
    model: Model = None,
    recordings: Folder = None,
) -> None:
    """Put request, reply, verdict and gold of one answer side by side.

    Example: coach eval show 8ef488c2
    """
    bench = bench_of(suite, gold, rubric)
    used = grader or (GraderName.local if bench.suite.grader == "local" else GraderName.replay)
    wanted = part.value if part else None
    jobs = [job for job in select(bench.jobs, id) if wanted in (None, job.part)]
    if used == GraderName.local:
        jobs = [job for job in jobs if job.part in ("main", "stress")]
    if not jobs:
        raise UsageError(f"{id} has no part {wanted} in suite {suite}.")
    asked = Asked(used, place_of(bench.suite, gold, recordings), model)
    results = asyncio.run(grade_jobs(bench, jobs, asked))
    screen = console.out()
    for result in results:
        screen.print(show_result(result))


def prune(
    suite: Annotated[list[str] | None, typer.Argument(help="Suites whose recordings are kept.")] = None,
    recordings: Folder = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only list what would go.")] = False,
) -> None:
    """Remove recordings that no suite asks for any more.

    Example: coach eval prune --dry-run
    """
    benches = [bench_of(name) for name in suite or ["llm"]]
    if len({bench.suite.keep for bench in benches}) > 1:
        raise UsageError("These suites keep their recordings in different folders; prune them one by one.")
    known = Recordings.load(*place_of(benches[0].suite, None, recordings).read)
    found = asyncio.run(check_recordings(benches, known, benches[0].suite.model))
    for item in found.unused:
        typer.echo(f"{item.purpose} {item.subject} sample {item.sample}: {item.key[:12]}")
    if found.missing:
        typer.echo(f"{len(found.missing)} recordings are missing; they are not pruned but needed.", err=True)
    if not dry_run:
        known.remove(item.key for item in found.unused)
        known.save()
    done = "would go" if dry_run else "removed"
    typer.echo(
        f"{len(found.unused)} of {len(known) if dry_run else len(known) + len(found.unused)} {done}.",
        err=True,
    )


def record(
    suite: Annotated[str, typer.Argument(help="A suite of eval/suites, or a path to one.")] = "llm",
    gold: Gold = None,
    rubric: RubricFile = None,
    only: Only = None,
    part: PartOption = None,
    samples: Samples = None,
    model: Model = None,
    recordings: Folder = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before sending.")] = False,
    concurrency: Annotated[int, typer.Option("--concurrency", min=1, help="Requests at once.")] = 8,
) -> None:
    """Ask a live model for the replies that are missing or stale, and keep them. Says the cost first.

    Example: coach eval record llm --part main
    """
    sheet = sheet_of(Source(suite, gold, rubric, samples, recordings), part, only)
    items, place = sheet.items, sheet.place
    known = Recordings.load(*place.read)

    async def ask() -> int:
        async with await wiring.load().chat(model) as chat:
            cost = await estimate_cost(items, known, chat.name, sheet.ask, _prices())
            _announce(cost, chat.name)
            if not cost.requests or not (yes or typer.confirm("Send them?", err=True)):
                return 0
            return await record_missing(items, known, chat, sheet.ask, place.write, concurrency)

    added = asyncio.run(ask())
    typer.echo(f"{added} replies recorded.", err=True)


def _prices() -> Prices:
    known = wiring.load().settings
    own = own_price(known.coach_price_in, known.coach_price_cached, known.coach_price_out)
    return Prices.load(own=own)


def _announce(cost: Estimate, model: str) -> None:
    price = "price unknown" if cost.usd is None else f"about {cost.usd:.2f} USD"
    typer.echo(
        f"{cost.requests} requests to {model}, about {cost.prompt_tokens:,} tokens in and at most "
        f"{cost.reply_tokens:,} out, {price}; repairs come on top.",
        err=True,
    )
