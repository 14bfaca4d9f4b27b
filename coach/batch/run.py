"""The run on one machine with a model: many rows at once, each kept as soon as it is finished."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

from coach.batch.context import Context
from coach.batch.intake import Intake, Tally, Work, grouped
from coach.batch.journal import Journal
from coach.schema.grade import Grade, Grader

MOST_AT_ONCE = 2000  # rows, most of them waiting out a refusal without a slot
_TICK = 0.25  # seconds

Tick = Callable[[], None]


async def grade_rows(
    intake: Intake,
    journal: Journal,
    grader_for: Callable[[Context], Grader],
    *,
    tally: Tally,
    concurrency: int,
    spare: Callable[[], bool] = lambda: False,
    over: Callable[[], bool] = lambda: False,
    tick: Tick = lambda: None,
) -> None:
    """Grade all the work of `intake`; whatever a grader raises ends the run, with the work saved.

    More rows are taken up than `concurrency`, since one that waits out a refusal holds no slot; while
    `spare` says that slots are free, still more are, up to MOST_AT_ONCE. Once `over`, the rest is
    read but not graded. `tick` is called a few times a second.
    """
    work = grouped(intake)
    tasks: set[asyncio.Task[None]] = set()
    done: set[asyncio.Task[None]] = set()
    finished = asyncio.Event()
    syncing = asyncio.create_task(keep_synced(journal, finished))

    def add(count: int) -> None:
        for _ in range(min(count, MOST_AT_ONCE - len(tasks))):
            tasks.add(asyncio.create_task(_work_off(work, journal, grader_for, tally, over, finished)))

    add(4 * concurrency)
    try:
        while tasks:
            done, tasks = await asyncio.wait(tasks, timeout=_TICK, return_when=asyncio.FIRST_EXCEPTION)
            for task in done:
                task.result()
            tick()
            if not done and spare():
                add(concurrency)
            if syncing.done():
                syncing.result()
            if journal.unsynced:  # what rows keep before they are finished
                finished.set()
    finally:
        for task in (*tasks, syncing):
            task.cancel()
        await asyncio.gather(*tasks, *done, syncing, return_exceptions=True)
        journal.sync()


async def keep_synced(journal: Journal, finished: asyncio.Event) -> None:
    """Have the disk keep what is finished; what is finished meanwhile goes with the next sync, at once.

    So power loss costs no more than what is finished while the disk is at work.
    """
    while True:
        await finished.wait()
        finished.clear()
        await asyncio.to_thread(journal.sync)


async def _work_off(
    work: Iterator[Work],
    journal: Journal,
    grader_for: Callable[[Context], Grader],
    tally: Tally,
    over: Callable[[], bool],
    finished: asyncio.Event,
) -> None:
    for item in work:
        if not over():
            keep(item, await grader_for(item.context).grade(item.task()), journal, tally)
            finished.set()


def keep(item: Work, grade: Grade, journal: Journal, tally: Tally) -> None:
    """Write a grade into the journal and the counts. A failure is kept for this run alone."""
    keep_text(item, grade.status, grade.model_dump_json(), journal, tally)
    tally.requests += grade.usage.requests
    cost = grade.usage.cost_usd
    tally.cost_usd = None if cost is None or tally.cost_usd is None else tally.cost_usd + cost


def keep_text(item: Work, status: str, grade: str, journal: Journal, tally: Tally) -> None:
    if status == "failed":
        tally.failed += 1
        journal.record_failure(item.content, item.maker, grade)
        return
    journal.record(item.content, item.maker, grade)
    if status == "graded":
        tally.graded += 1
    else:
        tally.ungraded += 1
