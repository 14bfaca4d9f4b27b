"""What one worker of a Ray cluster does with what all share: asks for leave to send, has finished rows kept.

A slot goes back when the disk has what its reply was paid for, not before. So whatever dies first, no more
requests are paid and lost than there are slots.
"""

from __future__ import annotations

import asyncio
import sys
import uuid
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from coach.batch.meter import OverBudget, size_of
from coach.batch.ray_shared import Key, Shared, Worker
from coach.errors import SetupError
from coach.llm.limiter import Limiter, Slot
from coach.llm.port import ChatModel
from coach.schema.chat import ChatReply, ChatRequest
from coach.schema.grade import Grade

LOST = (
    "The cluster has lost the process that keeps the journal or the rate limit."
    " What was graded so far is saved: run the same command again."
)


@dataclass
class _Hand:
    """What a row was answered and the journal does not have: replies by name, and the slots they came in."""

    replies: list[tuple[str, str]] = field(default_factory=list)
    slots: list[int] = field(default_factory=list)
    asking: int = 0  # requests on their way


_hand: ContextVar[_Hand] = ContextVar("hand")
_paid: ContextVar[list[int]] = ContextVar("paid")  # slots of the request that is being sent, once answered


class Desk:
    """One worker's way to the shared actors. Stays in its process, and on one event loop.

    Its methods raise SetupError where a shared actor is gone or the journal cannot be written.
    """

    def __init__(self, shared: Shared, name: str = "") -> None:
        self._shared = shared
        self._worker: Worker = (name, uuid.uuid4().hex)
        self._items: list[tuple[Key | str, str]] = []
        self._next: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()
        self._halves = False

    async def begin(self) -> None:
        """Give back what an earlier life of this worker held."""
        for actor in (self._shared.gate, self._shared.till):
            if actor is not None:
                await _told(actor.begin.remote(self._worker))

    def limiter(self) -> Limiter:
        return SharedLimiter(self._shared.gate, self._shared.concurrency, self._worker)

    def metered(self, chat: Any) -> ChatModel:
        """`chat`, which counts what it has `spent`, kept to the run's budget and journal."""
        return PaidModel(chat, self)

    def say(self, text: str) -> None:
        self._shared.ledger.say.remote(text)

    async def fail(self, why: str) -> None:
        """Note why this worker gives the run up."""
        with suppress(SetupError):
            await _told(self._shared.ledger.fail.remote(why))

    async def find(self, keys: list[Key]) -> list[str | None]:
        """The grade of each key, as JSON, where it is finished."""
        found, self._halves = await _told(self._shared.ledger.find.remote(keys))
        return list(found)

    async def grade(self, key: Key, work: Awaitable[Grade]) -> Grade:
        """Do the work on one row; returns when the journal has the grade. A failure is not kept."""
        hand = _Hand()
        _hand.set(hand)
        grade = await work
        if grade.status != "failed":
            await self._keep([(key, grade.model_dump_json())])
            hand.replies.clear()
        await self.put_down(hand)
        return grade

    async def put_down(self, hand: _Hand) -> None:
        """Have the replies in hand kept, then give the slots back that they came in."""
        replies, hand.replies = hand.replies, []
        slots, hand.slots = hand.slots, []
        if replies:
            await self._keep(replies)
        for slot in slots:
            self._shared.gate.release.remote(slot)

    async def kept(self, name: str) -> ChatReply | None:
        """What an earlier run, or an earlier life, was answered for a row that it did not finish."""
        if not self._halves:
            return None
        found = await _told(self._shared.ledger.reply.remote(name))
        return None if found is None else ChatReply.model_validate_json(found)

    async def reserve(self, request: ChatRequest) -> int:
        """A ticket for `settle`; raises OverBudget where the budget has no room."""
        if self._shared.till is None:
            return 0
        ticket = await _told(self._shared.till.reserve.remote(size_of(request), self._worker))
        if isinstance(ticket, str):
            raise OverBudget(ticket)
        return int(ticket)

    def settle(self, ticket: int, cost: float | None, spent: float) -> None:
        if self._shared.till is not None:
            self._shared.till.settle.remote(ticket, cost, spent)

    async def _keep(self, items: Sequence[tuple[Key | str, str]]) -> None:
        """Have the journal keep them. What comes while it is at work goes with the next call, at once."""
        self._items.extend(items)
        if self._next is None:
            self._next = asyncio.create_task(self._send())
        await asyncio.shield(self._next)

    async def _send(self) -> None:
        async with self._turn:
            items, self._items, self._next = self._items, [], None
            trouble = await _told(self._shared.ledger.keep.remote(items))
        if trouble:
            raise SetupError(trouble)


