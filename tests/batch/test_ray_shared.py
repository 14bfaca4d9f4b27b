"""What actors of a cluster share and what one of them does, each shared part on a loop of its own instead of
in an actor. The rest is tested on a real cluster, in tests_ray."""

from __future__ import annotations

import asyncio
import json
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from coach.batch.context import Context, Contexts
from coach.batch.journal import Journal
from coach.batch.meter import OverBudget
from coach.batch.ray_engine import Actor, Plan
from coach.batch.ray_shared import Gate, Ledger, Shared, Till
from coach.batch.ray_worker import Desk
from coach.batch.rows import Columns
from coach.errors import Denied, SetupError, Unavailable
from coach.llm.limiter import Limiter
from coach.llm.port import ChatModel
from coach.llm.prices import Price, Prices
from coach.schema.answer import Answer
from coach.schema.chat import ChatReply, ChatRequest, Message, TokenUsage
from coach.schema.grade import Grade, GradeError, GraderId, Usage

PRICES = Prices({}, own=Price(input=0.0, cached=0.0, output=100.0))
REQUEST = ChatRequest(messages=(Message(role="user", content="x"),), max_tokens=1000)


class Far:
    """A handle as Ray gives it: methods of `thing` run elsewhere, and their results are awaited."""

    def __init__(self, thing: object, loop: asyncio.AbstractEventLoop) -> None:
        self._thing = thing
        self._loop = loop

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._thing, name)

        class Method:
            def remote(_, *arguments: Any) -> Any:  # noqa: N805  # `self` is the handle's
                return _Result(asyncio.run_coroutine_threadsafe(method(*arguments), self._loop))

        return Method()


class _Result:
    def __init__(self, future: Future[Any]) -> None:
        self.future = future

    def __await__(self) -> Any:
        return asyncio.wrap_future(self.future).__await__()


@pytest.fixture
def elsewhere() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield loop
    asyncio.run_coroutine_threadsafe(asyncio.sleep(0), loop).result()  # what was cancelled comes to its end
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@contextmanager
def ledger(
    path: Path, loop: asyncio.AbstractEventLoop, *, restart: bool = False, whole: bool = True
) -> Iterator[Shared]:
    def call(work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, loop).result()

    made = Ledger(str(path), restart)
    assert call(made.open()) == ""
    yield Shared(None, Far(made, loop), None, 4)
    shared_stale.append(call(made.close(whole))[0])


shared_stale: list[Counter[str]] = []


class Crew:
    """Grades by counting what it was asked; the answer "wrong" fails, "denied" ends the run."""

    def __init__(self, contexts: Contexts, model: str = "m") -> None:
        self.contexts = contexts
        self.identity = GraderId(kind="llm", model=model, prompt="p", rubric="r", guides="g")
        self.asked: list[str] = []

    async def grade(self, context: Context, answer: Answer) -> Grade:
        text = answer.text or ""
        self.asked.append(text)
        await asyncio.sleep(0)
        if text == "denied":
            raise Denied("Check OPENAI_API_KEY.")
        wrong = text == "wrong"
        return Grade(
            status="failed" if wrong else "graded",
            overall=None if wrong else 3,
            range=None if wrong else (3, 3),
            needs_review=wrong,
            error=GradeError(kind="timeout", message="late") if wrong else None,
            grader=self.identity,
        )


def grade(crew: Crew, shared: Shared, *answers: str) -> list[dict[str, Any]]:
    """What one actor makes of a batch of these answers."""
    plan = Plan(("in.parquet",), "out.parquet", Path("j"), Columns(), "", 1, 4)
    batch = {"answer": list(answers), "question_id": ["cheap"] * len(answers)}
    actor = Actor(plan, lambda given: crew, shared)
    try:
        return [json.loads(line) for line in actor(batch)["line"]]
    finally:
        actor.close()


def test_what_one_run_finished_the_next_does_not_ask_again(
    contexts: Contexts, tmp_path: Path, elsewhere: asyncio.AbstractEventLoop
) -> None:
    crew = Crew(contexts)
    with ledger(tmp_path / "j", elsewhere) as shared:
        first = grade(crew, shared, "a", "wrong", "b", "a")
    assert [row["status"] for row in first] == ["graded", "failed", "graded", "graded"]
    assert sorted(crew.asked) == ["a", "b", "wrong"]
    again = Crew(contexts)
    with ledger(tmp_path / "j", elsewhere) as shared:
        second = grade(again, shared, "a", "wrong", "b", "c")
    assert again.asked == ["wrong", "c"]
    assert second[0] | {"id": 0} == first[0] | {"id": 0}


