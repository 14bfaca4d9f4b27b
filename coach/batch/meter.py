"""Stands before a model while a batch runs: keeps to a budget, and saves what half-finished rows paid.

Also stops the run where the server cannot be reached, instead of failing row after row.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextvars import ContextVar
from dataclasses import dataclass, field

from coach.batch.journal import Journal
from coach.batch.replies import HALF
from coach.errors import ModelError, SetupError
from coach.llm.port import ChatModel
from coach.llm.prices import Prices, estimate_tokens
from coach.schema.chat import ChatReply, ChatRequest, TokenUsage
from coach.schema.grade import Grade, Grader, GradeTask

_LEARNT = 8  # replies after which costs are told from what was seen
_CAUTION = 2.0  # times the most expensive request so far
_REPLY_TOKENS = 4000  # of a request that sets no bound of its own

_calls: ContextVar[list[tuple[ChatRequest, ChatReply]]] = ContextVar("calls")


class OverBudget(ModelError):
    """The request was not sent: it could have cost more than is left."""

    kind = "budget"


class Budget:
    """Lets requests through as long as those in flight cannot pass `most` USD together.

    `spent` tells what the run has paid so far. Estimates are upper bounds until enough was seen.
    """

    def __init__(self, most: float, spent: Callable[[], float], prices: Prices, model: str) -> None:
        self.most = most
        self.exhausted = False
        self._spent = spent
        self._prices = prices
        self._model = model
        self._reserved: dict[int, float] = {}
        self._room = asyncio.Condition()
        self._seen = 0
        self._dearest = 0.0
        self._tickets = 0

    async def reserve(self, request: ChatRequest) -> int:
        """Wait for room and return a ticket for `settle`; raises OverBudget where none will come."""
        return await self.admit(size_of(request))

    async def admit(self, size: TokenUsage) -> int:
        """`reserve` for a request of that size."""
        async with self._room:
            await self._room.wait_for(lambda: self.exhausted or not self._reserved or self._fits(size))
            if not self.exhausted and not self._fits(size):
                self.exhausted = True
                self._room.notify_all()
            if self.exhausted:
                raise OverBudget(
                    f"Not graded: one more request could pass the budget of {self.most:g} USD"
                    f" ({self._spent():.4f} spent). Run again with a higher --max-cost."
                )
            self._tickets += 1
            self._reserved[self._tickets] = self._bound(size)
            return self._tickets

    def reserved(self, ticket: int) -> float:
        """USD that are held back for a ticket."""
        return self._reserved.get(ticket, 0.0)

    async def settle(self, ticket: int, cost: float | None) -> None:
        """Give the room back; `cost` is what the request took, None where it gave nothing."""
        async with self._room:
            self._reserved.pop(ticket)
            if cost:
                self._seen += 1
                self._dearest = max(self._dearest, cost)
            self._room.notify_all()

    def _fits(self, size: TokenUsage) -> bool:
        return self._spent() + sum(self._reserved.values()) + self._bound(size) <= self.most

    def _bound(self, size: TokenUsage) -> float:
        if self._seen and (self._seen >= _LEARNT or not self._reserved):
            return _CAUTION * self._dearest
        # Alone, a usual reply is reckoned with, so that a small budget is not refused unseen.
        out = size.completion_tokens // (1 if self._reserved else 6)
        usage = size.model_copy(update={"completion_tokens": out})
        return self._prices.cost(self._model, usage) or 0.0


def size_of(request: ChatRequest) -> TokenUsage:
    """Tokens that go in, by estimate, and the most that may come out."""
    tokens = sum(estimate_tokens(message.content) for message in request.messages)
    return TokenUsage(prompt_tokens=tokens, completion_tokens=request.max_tokens or _REPLY_TOKENS)


@dataclass
class Meter:
    """Implements ChatModel over another one; see the module. `patience` is how many failures to reach
    the server in a row are taken for rows' own bad luck."""

    inner: ChatModel
    journal: Journal
    budget: Budget | None = None
    patience: int = 32
    _unreached: int = field(default=0, init=False)
    _heard: bool = field(default=False, init=False)
    _saved: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self._saved = self.journal.replies.any()

    @property
    def name(self) -> str:
        return self.inner.name

    async def complete(self, request: ChatRequest) -> ChatReply:
        """As the model's own, or a saved reply; raises OverBudget, or SetupError for a dead server."""
        calls = _calls.get([])
        if self._saved and (kept := self.journal.replies.find(HALF + request.key(self.name))) is not None:
            return ChatReply.model_validate_json(kept)
        self._save(calls)
        ticket = await self.budget.reserve(request) if self.budget else 0
        cost = None
        try:
            reply = await self.inner.complete(request)
            self._heard, self._unreached, cost = True, 0, reply.cost_usd
        except ModelError as error:
            self._despair(error)
            raise
        finally:
            if self.budget:
                await self.budget.settle(ticket, cost)
        calls.append((request, reply))
        return reply

    async def stream(self, request: ChatRequest) -> AsyncIterator[str]:
        yield (await self.complete(request)).content

    def _save(self, calls: list[tuple[ChatRequest, ChatReply]]) -> None:
        """Keep the replies that a row has so far, now that it needs one more."""
        for request, reply in calls:
            self.journal.replies.keep(HALF + request.key(self.name), reply.model_dump_json())
            self._saved = True
        calls.clear()

    def _despair(self, error: ModelError) -> None:
        from coach.llm.faults import Unreachable

        if not isinstance(error, Unreachable):
            self._heard, self._unreached = True, 0
            return
        self._unreached += 1
        if not self._heard or self._unreached >= self.patience:
            raise SetupError(f"{error} What was graded so far is saved.") from error


@dataclass(frozen=True)
class MeteredGrader:
    """Implements Grader over one whose model is a Meter: tells it where a row begins."""

    inner: Grader

    async def grade(self, task: GradeTask) -> Grade:
        _calls.set([])
        return await self.inner.grade(task)
