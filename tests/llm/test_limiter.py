"""The limiter against simulated servers, in virtual time: hours pass at once, and the same every time."""

from __future__ import annotations

import asyncio
import math
import random
from dataclasses import dataclass, field

import pytest

from coach.llm.limiter import Limiter
from tests.llm.virtual_time import run_virtually

Answer = tuple[bool, float, dict[str, str]]  # accepted, Retry-After, headers


@dataclass
class Server:
    """Answers after `latency`; refuses at once, by one of four rules."""

    latency: float = 0.2
    first_refused: float = 0.0  # share of rows whose first try is refused
    per_minute: int = 0  # a bucket of one second's worth that refills steadily
    says_limits: bool = True
    window: tuple[int, float] | None = None  # so many requests in so many seconds
    at_once: int = 0
    down: tuple[float, float] = (0.0, 0.0)  # from when to when it refuses everything
    tokens_per_minute: int = 0
    tokens_each: int = 1000
    refused: int = 0
    in_flight: int = 0
    most_in_flight: int = 0
    _seen: set[int] = field(default_factory=set)
    _random: random.Random = field(default_factory=lambda: random.Random(7))
    _level: float = -1.0
    _refilled: float = 0.0
    _window: tuple[float, int] = (0.0, 0)

    async def ask(self, row: int) -> Answer:
        refusal = self._refuse(row, asyncio.get_running_loop().time())
        if refusal is not None:
            self.refused += 1
            return refusal
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        await asyncio.sleep(self.latency)
        self.in_flight -= 1
        return True, 0.0, self._token_headers()

    def _refuse(self, row: int, now: float) -> Answer | None:
        first = row not in self._seen
        self._seen.add(row)
        if first and self._random.random() < self.first_refused:
            return False, 1.0, {}
        if self.down[0] < now < self.down[1]:
            return False, 1.0, {}
        if self.at_once and self.in_flight >= self.at_once:
            return False, 1.0, {}
        if self.window:
            return self._refuse_by_window(*self.window, now)
        if self.per_minute:
            return self._refuse_by_bucket(now, self.per_minute, 1.0, self.per_minute / 60)
        if self.tokens_per_minute:
            return self._refuse_by_bucket(
                now, self.tokens_per_minute, self.tokens_each, self.tokens_per_minute
            )
        return None

    def _refuse_by_bucket(self, now: float, per_minute: float, price: float, size: float) -> Answer | None:
        rate = per_minute / 60
        self._level = size if self._level < 0 else min(size, self._level + (now - self._refilled) * rate)
        self._refilled = now
        if self._level >= price:
            self._level -= price
            return None
        wait = (price - self._level) / rate
        headers = {
            "x-ratelimit-limit-requests": str(per_minute),
            "x-ratelimit-remaining-requests": "0",
            "x-ratelimit-reset-requests": f"{wait:.3f}s",
        }
        known = headers if self.says_limits and self.per_minute else {}
        return False, float(max(1, math.ceil(wait))), known

    def _refuse_by_window(self, most: int, seconds: float, now: float) -> Answer | None:
        start = now // seconds * seconds
        count = self._window[1] if self._window[0] == start else 0
        if count >= most:
            return False, math.ceil(start + seconds - now), {}
        self._window = (start, count + 1)
        return None

    def _token_headers(self) -> dict[str, str]:
        if not self.tokens_per_minute:
            return {}
        missing = self.tokens_per_minute - self._level
        return {
            "x-ratelimit-limit-tokens": str(self.tokens_per_minute),
            "x-ratelimit-remaining-tokens": str(int(self._level)),
            "x-ratelimit-reset-tokens": f"{missing / self.tokens_per_minute * 60:.2f}s",
        }


async def send_all(server: Server, limiter: Limiter, rows: int) -> int:
    """Send every row until it is accepted; returns the most tries that one took."""

    async def send(row: int) -> int:
        tries = 0
        while True:
            tries += 1
            async with limiter.slot(again=tries > 1) as slot:
                accepted, wait, headers = await server.ask(row)
                if accepted:
                    limiter.accepted(slot, headers, server.tokens_each)
                    return tries
                limiter.refused(slot, headers, wait)
            await asyncio.sleep(wait)

    return max(await asyncio.gather(*(send(row) for row in range(rows))))


def seconds(server: Server, rows: int, concurrency: int = 32) -> float:
    return run_virtually(send_all(server, Limiter(concurrency), rows))[1]


def test_slots_are_kept_full_and_never_exceeded() -> None:
    server = Server()
    took = seconds(server, 2000)
    assert server.most_in_flight == 32
    assert took <= 1.02 * 2000 * server.latency / 32


def test_a_third_of_first_tries_refused_costs_little_more_than_the_refusals() -> None:
    server = Server(first_refused=1 / 3)
    took = seconds(server, 2000)
    assert server.refused > 550
    assert took <= (2000 + server.refused) * server.latency / 32 + 1.0


