"""Grading on a Ray cluster: Ray Data reads, a pool of actors grades, the rows come back in order.

Ray is imported when a run needs it. A worker that is killed costs no row: what it had finished is in the
run's journal, the rest is graded again. Nothing on a cluster sees all rows, so that there is no report.
"""

from __future__ import annotations

import asyncio
import importlib
import json
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from coach.batch.context import Context, Contexts, makings
from coach.batch.intake import dump
from coach.batch.ray_output import number_rows, write_rows
from coach.batch.ray_shared import Gate, Key, Ledger, Shared, Till
from coach.batch.ray_worker import LOST, Desk
from coach.batch.records import Record, parse_line
from coach.batch.rows import Columns, Row, RowReader
from coach.errors import CoachError, SetupError, UsageError
from coach.llm.prices import Prices
from coach.schema.answer import Answer
from coach.schema.grade import Grade, GradeError, GraderId
from coach.schema.row import RowOut, Source

_BATCH = 32  # rows that an actor takes at a time
_CPUS = 0.5  # of an actor; with a whole one each, actors for all cores leave none to whoever reads the rows


class Crew(Protocol):
    """What an actor makes for itself: rows to grade, and a grader for them. Stays in its process."""

    contexts: Contexts
    identity: GraderId

    async def grade(self, context: Context, answer: Answer) -> Grade: ...


# Called in each actor with its way to what all of them share; must be importable there.
MakeCrew = Callable[[Desk], Crew]


@dataclass(frozen=True)
class Plan:
    """What a run on a cluster is to do. `inputs` and `output` are paths or URLs (s3://, gs://, ...).

    `journal` is a file of the machine that the run is started on; `most` bounds what `model` may cost, in
    USD at `prices`.
    """

    inputs: Sequence[str]
    output: str
    journal: Path
    columns: Columns
    question: str
    actors: int
    concurrency: int
    samples: int = 1
    limit: int | None = None
    address: str | None = None
    restart: bool = False
    model: str = ""
    most: float | None = None
    prices: Prices | None = None


@dataclass(frozen=True)
class Told:
    """How a run went: rows by status, grades made anew by what had changed, what the user should know of."""

    states: Counter[str]
    stale: Counter[str]
    said: list[str]


@contextmanager
def cluster(address: str | None) -> Iterator[Any]:
    """Ray, connected to the cluster at `address`, or to one of this machine alone."""
    try:
        import ray
    except ImportError as error:
        raise SetupError("--engine ray needs Ray: pip install 'interview-coach[ray]'.") from error
    ours = not ray.is_initialized()
    try:
        if ours:
            ray.init(address=address, log_to_driver=False, logging_level="warning")
    except (ConnectionError, RuntimeError, ValueError) as error:
        raise SetupError(
            f"The Ray cluster at {address or 'this machine'} cannot be joined: {error}."
        ) from error
    try:
        yield ray
    finally:
        if ours:
            ray.shutdown()


