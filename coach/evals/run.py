"""Runs a grader over jobs and keeps what came back, raw calls included. Measures nothing."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from coach.errors import RecordingError
from coach.evals.plan import Job
from coach.llm.port import ChatModel
from coach.schema.chat import ChatReply, ChatRequest
from coach.schema.grade import Grade, Grader

T = TypeVar("T")
R = TypeVar("R")
_SHOWN = 12
_ADVICE = " Record it anew with `coach eval record`."  # said once, at the end of the list


@dataclass(frozen=True)
class Result:
    """A job's grade, and the (request, reply) pairs behind it where a model was asked."""

    job: Job
    grade: Grade
    calls: tuple[tuple[ChatRequest, ChatReply], ...] = ()


@dataclass
class TapModel:
    """Implements ChatModel over another one and keeps the exchanges of one job."""

    inner: ChatModel
    calls: list[tuple[ChatRequest, ChatReply]] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.inner.name

    async def complete(self, request: ChatRequest) -> ChatReply:
        reply = await self.inner.complete(request)
        self.calls.append((request, reply))
        return reply

    async def stream(self, request: ChatRequest) -> AsyncIterator[str]:
        async for piece in self.inner.stream(request):
            yield piece


async def run_with_model(
    jobs: Sequence[Job],
    model: ChatModel,
    grader_for: Callable[[ChatModel, Job], Grader],
    *,
    concurrency: int = 8,
    seen: Callable[[int], None] | None = None,
) -> list[Result]:
    """Grade every job with the model, at most `concurrency` at once; results in the order of the jobs.

    All missing recordings are found before RecordingError is raised with the list of them. `seen` is
    told how many are done.
    """

    async def one(job: Job) -> Result:
        tap = TapModel(model)
        grade = await grader_for(tap, job).grade(job.task)
        return Result(job, grade, tuple(tap.calls))

    return await gather(jobs, one, _name, concurrency=concurrency, seen=seen)


async def run_graders(
    jobs: Sequence[Job], choose: Callable[[Job], Grader], *, seen: Callable[[int], None] | None = None
) -> list[Result]:
    """Grade every job with a grader that needs no model: the one that `choose` names for it.

    A job's criterion order is put into its task.
    """

    async def one(job: Job) -> Result:
        task = job.task
        if job.order.criteria == "reversed":
            task = task.model_copy(update={"criteria": task.criteria[::-1]})
        return Result(job, await choose(job).grade(task))

    return await gather(jobs, one, _name, concurrency=1, seen=seen)


def _name(job: Job) -> str:
    return f"{job.part} {job.id}"


async def gather(
    items: Sequence[T],
    one: Callable[[T], Awaitable[R]],
    name_of: Callable[[T], str],
    *,
    concurrency: int = 8,
    seen: Callable[[int], None] | None = None,
) -> list[R]:
    """What `one` makes of every item, in the items' order, at most `concurrency` at once.

    All missing recordings are found before RecordingError is raised with the list of them.
    """
    misses: list[str] = []
    results: dict[int, R] = {}

    async def run(numbered: tuple[int, T]) -> None:
        number, item = numbered
        try:
            results[number] = await one(item)
        except RecordingError as error:
            misses.append(f"{name_of(item)}: {str(error).removesuffix(_ADVICE)}")
        if seen is not None:
            seen(len(results))

    await each(list(enumerate(items)), run, concurrency)
    if misses:
        raise RecordingError(describe_misses(misses))
    return [results[number] for number in sorted(results)]


async def each(items: Sequence[T], act: Callable[[T], Awaitable[None]], concurrency: int) -> None:
    """`act` on every item, at most `concurrency` at once. After a failure nothing more is begun."""
    slots = asyncio.Semaphore(concurrency)
    failed = False

    async def turn(item: T) -> None:
        nonlocal failed
        async with slots:
            if failed:
                return
            try:
                await act(item)
            except BaseException:
                failed = True
                raise

    tasks = [asyncio.create_task(turn(item)) for item in items]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()


def describe_misses(misses: list[str]) -> str:
    """A message that says why recordings are missing and lists the first few."""
    reasons = Counter(miss.rsplit(": ", 1)[1] for miss in misses)
    counted = "; ".join(f"{count} {reason.rstrip('.')}" for reason, count in reasons.most_common())
    listed = "\n  ".join(misses[:_SHOWN])
    more = f"\n  ... and {len(misses) - _SHOWN} more" if len(misses) > _SHOWN else ""
    return (
        f"{len(misses)} recordings are missing or stale ({counted}):\n  {listed}{more}\n"
        "`coach eval record` asks a live model for them; `coach eval export` and `import` go by file."
    )
