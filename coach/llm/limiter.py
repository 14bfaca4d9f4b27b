"""One limiter for everything that goes to one server: slots, and a pace that the server teaches.

Counts no tries and waits out no single row's Retry-After: a row that waits holds no slot.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from coach.llm.ratelimits import RateLimits

_OVERSHOOT = 1.5  # ask for this much more than is let through: at most a third is refused
_MARGIN = 0.97  # of a limit that is known: just at the limit, clocks that differ cause refusals
_LONGEST_PAUSE = 60.0  # seconds
_SLOWEST = 0.5  # starts per second
_PROBE = 1.0  # seconds that a slot-full of requests takes when nothing says yet what is let through
_RECENT = 2.0  # seconds for which the fate of retries tells what refusals of first tries mean
_ENOUGH = 8  # retries that tell it
_BOLDER = 4  # times as many first tries may be refused in a row, once the retries of the last ones passed
_FASTEST = 2000.0  # starts per second; beyond this a pace limits nothing
_LATENESS = 0.02  # seconds that a late timer may make up for
_SPREAD = 0.3  # of the even distance between starts: the least that two starts lie apart
_FIRST_SPREAD = 0.002  # seconds, before it is known how long a request takes


@dataclass(eq=False)
class Slot:
    """Leave to send one request. `started` is on the event loop's clock, in seconds."""

    started: float
    again: bool = False
    accepted: bool = False
    refused: bool = False


