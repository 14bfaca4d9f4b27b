"""Grading on a Ray cluster: Ray Data reads, a pool of actors grades, the rows come back in order.

Ray is imported when a run needs it. A worker that is killed costs no row: its rows are graded again.
There is no journal here, so that a run that ends early is paid anew; nothing on a cluster sees all rows, so
that there is no budget and no report either.
"""

from __future__ import annotations

import asyncio
import hashlib
import importlib
import json
import re
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from coach.batch.context import Context, Contexts
from coach.batch.intake import dump
from coach.batch.records import Record, parse_line
from coach.batch.rows import Columns, Row, RowReader
from coach.errors import SetupError, UsageError
from coach.llm.limiter import Limiter, Slot
from coach.schema.answer import Answer
from coach.schema.grade import Grade, GradeError, GraderId
from coach.schema.row import RowOut, Source

_NAMED_BY_CONTENT = re.compile(r"row-[0-9a-f]{12}")
_BATCH = 32  # rows that an actor takes at a time; as many are graded again when it is killed
_LEASE = 900.0  # seconds after which a slot counts as lost with the worker that held it


class Crew(Protocol):
    """What an actor makes for itself: rows to grade, and a grader for them. Stays in its process."""

    contexts: Contexts
    identity: GraderId

    async def grade(self, context: Context, answer: Answer) -> Grade: ...


# Called in each actor with the limiter that all of them share; must be importable there.
MakeCrew = Callable[[Limiter], Crew]


@dataclass(frozen=True)
class Plan:
    """What a run on a cluster is to do. `inputs` and `output` are paths or URLs (s3://, gs://, ...)."""

    inputs: Sequence[str]
    output: str
    columns: Columns
    question: str
    actors: int
    concurrency: int
    limit: int | None = None
    address: str | None = None


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


def grade_on_cluster(plan: Plan, make_crew: MakeCrew, seen: Callable[[dict[str, Any]], None]) -> None:
    """Grade all rows of the plan and write them: one JSON Lines file, or a folder of Parquet files.

    `seen` is told of every row (only its id, status and mark where Parquet is written). A row without
    an id is named by its content, and `line` is 0: on a cluster nobody counts lines. Repeated ids are found
    where JSON Lines are written; a folder of Parquet has no one writer that could.
    """
    with cluster(plan.address) as ray:
        ray.data.DataContext.get_current().execution_options.preserve_order = True
        ray.data.DataContext.get_current().enable_progress_bars = False
        gate = ray.remote(num_cpus=0, max_concurrency=10_000)(Gate).remote(plan.concurrency)
        rows = _read(ray, plan)
        if plan.limit is not None:
            rows = rows.limit(plan.limit)
        graded = rows.map_batches(
            Actor,
            fn_constructor_args=(plan, make_crew, gate),
            batch_size=_BATCH,
            compute=ray.data.ActorPoolStrategy(size=plan.actors),
        )
        if plan.output.rstrip("/").endswith(".parquet"):
            graded = graded.materialize()
            for row in graded.select_columns(["id", "status", "overall", "error"]).iter_rows():
                seen(row)
            graded.drop_columns(["line"]).write_parquet(_place(plan.output))
            return
        _write_lines(plan.output, number_rows(row["line"] for row in graded.iter_rows()), seen)


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


