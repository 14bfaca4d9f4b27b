"""What the actors of a run on a Ray cluster share: the rate limit, the budget and the journal.

Each lives in an actor of its own, and is a plain class here. Knows nothing of rows or graders.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coach.batch.journal import Journal
from coach.batch.meter import Budget, OverBudget, size_of
from coach.batch.run import keep_synced
from coach.errors import CoachError, UsageError
from coach.llm.limiter import Limiter, Slot
from coach.llm.prices import Prices
from coach.schema.chat import ChatReply, ChatRequest, TokenUsage

_LEASE = 900.0  # seconds after which a slot or a reservation counts as lost with the worker that held it
_RELEASE = 15.0  # seconds within which a cluster ends what a killed run has left behind

Key = tuple[bytes, str]  # a row's content, and as JSON all else that makes its grade


class Gate:
    """The one limiter of a run. A slot whose holder vanished comes back later."""

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


class Till:
    """The one budget of a run. What a vanished worker had reserved counts as spent later."""

    def __init__(self, most: float, prices: Prices, model: str) -> None:
        self._spent = 0.0
        self._budget = Budget(most, lambda: self._spent, prices, model)
        self._leases: dict[int, asyncio.TimerHandle] = {}

    async def reserve(self, size: TokenUsage) -> int | str:
        """A ticket for one request, or why it must not be sent."""
        try:
            ticket = await self._budget.admit(size)
        except OverBudget as error:
            return str(error)
        loop = asyncio.get_running_loop()
        self._leases[ticket] = loop.call_later(_LEASE, lambda: asyncio.ensure_future(self._lose(ticket)))
        return ticket

    async def settle(self, ticket: int, cost: float | None, spent: float) -> None:
        """Give a reservation back. `cost` is what the reply took, `spent` all that the worker paid since."""
        self._spent += spent
        if ticket in self._leases:
            self._leases.pop(ticket).cancel()
            await self._budget.settle(ticket, cost)

    async def _lose(self, ticket: int) -> None:
        self._leases.pop(ticket, None)
        self._spent += self._budget.reserved(ticket)
        await self._budget.settle(ticket, None)


class Ledger:
    """The journal of a run, on the machine that the run was started on."""

    def __init__(self, path: str, restart: bool) -> None:
        self._path = Path(path)
        self._restart = restart
        self._journal: Journal | None = None
        self._syncing: asyncio.Task[None] | None = None
        self._kept = asyncio.Event()
        self._trouble = ""
        self._said: dict[str, None] = {}

    async def open(self) -> str:
        """ "" where the journal is ready, else why it is not."""
        for wait in (0.5,) * int(2 * _RELEASE) + (0.0,):
            try:
                self._journal = Journal(self._path)
                break
            except UsageError as error:  # a run that was killed a moment ago may still hold it
                self._trouble = str(error)
                await asyncio.sleep(wait)
            except CoachError as error:
                return str(error)
        if self._journal is None:
            return self._trouble
        self._trouble = ""
        if self._restart:
            self._journal.forget()
        self._syncing = asyncio.create_task(keep_synced(self._journal, self._kept))
        return ""

    async def find(self, keys: list[Key]) -> list[str | None]:
        """The grade of each key, as JSON, where it is finished."""
        return [self._find(*key) for key in keys]

    def _find(self, content: bytes, made_of: str) -> str | None:
        assert self._journal is not None
        maker = self._journal.maker(json.loads(made_of))
        if self._journal.claim_key(content, maker):
            self._journal.has_grade(content, maker)  # counts those that were made otherwise
        return self._journal.grade(content, maker)

    async def keep(self, grades: list[tuple[Key, str]]) -> str:
        """Keep finished grades for good; "" or why that does not work."""
        assert self._journal is not None
        try:
            with self._journal.writing():
                for (content, made_of), grade in grades:
                    self._journal.record(content, self._journal.maker(json.loads(made_of)), grade)
        except CoachError as error:
            self._trouble = str(error)
        self._kept.set()
        return self._trouble

    async def fail(self, why: str) -> None:
        """Note why a worker gives the run up."""
        self._trouble = self._trouble or why

    async def trouble(self) -> str:
        return self._trouble

    async def say(self, text: str) -> None:
        """Note what the user should know of, once."""
        self._said[text] = None

    async def close(self) -> tuple[Counter[str], list[str]]:
        """How many grades were made anew by what had changed, and what the user should know of."""
        assert self._journal is not None and self._syncing is not None
        self._syncing.cancel()
        await asyncio.gather(self._syncing, return_exceptions=True)
        self._journal.sync()
        self._journal.close()
        return self._journal.stale, list(self._said)


@dataclass(frozen=True)
class Shared:
    """The handles of a run's shared actors; `till` is None where nothing bounds the cost."""

    gate: Any
    ledger: Any
    till: Any
    concurrency: int

    def limiter(self) -> Limiter:
        return SharedLimiter(self.gate, self.concurrency)

    def metered(self, chat: Any) -> Any:
        """`chat`, kept to the budget where there is one."""
        return chat if self.till is None else PaidModel(chat, self.till)

    def say(self, text: str) -> None:
        self.ledger.say.remote(text)


@dataclass(eq=False)
class PaidModel:
    """Implements ChatModel over one that counts what it has `spent`: asks the run's Till for each request."""

    inner: Any
    till: Any
    _told: float = 0.0

    @property
    def name(self) -> str:
        return str(self.inner.name)

    async def complete(self, request: ChatRequest) -> ChatReply:
        ticket = await self.till.reserve.remote(size_of(request))
        if isinstance(ticket, str):
            raise OverBudget(ticket)
        cost = None
        try:
            reply: ChatReply = await self.inner.complete(request)
            cost = reply.cost_usd
        finally:
            spent = self.inner.spent.cost_usd or 0.0
            self._told, more = spent, spent - self._told
            self.till.settle.remote(ticket, cost, more)
        return reply

    async def stream(self, request: ChatRequest) -> AsyncIterator[str]:
        yield (await self.complete(request)).content


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