class Limiter:
    """Bounded concurrency with an adaptive pace, shared by all callers of one server.

    Start many more tasks than there are slots: a task that waits out a refusal has given its slot
    back, and another runs in its place. Refusals (429) set the pace to a little more than what the
    server lets through; replies raise it again; a row of nothing but refusals, or a limit that the
    server's headers show to be used up, pauses everybody until the server said to come back.
    """

    def __init__(self, concurrency: int = 32) -> None:
        if concurrency < 1:
            raise ValueError("concurrency must be at least 1")
        self.concurrency = concurrency
        self.accepted_any = False
        self._in_flight = 0
        self._fresh: deque[asyncio.Future[Slot]] = deque()
        self._again: deque[asyncio.Future[Slot]] = deque()
        self._window: deque[Slot] = deque(maxlen=max(64, 2 * concurrency))
        self._retries: deque[Slot] = deque(maxlen=max(_ENOUGH, concurrency))
        self._streak = 0
        self._tolerated = max(_ENOUGH, concurrency)
        self._pace: float | None = None
        self._ceiling: float | None = None
        self._next_start = 0.0
        self._paused_until = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._tokens_each = 0.0
        self._held = _FIRST_SPREAD * concurrency / _SPREAD  # seconds that a slot is held, a running mean

    @property
    def in_flight(self) -> int:
        return self._in_flight

    @property
    def waiting(self) -> int:
        """How many ask for a slot now; those that wait out a refusal do not."""
        return len(self._fresh) + len(self._again)

    @property
    def pace(self) -> float | None:
        """Starts per second that are allowed now; None where nothing but the slots limits them."""
        return self._pace

    @asynccontextmanager
    async def slot(self, *, again: bool = False) -> AsyncIterator[Slot]:
        """Hold a slot for one request; requests that come `again` go before new ones."""
        slot = await self._acquire(again)
        try:
            yield slot
        finally:
            held = asyncio.get_running_loop().time() - slot.started
            self._held += 0.1 * (held - self._held)
            self._release()

    def accepted(self, slot: Slot, headers: Mapping[str, str], tokens: int = 0) -> None:
        """Tell that the request of `slot` was answered, with how many tokens, and what headers."""
        self.accepted_any = slot.accepted = True
        if not slot.again:
            self._tolerated = max(_ENOUGH, self.concurrency)
        elif self._streak >= self._tolerated:
            self._tolerated *= _BOLDER
        self._streak = 0
        if tokens:
            self._tokens_each = tokens if not self._tokens_each else 0.9 * self._tokens_each + 0.1 * tokens
        self._raise_pace()
        limits = RateLimits.read(headers)
        if limits.known:
            self._heed(limits, wait=None)

    def refused(self, slot: Slot, headers: Mapping[str, str], retry_after: float | None) -> None:
        """Tell that the server refused the request of `slot` for its rate (429)."""
        slot.refused = True
        self._streak += 1
        if slot.again:
            self._tolerated = max(_ENOUGH, self.concurrency)
        limits = RateLimits.read(headers)
        self._lower_pace(limits)
        if limits.known:
            self._heed(limits, wait=retry_after)
        if self._streak >= self._tolerated:
            self._pause(1.0 if retry_after is None else retry_after)

    async def _acquire(self, again: bool) -> Slot:
        queue = self._again if again else self._fresh
        waiter: asyncio.Future[Slot] = asyncio.get_running_loop().create_future()
        queue.append(waiter)
        self._dispatch()
        try:
            return await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled():
                self._release()
            raise

    def _release(self) -> None:
        self._in_flight -= 1
        self._dispatch()

    def _dispatch(self) -> None:
        """Give free slots to those who wait, as fast as pause and pace allow."""
        while self._in_flight < self.concurrency and (self._again or self._fresh):
            loop = asyncio.get_running_loop()
            now = loop.time()
            wait = max(self._paused_until, self._next_start) - now
            if wait > 0:
                self._call_in(loop, wait)
                return
            again = bool(self._again)
            waiter = (self._again or self._fresh).popleft()
            if waiter.done():
                continue
            self._in_flight += 1
            self._next_start = self._start_after(now)
            slot = Slot(now, again)
            self._window.append(slot)
            if again:
                self._retries.append(slot)
            waiter.set_result(slot)

    def _start_after(self, now: float) -> float:
        """When the next request may start, after one that starts now."""
        if self._pace is not None:
            return max(self._next_start, now - _LATENESS) + 1 / self._pace
        # Requests that start together are answered together, and then each waits for the work on all the
        # others before it can go on. A small distance keeps them apart, and the slots full.
        return now + _SPREAD * self._held / self.concurrency

    def _call_in(self, loop: asyncio.AbstractEventLoop, wait: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = loop.call_later(wait, self._dispatch)

    def _pause(self, seconds: float) -> None:
        # Where the server asks for longer, those who try again after the pause are told so themselves.
        seconds = min(seconds, _LONGEST_PAUSE)
        self._paused_until = max(self._paused_until, asyncio.get_running_loop().time() + seconds)

    def _raise_pace(self) -> None:
        if self._pace is None:
            return
        near_limit = self._ceiling is not None and self._pace >= self._ceiling
        self._pace *= 1.0005 if near_limit else 1.0625
        if self._pace > _FASTEST:
            self._pace = self._ceiling = None

    def _lower_pace(self, limits: RateLimits) -> None:
        """Set the pace by what was let through of the last requests sent, those in flight included."""
        if len(self._window) < self.concurrency:
            return
        now = asyncio.get_running_loop().time()
        sent = sum(not slot.refused for slot in self._window)
        let_through = sent / max(now - self._window[0].started, 0.001)
        if limits.requests_used_up and limits.requests_per_minute:
            self._ceiling = target = _MARGIN * max(limits.requests_per_minute / 60, let_through)
        elif self._retries_pass(now):
            return
        else:
            self._ceiling = None
            target = _OVERSHOOT * let_through
            if not any(slot.accepted for slot in self._window):
                # Nothing but refusals measures no rate. The pause that follows them protects the server;
                # what comes after it goes out evenly, not all at once.
                target = max(target, self.concurrency / _PROBE)
        target = max(target, _SLOWEST)
        self._pace = target if self._pace is None else min(self._pace, target)

    def _retries_pass(self, now: float) -> bool:
        """True where retries go through at a time when others are refused: no limit on the rate does that."""
        if len(self._retries) < _ENOUGH or now - self._retries[-1].started > _RECENT:
            return False
        return not any(slot.refused for slot in self._retries)

    def _heed(self, limits: RateLimits, wait: float | None) -> None:
        """Pause for, or slow down to, what the headers say; `wait` is a refusal's Retry-After."""
        pause = limits.pause(self._tokens_each)
        if pause > 0:
            self._pause(pause if wait is None else min(pause, wait))
        pace = limits.token_pace(self._tokens_each, self.concurrency)
        if pace is not None:
            self._ceiling = max(_MARGIN * pace, _SLOWEST)
            self._pace = self._ceiling if self._pace is None else min(self._pace, self._ceiling)