@dataclass(eq=False)
class PaidModel:
    """Implements ChatModel over one that counts what it has `spent`; see Desk."""

    inner: Any
    desk: Desk
    _settled: float = 0.0

    @property
    def name(self) -> str:
        return str(self.inner.name)

    async def complete(self, request: ChatRequest) -> ChatReply:
        """As the inner model's own, or a kept reply; raises OverBudget, or SetupError where the run is over.

        A row that asks more than once has each reply kept for itself: it must not wait with slots in hand.
        """
        hand, name = _hand.get(), request.key(self.name)
        kept = await self.desk.kept(name)
        if kept is not None:
            return kept
        await self.desk.put_down(hand)
        ticket = await self.desk.reserve(request)
        paid: list[int] = []
        _paid.set(paid)
        cost = None
        hand.asking += 1
        try:
            reply: ChatReply = await self.inner.complete(request)
            cost = reply.cost_usd
            hand.replies.append((name, reply.model_dump_json()))
        finally:
            hand.asking -= 1
            hand.slots += paid
            spent = self.inner.spent.cost_usd or 0.0
            self._settled, more = spent, spent - self._settled
            self.desk.settle(ticket, cost, more)
            if hand.asking:
                await self.desk.put_down(hand)
        return reply

    async def stream(self, request: ChatRequest) -> AsyncIterator[str]:
        yield (await self.complete(request)).content


@dataclass(eq=False)
class _Leave(Slot):
    name: int = 0


class SharedLimiter(Limiter):
    """Takes a Limiter's place in a worker, and asks the run's Gate."""

    def __init__(self, gate: Any, concurrency: int, worker: Worker) -> None:
        super().__init__(concurrency)
        self._gate = gate
        self._worker = worker

    @asynccontextmanager
    async def slot(self, *, again: bool = False) -> AsyncIterator[Slot]:
        """Hold a slot for one request; one that was answered stays taken until the reply is kept."""
        paid = _paid.get()
        while paid:  # for an answer that was of no use: the same request goes out once more
            self._gate.release.remote(paid.pop())
        leave = _Leave(asyncio.get_running_loop().time(), name=await self._acquire_name(again))
        try:
            yield leave
        except asyncio.CancelledError:  # the run is over, and the request may be paid
            raise
        except BaseException:
            self._hand_in(leave)
            raise
        self._hand_in(leave)

    async def _acquire_name(self, again: bool) -> int:
        return int(await _told(self._gate.acquire.remote(again, self._worker)))

    def _hand_in(self, leave: _Leave) -> None:
        if leave.accepted:
            _paid.get().append(leave.name)
        else:
            self._gate.release.remote(leave.name)

    def accepted(self, slot: Slot, headers: Mapping[str, str], tokens: int = 0) -> None:
        self.accepted_any = slot.accepted = True
        if isinstance(slot, _Leave):
            self._gate.accepted.remote(slot.name, _limits(headers), tokens)

    def refused(self, slot: Slot, headers: Mapping[str, str], retry_after: float | None) -> None:
        if isinstance(slot, _Leave):
            self._gate.refused.remote(slot.name, _limits(headers), retry_after)


async def _told(answer: Any) -> Any:
    """What a shared actor answers; raises SetupError where it is gone."""
    try:
        return await answer
    except _ray_errors() as error:
        raise SetupError(LOST) from error


def _ray_errors() -> tuple[type[BaseException], ...]:
    ray = sys.modules.get("ray")  # not there where the shared parts are no actors
    return (ray.exceptions.RayError,) if ray is not None else ()


def _limits(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.startswith(("x-ratelimit", "retry-after"))}
