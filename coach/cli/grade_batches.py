"""`coach grade --engine batch-api`: composes the rounds, tells how far the server is."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

from coach.batch.batches import Take, fetch_replies
from coach.batch.estimate import estimate_requests
from coach.batch.files import STDIN
from coach.batch.offline import Exchange
from coach.cli.grade_job import Job, no_price
from coach.cli.grade_offline import open_exchange
from coach.errors import UsageError
from coach.llm.batch_api import Progress
from coach.llm.batch_parts import Parts
from coach.llm.prices import estimate_tokens
from coach.schema.grade import GraderId


def run_batches(job: Job) -> GraderId:
    """Grade through the server's Batch API; a rerun of the same command goes on where it stopped."""
    if STDIN in job.options.inputs:
        raise UsageError("--engine batch-api reads its input several times: give a file, not -.")
    name = asyncio.run(job.rooms.model_name(job.options.model))
    exchange, identity = open_exchange(job, name)
    folder = Path(str(job.journal_path).removesuffix(".journal") + ".batches")
    if job.options.restart:
        shutil.rmtree(folder, ignore_errors=True)
    if job.options.max_cost is not None:
        check_cost(job, exchange, identity, job.options.max_cost)
    said = Progress(-1, 0, -1, 0)

    def tell(progress: Progress) -> None:
        nonlocal said
        if progress != said:
            said = progress
            job.tell(
                f"Batches: {progress.parts_ended} of {progress.parts} ended,"
                f" {progress.rows_done:,} of {progress.rows:,} requests answered."
            )

    async def ask(parts: Parts, take: Take) -> None:
        async with job.rooms.batch_api() as api:
            async for custom_id, outcome in api.answers(parts, name, told=tell):
                take(custom_id, outcome)

    fetch_replies(
        exchange, lambda: job.intake(identity), folder, lambda parts, take: asyncio.run(ask(parts, take))
    )
    job.begin_again()
    exchange.grade(job.intake(identity), identity, job.tally)
    return identity


def check_cost(job: Job, exchange: Exchange, identity: GraderId, most: float) -> None:
    """Refuse a run that would cost more than `most` USD: once sent, a batch cannot be stopped by row."""
    prices = job.rooms.prices
    total = estimate_requests(
        exchange.wanted(job.intake(identity)),
        estimate_tokens,
        lambda usage: prices.batch_cost(exchange.model, usage),
    )
    job.begin_again()
    if total.cost_usd is None:
        raise UsageError(no_price(exchange.model))
    if total.cost_usd > most:
        raise UsageError(
            f"The batch would cost about ${total.cost_usd:.2f}, more than --max-cost {most:g}."
            " Grade fewer rows with --limit."
        )