def grade_on_cluster(plan: Plan, make_crew: MakeCrew) -> Told:
    """Grade all rows of the plan and write them: one JSON Lines file, or a folder of Parquet files.

    A row without an id is named by its content, and `line` is 0: on a cluster nobody counts lines. Raises
    SetupError where the run cannot go on; what is finished is in the journal.
    """
    states: Counter[str] = Counter()

    def counted(rows: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        for row in rows:
            states[row["status"]] += 1
            yield row

    with cluster(plan.address) as ray:
        ray.data.DataContext.get_current().execution_options.preserve_order = True
        ray.data.DataContext.get_current().enable_progress_bars = False
        shared = _share(ray, plan)
        rows = _read(ray, plan)
        if plan.limit is not None:
            rows = rows.limit(plan.limit)
        graded = rows.map_batches(
            Actor,
            fn_constructor_args=(plan, make_crew, shared),
            batch_size=_BATCH,
            num_cpus=_CPUS,
            compute=ray.data.ActorPoolStrategy(size=plan.actors),
        )
        try:
            write_rows(plan.output, counted(number_rows(row["line"] for row in graded.iter_rows())))
            stale, said = ray.get(shared.ledger.close.remote(not states["failed"]))
        except ray.exceptions.RayError as error:
            trouble = _trouble(ray, shared)
            if trouble:
                raise SetupError(trouble) from error
            raise
        finally:
            for actor in (shared.gate, shared.ledger, shared.till):
                if actor is not None:
                    ray.kill(actor)
    return Told(states, stale, said)


def _trouble(ray: Any, shared: Shared) -> str:
    """Why the run broke off, "" where what all share knows of nothing."""
    actors = [actor for actor in (shared.gate, shared.till) if actor is not None]
    try:
        trouble = ray.get(shared.ledger.trouble.remote())
        ray.get([actor.__ray_ready__.remote() for actor in actors])
    except ray.exceptions.RayActorError:
        return LOST
    return f"{trouble} What was graded so far is saved." if trouble and trouble != LOST else str(trouble)


def _share(ray: Any, plan: Plan) -> Shared:
    """Start the actors that all others share."""
    strategies = importlib.import_module("ray.util.scheduling_strategies")
    here = ray.get_runtime_context().get_node_id()

    def start(kind: type, *arguments: Any, **options: Any) -> Any:
        made = ray.remote(num_cpus=0, max_concurrency=10_000)(kind)
        return made.options(**options).remote(*arguments)

    pinned = strategies.NodeAffinitySchedulingStrategy(node_id=here, soft=False)
    ledger = start(Ledger, str(plan.journal), plan.restart, scheduling_strategy=pinned)
    trouble = ray.get(ledger.open.remote())
    if trouble:
        raise SetupError(trouble)
    till = None
    if plan.most is not None and plan.prices is not None:
        till = start(Till, plan.most, plan.prices, plan.model)
    gate = start(Gate, plan.concurrency) if plan.model else None
    return Shared(gate, ledger, till, plan.concurrency)


def _read(ray: Any, plan: Plan) -> Any:
    kind = plan.inputs[0].rsplit(".", 1)[-1].lower()
    if any(name.rsplit(".", 1)[-1].lower() != kind for name in plan.inputs):
        raise UsageError("--engine ray reads files of one kind at a time.")
    inputs = [_place(name) for name in plan.inputs]
    if kind == "parquet":
        return ray.data.read_parquet(inputs, include_paths=True)
    if kind == "csv":
        return ray.data.read_csv(inputs, include_paths=True)
    if kind in ("jsonl", "ndjson", "json"):
        return ray.data.read_text(inputs, include_paths=True)
    raise UsageError("--engine ray reads .jsonl, .csv and .parquet files or folders named so.")


def _place(name: str) -> str:
    """A URL, or a path that means the same in every process."""
    return name if "://" in name else str(Path(name).resolve())


class Actor:
    """One member of the pool: makes its crew once, then grades batch after batch."""

    def __init__(self, plan: Plan, make_crew: MakeCrew, shared: Shared) -> None:
        self._runner = asyncio.Runner()
        self._samples = plan.samples
        self._desk = Desk(shared, _own_name() if shared.gate is not None else "")
        self._runner.run(self._desk.begin())
        self._crew = make_crew(self._desk)
        self._reader = RowReader(self._crew.contexts, plan.columns, question=plan.question)
        self._makings: dict[Context, str] = {}

    def __call__(self, batch: dict[str, Any]) -> dict[str, list[str]]:
        names = list(batch)
        records = [
            _record(dict(zip(names, values, strict=True))) for values in zip(*batch.values(), strict=True)
        ]
        rows = [row for record in records for row in self._reader.take(record)]
        return {"line": self._runner.run(self._grade_all(rows))}

    async def _grade_all(self, rows: list[Row]) -> list[str]:
        """The rows as lines of JSON. A row with the content of another one of the batch gets its grade."""
        by_key: dict[Key, Row] = {}
        for row in rows:
            if row.context is not None and row.answer is not None:
                by_key.setdefault(self._key(row), row)
        try:
            found = dict(zip(by_key, await self._desk.find(list(by_key)), strict=True))
            grades = await _all(self._grade(row, key, found[key]) for key, row in by_key.items())
        except CoachError as error:  # no other row would fare better
            await self._desk.fail(str(error))
            raise
        made = dict(zip(by_key, grades, strict=True))
        return [
            _line(row, self._failed(row) if row.context is None else made[self._key(row)]) for row in rows
        ]

    def close(self) -> None:
        self._runner.close()

    def _key(self, row: Row) -> Key:
        assert row.context is not None
        if row.context not in self._makings:
            made_of = makings(row.context, self._crew.identity, self._samples)
            self._makings[row.context] = json.dumps(made_of)
        return row.content, self._makings[row.context]

    async def _grade(self, row: Row, key: Key, known: str | None) -> Grade:
        if known is not None:
            return Grade.model_validate_json(known)
        assert row.context is not None and row.answer is not None
        return await self._desk.grade(key, self._crew.grade(row.context, row.answer))

    def _failed(self, row: Row) -> Grade:
        error = row.error or GradeError(kind="bad_row", message="The row cannot be read.")
        return Grade(
            status="failed",
            overall=None,
            range=None,
            needs_review=True,
            error=error,
            grader=self._crew.identity,
        )


async def _all(works: Iterable[Coroutine[Any, Any, Grade]]) -> list[Grade]:
    """What the works return; where one raises, the others are ended first."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _own_name() -> str:
    """The actor's, which it keeps when Ray starts it anew."""
    return str(importlib.import_module("ray").get_runtime_context().get_actor_id())


def _line(row: Row, grade: Grade) -> str:
    source = Source(file=row.file, line=row.line)
    out = RowOut.of(grade, id=row.id, row=row.number, source=source, extra=row.extra)
    return dump(out.model_dump(mode="json"))


def _record(fields: dict[str, Any]) -> Record:
    """A row as Ray gives it: a line of text with its path, or the columns of a table."""
    path = str(fields.pop("path", ""))
    if list(fields) == ["text"]:
        return parse_line(path, 0, str(fields["text"]).encode("utf-8", "surrogatepass"))
    plain = {name: _plain(value) for name, value in fields.items()}
    return Record(path, 0, plain, tuple(plain))


def _plain(value: Any) -> Any:
    """A cell without numpy's types; "" where there is nothing."""
    value = value.tolist() if hasattr(value, "tolist") else value
    if value is None or value != value:  # NaN is how a table says that a cell is empty
        return ""
    return value