def test_another_model_grades_anew_and_the_journal_says_why(
    contexts: Contexts, tmp_path: Path, elsewhere: asyncio.AbstractEventLoop
) -> None:
    for model in ("m", "n"):
        with ledger(tmp_path / "j", elsewhere) as shared:
            grade(Crew(contexts, model), shared, "a", "b")
    assert shared_stale[-1] == {"model (m to n)": 2}
    back = Crew(contexts)
    with ledger(tmp_path / "j", elsewhere, restart=True) as shared:
        grade(back, shared, "a")
    assert back.asked == ["a"]


def test_what_no_other_row_survives_is_noted_for_whoever_started_the_run(
    contexts: Contexts, tmp_path: Path, elsewhere: asyncio.AbstractEventLoop
) -> None:
    with ledger(tmp_path / "j", elsewhere) as shared:
        with pytest.raises(Denied):
            grade(Crew(contexts), shared, "a", "denied")
        trouble = shared.ledger.trouble.remote().future.result()
    assert trouble == "Check OPENAI_API_KEY."


def test_a_journal_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "cannot be made" in asyncio.run(Ledger(str(tmp_path / "file" / "j"), False).open())


def test_a_journal_that_a_killed_run_still_holds_is_waited_for(
    tmp_path: Path, elsewhere: asyncio.AbstractEventLoop
) -> None:
    held = Journal(tmp_path / "j")
    opening = asyncio.run_coroutine_threadsafe(Ledger(str(tmp_path / "j"), False).open(), elsewhere)
    assert not opening.done()
    held.close()
    assert opening.result() == ""


class Model:
    """Costs a cent a reply; one that is asked "fail" costs it too, and gives nothing."""

    name = "m"

    def __init__(self) -> None:
        self.spent = Usage()

    async def complete(self, request: ChatRequest) -> ChatReply:
        self.spent += Usage(requests=1, cost_usd=0.01)
        await asyncio.sleep(0)
        if request.messages[0].content == "fail":
            raise Unavailable("no")
        return ChatReply(content="ok", usage=TokenUsage(completion_tokens=100), cost_usd=0.01)


def row_of(desk: Desk, name: str, *works: Callable[[], Awaitable[str]]) -> Awaitable[Grade]:
    """A row that has `works` done at once, each of which asks a model, and is graded then."""

    async def work() -> Grade:
        said = await asyncio.gather(*(one() for one in works))
        status: Any = "failed" if "failed" in said else "graded"
        overall = None if status == "failed" else 3
        error = GradeError(kind="timeout", message=said[0]) if overall is None else None
        who = GraderId(kind="llm", model="m", prompt="p", rubric="r", guides="g")
        return Grade(status=status, overall=overall, range=None, needs_review=False, error=error, grader=who)

    return desk.grade((name.encode(), "{}"), work())


async def said_by(model: ChatModel, request: ChatRequest) -> str:
    try:
        return (await model.complete(request)).content
    except OverBudget:
        return "budget"
    except Unavailable:
        return "failed"


async def spend(desk: Desk, model: Model, times: int, request: ChatRequest) -> Counter[str]:
    paid = desk.metered(model)
    said: list[str] = []

    async def one() -> str:
        said.append(await said_by(paid, request))
        return said[-1]

    await asyncio.gather(*(row_of(desk, f"{id(model)} {number}", one) for number in range(times)))
    return Counter(said)


@pytest.mark.parametrize("content", ["x", "fail"])
def test_workers_together_keep_to_the_budget(
    elsewhere: asyncio.AbstractEventLoop, tmp_path: Path, content: str
) -> None:
    till = Far(Till(0.2, PRICES, "m"), elsewhere)
    models = [Model(), Model()]
    request = REQUEST.model_copy(update={"messages": (Message(role="user", content=content),)})

    async def scene(shared: Shared) -> list[Counter[str]]:
        shared = replace(shared, till=till)
        return await asyncio.gather(*(spend(Desk(shared), model, 30, request) for model in models))

    with ledger(tmp_path / "j", elsewhere) as shared:
        found = asyncio.run(scene(shared))
    spent = sum(model.spent.requests for model in models)
    assert 2 <= spent <= 20
    assert sum(one["budget"] for one in found) == 60 - spent


class Slow:
    """Asks for a slot as a real model does; `paid` counts what was answered."""

    name = "m"

    def __init__(self, limiter: Limiter) -> None:
        self.spent = Usage()
        self.limiter = limiter
        self.paid: Counter[str] = Counter()

    async def complete(self, request: ChatRequest) -> ChatReply:
        async with self.limiter.slot() as slot:
            await asyncio.sleep(0)
            self.paid[request.messages[0].content] += 1
            self.limiter.accepted(slot, {})
        return ChatReply(content="ok", usage=TokenUsage(completion_tokens=1), cost_usd=0.0)

    def asking(self, desk: Desk, content: str) -> Callable[[], Awaitable[str]]:
        paid = desk.metered(self)
        request = REQUEST.model_copy(update={"messages": (Message(role="user", content=content),)})
        return lambda: said_by(paid, request)