@pytest.mark.parametrize("rows", [8, 40, 400, 2000])
def test_every_first_try_refused_slows_nobody_down(rows: int) -> None:
    server = Server(first_refused=1.0)
    took = seconds(server, rows)
    assert server.refused == rows
    assert took <= 6 * 1.0 + rows * server.latency / 32


def test_while_all_is_refused_a_few_ask_and_the_rest_wait() -> None:
    server = Server(down=(2.0, 120.0))
    most_tries, took = run_virtually(send_all(server, Limiter(32), 2000))
    assert took <= 120 + 32
    assert most_tries <= 20
    assert server.refused <= 250


@pytest.mark.parametrize("says_limits", [True, False])
def test_a_tight_limit_per_minute_loses_no_row_and_wastes_little(says_limits: bool) -> None:
    server = Server(per_minute=1200, says_limits=says_limits)
    took = seconds(server, 2000)
    assert took <= 1.03 * (2000 - 20) / 20
    assert server.refused <= (100 if says_limits else 1400)


def test_a_limit_on_requests_at_once_is_found() -> None:
    server = Server(at_once=8)
    took = seconds(server, 600)
    assert took <= 1.25 * 600 * server.latency / 8


def test_a_window_that_is_used_up_pauses_everybody() -> None:
    server = Server(window=(600, 60.0))
    took = seconds(server, 1500)
    assert 120 <= took <= 120 + 40
    assert server.refused < 250


def test_a_token_limit_slows_the_pace() -> None:
    server = Server(tokens_per_minute=120_000, tokens_each=1000)  # two requests a second, after a full bucket
    took = seconds(server, 360)
    assert 120 <= took <= 1.2 * 120
    assert server.refused < 40


def test_no_pause_is_longer_than_a_minute() -> None:
    async def refused_for_a_day() -> float:
        limiter = Limiter(8)
        for _ in range(20):
            async with limiter.slot() as slot:
                limiter.refused(slot, {}, 86_400.0)
        return asyncio.get_running_loop().time()

    assert run_virtually(refused_for_a_day())[0] < 20 * 61


def test_the_pace_recovers_after_a_storm() -> None:
    async def storm_and_calm() -> tuple[float | None, float | None]:
        limiter, server = Limiter(8), Server(per_minute=300, says_limits=False)
        await send_all(server, limiter, 200)
        slowed = limiter.pace
        server.per_minute = 0
        await send_all(server, limiter, 400)
        return slowed, limiter.pace

    (slowed, later), _ = run_virtually(storm_and_calm())
    assert slowed is not None
    assert slowed < 20
    assert later is None or later > 100


def test_a_cancelled_task_takes_no_slot_with_it() -> None:
    async def cancel_some() -> tuple[int, int]:
        limiter = Limiter(2)
        done = 0

        async def hold() -> None:
            nonlocal done
            async with limiter.slot():
                await asyncio.sleep(1)
                done += 1

        tasks = [asyncio.create_task(hold()) for _ in range(10)]
        await asyncio.sleep(0.5)
        for task in tasks[:6]:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return done, limiter.in_flight

    assert run_virtually(cancel_some())[0] == (4, 0)


def test_a_slot_given_to_a_task_cancelled_at_that_moment_is_passed_on() -> None:
    async def cancel_at_once() -> int:
        limiter = Limiter(1)
        entered = 0

        async def enter() -> None:
            nonlocal entered
            async with limiter.slot():
                entered += 1

        async with limiter.slot():
            first = asyncio.create_task(enter())
            await asyncio.sleep(1)
        first.cancel()  # the slot is given to it, and it has not run on yet
        await asyncio.gather(first, return_exceptions=True)
        await enter()
        assert limiter.in_flight == 0
        return entered

    assert run_virtually(cancel_at_once())[0] == 1


def test_a_request_that_comes_again_goes_first() -> None:
    async def order() -> list[str]:
        limiter, entered = Limiter(1), list[str]()

        async def enter(name: str, again: bool) -> None:
            async with limiter.slot(again=again):
                entered.append(name)
                await asyncio.sleep(1)

        tasks = [asyncio.create_task(enter(f"new {n}", False)) for n in range(3)]
        await asyncio.sleep(0.5)
        tasks.append(asyncio.create_task(enter("again", True)))
        await asyncio.gather(*tasks)
        return entered

    assert run_virtually(order())[0] == ["new 0", "again", "new 1", "new 2"]


def test_one_limiter_serves_several_event_loops_in_turn() -> None:
    limiter = Limiter(4)
    for _ in range(2):
        run_virtually(send_all(Server(per_minute=600), limiter, 40))
    assert limiter.in_flight == 0


def test_concurrency_must_be_positive() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        Limiter(0)
