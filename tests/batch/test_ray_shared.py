"""What actors of a cluster share and what one of them does, each shared part on a loop of its own instead of
in an actor. The rest is tested on a real cluster, in tests_ray."""

from __future__ import annotations

import asyncio
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from coach.batch.context import Context, Contexts
from coach.batch.journal import Journal
from coach.batch.meter import OverBudget
from coach.batch.ray_engine import Actor, Plan
from coach.batch.ray_shared import Gate, Ledger, PaidModel, Shared, Till
from coach.batch.rows import Columns
from coach.errors import Denied, SetupError, Unavailable
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
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@contextmanager
def ledger(path: Path, loop: asyncio.AbstractEventLoop, *, restart: bool = False) -> Iterator[Shared]:
    def call(work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, loop).result()

    made = Ledger(str(path), restart)
    assert call(made.open()) == ""
    yield Shared(None, Far(made, loop), None, 4)
    shared_stale.append(call(made.close())[0])


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


async def spend(model: PaidModel, times: int, request: ChatRequest = REQUEST) -> Counter[str]:
    async def one() -> str:
        try:
            return (await model.complete(request)).content
        except OverBudget:
            return "budget"
        except Unavailable:
            return "failed"

    return Counter(await asyncio.gather(*(one() for _ in range(times))))


@pytest.mark.parametrize("content", ["x", "fail"])
def test_workers_together_keep_to_the_budget(elsewhere: asyncio.AbstractEventLoop, content: str) -> None:
    till = Far(Till(0.2, PRICES, "m"), elsewhere)
    models = [Model(), Model()]
    request = REQUEST.model_copy(update={"messages": (Message(role="user", content=content),)})

    async def scene() -> list[Counter[str]]:
        return await asyncio.gather(*(spend(PaidModel(model, till), 30, request) for model in models))

    found = asyncio.run(scene())
    spent = sum(model.spent.requests for model in models)
    assert 2 <= spent <= 20
    assert sum(one["budget"] for one in found) == 60 - spent


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
