"""What the actors of a run on a Ray cluster share: the rate limit, the budget and the journal.

Each lives in an actor of its own, and is a plain class here. Knows nothing of rows or graders.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coach.batch.journal import Journal
from coach.batch.meter import Budget, OverBudget
from coach.batch.replies import HALF
from coach.errors import CoachError, UsageError
from coach.llm.limiter import Limiter, Slot
from coach.llm.prices import Prices
from coach.schema.chat import TokenUsage

_LEASE = 900.0  # seconds after which a slot or a reservation counts as lost with the worker that held it
_RELEASE = 15.0  # seconds within which a cluster ends what a killed run has left behind

Key = tuple[bytes, str]  # a row's content, and as JSON all else that makes its grade
Worker = tuple[str, str]  # a worker's name, and its life: one that is started anew has another
NOBODY: Worker = ("", "")


class Lives:
    """Which life of each worker is the present one."""

    def __init__(self) -> None:
        self._lives: dict[str, str] = {}

    def begin(self, worker: Worker) -> None:
        self._lives[worker[0]] = worker[1]

    def over(self, worker: Worker) -> bool:
        """True where the worker was started anew since then."""
        return self._lives.get(worker[0], worker[1]) != worker[1]


@dataclass
class _Held:
    lease: Any
    slot: Slot
    timer: asyncio.TimerHandle
    worker: Worker


class Gate:
    """The one limiter of a run. A slot whose holder vanished comes back with its next life, or later."""

    def __init__(self, concurrency: int) -> None:
        self._limiter = Limiter(concurrency)
        self._lives = Lives()
        self._held: dict[int, _Held] = {}
        self._count = 0

    async def begin(self, worker: Worker) -> None:
        """Take back what the worker held in an earlier life."""
        self._lives.begin(worker)
        for name, held in list(self._held.items()):
            if self._lives.over(held.worker):
                await self.release(name)

    async def acquire(self, again: bool, worker: Worker = NOBODY) -> int:
        lease = self._limiter.slot(again=again)
        slot = await lease.__aenter__()
        self._count += 1
        name = self._count
        if self._lives.over(worker):
            await lease.__aexit__(None, None, None)
            return name
        loop = asyncio.get_running_loop()
        timer = loop.call_later(_LEASE, lambda: asyncio.ensure_future(self.release(name)))
        self._held[name] = _Held(lease, slot, timer, worker)
        return name

    async def release(self, name: int) -> None:
        if name in self._held:
            held = self._held.pop(name)
            held.timer.cancel()
            await held.lease.__aexit__(None, None, None)

    async def accepted(self, name: int, headers: dict[str, str], tokens: int) -> None:
        if name in self._held:
            self._limiter.accepted(self._held[name].slot, headers, tokens)

    async def refused(self, name: int, headers: dict[str, str], retry_after: float | None) -> None:
        if name in self._held:
            self._limiter.refused(self._held[name].slot, headers, retry_after)


class Till:
    """The one budget of a run. What a vanished worker had reserved counts as spent later."""

    def __init__(self, most: float, prices: Prices, model: str) -> None:
        self._spent = 0.0
        self._budget = Budget(most, lambda: self._spent, prices, model)
        self._lives = Lives()
        self._leases: dict[int, tuple[Worker, asyncio.TimerHandle]] = {}

    async def begin(self, worker: Worker) -> None:
        """Count as spent what the worker had reserved in an earlier life."""
        self._lives.begin(worker)
        for ticket, (holder, _) in list(self._leases.items()):
            if self._lives.over(holder):
                await self._lose(ticket)

    async def reserve(self, size: TokenUsage, worker: Worker = NOBODY) -> int | str:
        """A ticket for one request, or why it must not be sent."""
        try:
            ticket = await self._budget.admit(size)
        except OverBudget as error:
            return str(error)
        if self._lives.over(worker):
            await self._budget.settle(ticket, None)
            return ticket
        loop = asyncio.get_running_loop()
        timer = loop.call_later(_LEASE, lambda: asyncio.ensure_future(self._lose(ticket)))
        self._leases[ticket] = worker, timer
        return ticket

    async def settle(self, ticket: int, cost: float | None, spent: float) -> None:
        """Give a reservation back. `cost` is what the reply took, `spent` all that the worker paid since."""
        self._spent += spent
        if ticket in self._leases:
            self._leases.pop(ticket)[1].cancel()
            await self._budget.settle(ticket, cost)

    async def _lose(self, ticket: int) -> None:
        self._leases.pop(ticket)[1].cancel()
        self._spent += self._budget.reserved(ticket)
        await self._budget.settle(ticket, None)


class Ledger:
    """The journal of a run, on the machine that the run was started on."""

    def __init__(self, path: str, restart: bool) -> None:
        self._path = Path(path)
        self._restart = restart
        self._journal: Journal | None = None
        self._syncing: asyncio.Task[None] | None = None
        self._written = asyncio.Event()
        self._waiting: list[asyncio.Future[None]] = []
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
        self._syncing = asyncio.create_task(self._sync())
        return ""

    async def find(self, keys: list[Key]) -> tuple[list[str | None], bool]:
        """The grade of each key, as JSON, where it is finished; and whether any replies are kept."""
        assert self._journal is not None
        return [self._find(*key) for key in keys], self._journal.replies.any()

    async def reply(self, name: str) -> str | None:
        """A kept reply of a row that is not finished, as JSON."""
        assert self._journal is not None
        return self._journal.replies.find(HALF + name)

    def _find(self, content: bytes, made_of: str) -> str | None:
        assert self._journal is not None
        maker = self._journal.maker(json.loads(made_of))
        if self._journal.claim_key(content, maker):
            self._journal.has_grade(content, maker)  # counts those that were made otherwise
        return self._journal.grade(content, maker)

    async def keep(self, items: Sequence[tuple[Key | str, str]]) -> str:
        """Keep finished grades, by their keys, and replies of unfinished rows, by their names, for good.

        Returns when the disk has them, with "" or why that does not work.
        """
        assert self._journal is not None
        try:
            with self._journal.writing():
                for key, text in items:
                    self._write(key, text)
        except CoachError as error:
            self._trouble = str(error)
        else:
            synced = asyncio.get_running_loop().create_future()
            self._waiting.append(synced)
            self._written.set()
            await synced
        return self._trouble

    def _write(self, key: Key | str, text: str) -> None:
        assert self._journal is not None
        if isinstance(key, str):
            self._journal.replies.keep(HALF + key, text)
        else:
            content, made_of = key
            self._journal.record(content, self._journal.maker(json.loads(made_of)), text)

    async def _sync(self) -> None:
        """Have the disk keep what is written; what is written meanwhile goes with the next sync, at once."""
        assert self._journal is not None
        while True:
            await self._written.wait()
            self._written.clear()
            waiting, self._waiting = self._waiting, []
            try:
                await asyncio.to_thread(self._journal.sync)
            except CoachError as error:
                self._trouble = self._trouble or str(error)
            for synced in waiting:
                if not synced.done():
                    synced.set_result(None)

    async def fail(self, why: str) -> None:
        """Note why a worker gives the run up."""
        self._trouble = self._trouble or why

    async def trouble(self) -> str:
        return self._trouble

    async def say(self, text: str) -> None:
        """Note what the user should know of, once."""
        self._said[text] = None

    async def close(self, whole: bool = True) -> tuple[Counter[str], list[str]]:
        """How many grades were made anew by what had changed, and what the user should know of.

        `whole` says that every row is finished, so that no reply of an unfinished one is needed again.
        """
        assert self._journal is not None and self._syncing is not None
        self._syncing.cancel()
        await asyncio.gather(self._syncing, return_exceptions=True)
        if whole:
            self._journal.replies.drop(HALF)
        self._journal.sync()
        self._journal.close()
        return self._journal.stale, list(self._said)


@dataclass(frozen=True)
class Shared:
    """The handles of a run's shared actors.

    `gate` is None where no model is asked, `till` where nothing bounds the cost.
    """

    gate: Any
    ledger: Any
    till: Any
    concurrency: int
