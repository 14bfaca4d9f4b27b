from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from coach.batch.journal import Journal
from coach.batch.meter import Budget, Meter, OverBudget
from coach.errors import SetupError, Unavailable
from coach.llm.fake import ScriptedModel
from coach.llm.faults import Unreachable
from coach.llm.prices import Price, Prices
from coach.schema.chat import ChatReply, ChatRequest, Message, TokenUsage

PRICES = Prices({}, own=Price(input=1.0, cached=1.0, output=1.0))


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal(tmp_path / "j") as journal:
        yield journal


def ask(text: str = "x" * 400) -> ChatRequest:
    return ChatRequest(messages=(Message(role="user", content=text),), max_tokens=1000)


class Paid:
    """A model whose every reply costs the same, and that takes its time."""

    def __init__(self, cost: float) -> None:
        self.spent = 0.0
        self.most_at_once = 0
        self._at_once = 0
        usage = TokenUsage(prompt_tokens=100, completion_tokens=100)
        self._reply = ChatReply(content="ok", usage=usage, cost_usd=cost)
        self._model = ScriptedModel(answer=lambda request: self._reply)

    async def complete(self, request: ChatRequest) -> ChatReply:
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        for _ in range(5):
            await asyncio.sleep(0)
        self._at_once -= 1
        self.spent += self._reply.cost_usd or 0.0
        return await self._model.complete(request)


@pytest.mark.parametrize("most", [0.0001, 0.0011, 0.005, 0.02])
async def test_a_budget_is_used_but_never_passed(most: float) -> None:
    paid = Paid(0.0002)
    budget = Budget(most, lambda: paid.spent, PRICES, "m")
    refused = 0

    async def one() -> None:
        nonlocal refused
        try:
            ticket = await budget.reserve(ask())
        except OverBudget:
            refused += 1
            return
        reply = await paid.complete(ask())
        await budget.settle(ticket, reply.cost_usd)

    await asyncio.gather(*(one() for _ in range(200)))
    assert paid.spent <= most
    assert refused > 0
    assert budget.exhausted
    if most >= 0.005:
        assert paid.spent > 0.9 * most - 0.0004
        assert paid.most_at_once > 1


async def test_unreachable_ends_the_run_at_once_or_after_a_while(journal: Journal) -> None:
    meter = Meter(ScriptedModel([Unreachable("gone")]), journal, patience=3)
    with pytest.raises(SetupError, match="gone"):
        await meter.complete(ask())
    model = ScriptedModel(
        ["ok", Unreachable("a"), Unreachable("b"), Unavailable("500"), *[Unreachable("c")] * 3]
    )
    meter = Meter(model, journal, patience=3)
    await meter.complete(ask())
    for _ in range(2):
        with pytest.raises(Unreachable):
            await meter.complete(ask())
    with pytest.raises(Unavailable):
        await meter.complete(ask())
    for _ in range(2):
        with pytest.raises(Unreachable):
            await meter.complete(ask())
    with pytest.raises(SetupError):
        await meter.complete(ask())