def test_no_more_is_paid_and_not_kept_than_there_are_slots(
    elsewhere: asyncio.AbstractEventLoop, tmp_path: Path
) -> None:
    made = Far(Gate(3), elsewhere)
    dead = threading.Event()

    class Dying(Ledger):
        """Its disk stands still, so that no row is ever acknowledged."""

        async def keep(self, items: Sequence[tuple[Any, str]]) -> str:
            while not dead.is_set():
                await asyncio.sleep(0.01)
            return "The disk is gone."

    async def scene() -> Counter[str]:
        desk = Desk(Shared(made, Far(Dying(str(tmp_path / "j"), False), elsewhere), None, 3), "w")
        await desk.begin()
        model = Slow(desk.limiter())
        rows = [
            asyncio.ensure_future(row_of(desk, str(number), model.asking(desk, str(number))))
            for number in range(12)
        ]
        while model.paid.total() < 3:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)  # in which all of the rows would be through, were slots given back
        dead.set()
        with pytest.raises(SetupError, match="disk is gone"):
            await asyncio.gather(*rows)
        for row in rows:
            row.cancel()
        await asyncio.gather(*rows, return_exceptions=True)
        return model.paid

    assert asyncio.run(scene()).total() == 3


def test_a_row_that_asks_several_times_at_once_needs_one_slot_and_keeps_each_reply(
    elsewhere: asyncio.AbstractEventLoop, tmp_path: Path
) -> None:
    gate = Far(Gate(1), elsewhere)

    async def scene(shared: Shared, *contents: str) -> tuple[Grade, Counter[str]]:
        desk = Desk(replace(shared, gate=gate), "w")
        await desk.begin()
        await desk.find([])
        model = Slow(desk.limiter())

        async def failing() -> str:
            return "failed"

        asks = [model.asking(desk, content) if content != "fail" else failing for content in contents]
        return await asyncio.wait_for(row_of(desk, "row", *asks), 5.0), model.paid

    with ledger(tmp_path / "j", elsewhere, whole=False) as shared:
        grade, paid = asyncio.run(scene(shared, "a", "b", "c", "fail"))
    assert (grade.status, paid) == ("failed", {"a": 1, "b": 1, "c": 1})
    with ledger(tmp_path / "j", elsewhere) as shared:
        grade, paid = asyncio.run(scene(shared, "a", "b", "c", "d"))
    assert (grade.status, paid) == ("graded", {"d": 1})


def test_a_worker_that_is_started_anew_gets_back_what_it_held(elsewhere: asyncio.AbstractEventLoop) -> None:
    async def scene() -> tuple[int, int | str]:
        gate, till = Gate(1), Till(0.15, PRICES, "m")
        size = TokenUsage(completion_tokens=6000)
        await gate.acquire(False, ("w", "first"))
        ghost = asyncio.ensure_future(gate.acquire(False, ("w", "first")))  # asked for and never used
        await till.reserve(size, ("w", "first"))
        await asyncio.sleep(0)
        await gate.begin(("w", "second"))
        await till.begin(("w", "second"))
        found = await asyncio.wait_for(gate.acquire(False, ("w", "second")), 5.0)
        await ghost
        return found, await till.reserve(size, ("w", "second"))

    name, refused = asyncio.run(scene())
    assert name == 3
    assert "0.1000 spent" in str(refused)


def test_what_a_vanished_worker_reserved_counts_as_spent(
    monkeypatch: pytest.MonkeyPatch, elsewhere: asyncio.AbstractEventLoop
) -> None:
    monkeypatch.setattr("coach.batch.ray_shared._LEASE", 0.01)
    size = TokenUsage(completion_tokens=6000)

    async def scene() -> tuple[int | str, int | str]:
        till = Till(0.15, PRICES, "m")
        return await till.reserve(size), await till.reserve(size)

    first, second = asyncio.run(scene())
    assert first == 1
    assert "0.1000 spent" in str(second)


def test_a_slot_whose_holder_vanished_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coach.batch.ray_shared._LEASE", 0.01)

    async def scene() -> int:
        gate = Gate(1)
        await gate.acquire(False)
        return await gate.acquire(False)

    assert asyncio.run(scene()) == 2


def test_a_disk_that_fails_ends_the_run(
    contexts: Contexts, tmp_path: Path, elsewhere: asyncio.AbstractEventLoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*given: object) -> None:
        raise SetupError("The disk is full.")

    record: Callable[..., None] = full
    monkeypatch.setattr(Journal, "record", record)
    with ledger(tmp_path / "j", elsewhere) as shared, pytest.raises(SetupError, match="full"):
        grade(Crew(contexts), shared, "a")