def number_rows(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Rows out from their lines, in order and numbered; one with the id of an earlier row has failed."""
    taken: set[bytes] = set()
    for number, line in enumerate(lines, start=1):
        row: dict[str, Any] = json.loads(line)
        row["row"], id = number, row["id"]
        name = hashlib.sha256(id.encode("utf-8", "surrogatepass")).digest()[:12]
        if name in taken:
            row["id"] = f"{id}#{number}"
            if not _NAMED_BY_CONTENT.fullmatch(id):
                error = {"kind": "bad_row", "message": f"The id {id!r} was used by an earlier row."}
                row |= {"status": "failed", "overall": None, "range": None, "criteria": [], "flags": []}
                row |= {"needs_review": True, "error": error}
        taken.add(name)
        yield row


def _write_lines(output: str, rows: Iterable[dict[str, Any]], seen: Callable[[dict[str, Any]], None]) -> None:
    """One object or file, which appears when it is whole."""
    fs = importlib.import_module("pyarrow.fs")  # comes with Ray Data, which alone needs it
    remote = "://" in output
    system, path = fs.FileSystem.from_uri(output if remote else Path(output).resolve().as_uri())
    place = path if remote else f"{path}.part"
    with system.open_output_stream(place) as stream:
        for row in rows:
            seen(row)
            stream.write(dump(row).encode() + b"\n")
    if not remote:
        system.move(place, path)


class Actor:
    """One member of the pool: makes its crew once, then grades batch after batch."""

    def __init__(self, plan: Plan, make_crew: MakeCrew, gate: Any) -> None:
        self._runner = asyncio.Runner()
        self._crew = make_crew(SharedLimiter(gate, plan.concurrency))
        self._reader = RowReader(self._crew.contexts, plan.columns, question=plan.question)

    def __call__(self, batch: dict[str, Any]) -> dict[str, list[Any]]:
        names = list(batch)
        records = [
            _record(dict(zip(names, values, strict=True))) for values in zip(*batch.values(), strict=True)
        ]
        rows = [row for record in records for row in self._reader.take(record)]
        out = self._runner.run(self._grade(rows))
        return {
            "id": [row.id for row in out],
            "status": [row.status for row in out],
            "overall": [row.overall for row in out],
            "needs_review": [row.needs_review for row in out],
            "flags": [";".join(row.flags) for row in out],
            "error": [f"{row.error.kind}: {row.error.message}" if row.error else None for row in out],
            "criteria": [dump([item.model_dump(mode="json") for item in row.criteria]) for row in out],
            "extra": [dump(row.extra) for row in out],
            "line": [dump(row.model_dump(mode="json")) for row in out],
        }

    async def _grade(self, rows: list[Row]) -> list[RowOut]:
        return list(await asyncio.gather(*(self._one(row) for row in rows)))

    async def _one(self, row: Row) -> RowOut:
        if row.error is not None or row.context is None or row.answer is None:
            error = row.error or GradeError(kind="bad_row", message="The row cannot be read.")
            grade = Grade(
                status="failed",
                overall=None,
                range=None,
                needs_review=True,
                error=error,
                grader=self._crew.identity,
            )
        else:
            grade = await self._crew.grade(row.context, row.answer)
        source = Source(file=row.file, line=row.line)
        return RowOut.of(grade, id=row.id, row=row.number, source=source, extra=row.extra)


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


class Gate:
    """The one limiter of a run, in an actor of its own. A slot whose holder vanished comes back later."""

    def __init__(self, concurrency: int) -> None:
        self._limiter = Limiter(concurrency)
        self._held: dict[int, tuple[Any, Slot, asyncio.TimerHandle]] = {}
        self._count = 0

    async def acquire(self, again: bool) -> int:
        lease = self._limiter.slot(again=again)
        slot = await lease.__aenter__()
        self._count += 1
        name = self._count
        loop = asyncio.get_running_loop()
        timer = loop.call_later(_LEASE, lambda: asyncio.ensure_future(self.release(name)))
        self._held[name] = (lease, slot, timer)
        return name

    async def release(self, name: int) -> None:
        if name in self._held:
            lease, _, timer = self._held.pop(name)
            timer.cancel()
            await lease.__aexit__(None, None, None)

    async def accepted(self, name: int, headers: dict[str, str], tokens: int) -> None:
        if name in self._held:
            self._limiter.accepted(self._held[name][1], headers, tokens)

    async def refused(self, name: int, headers: dict[str, str], retry_after: float | None) -> None:
        if name in self._held:
            self._limiter.refused(self._held[name][1], headers, retry_after)


@dataclass(eq=False)
class _Leave(Slot):
    name: int = 0


class SharedLimiter(Limiter):
    """Takes a Limiter's place in an actor, and asks the run's Gate."""

    def __init__(self, gate: Any, concurrency: int) -> None:
        super().__init__(concurrency)
        self._gate = gate

    @asynccontextmanager
    async def slot(self, *, again: bool = False) -> AsyncIterator[Slot]:
        name = await self._gate.acquire.remote(again)
        try:
            yield _Leave(asyncio.get_running_loop().time(), name=name)
        finally:
            self._gate.release.remote(name)

    def accepted(self, slot: Slot, headers: Mapping[str, str], tokens: int = 0) -> None:
        self.accepted_any = True
        if isinstance(slot, _Leave):
            self._gate.accepted.remote(slot.name, _limits(headers), tokens)

    def refused(self, slot: Slot, headers: Mapping[str, str], retry_after: float | None) -> None:
        if isinstance(slot, _Leave):
            self._gate.refused.remote(slot.name, _limits(headers), retry_after)


def _limits(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.startswith(("x-ratelimit", "retry-after"))}
