from __future__ import annotations

import asyncio

import pytest

from coach.errors import BadReply, Denied, ModelError, RateLimited, Refused, Rejected, Timeout, Unavailable
from coach.llm.completion import EmptyReply
from coach.llm.faults import BrokenBody
from coach.llm.limiter import Limiter
from coach.llm.retry import can_pass, policy
from tests.llm.virtual_time import run_virtually


@pytest.mark.parametrize(
    ("error", "passes"),
    [
        (RateLimited("x"), True),
        (Unavailable("x"), True),
        (Timeout("x"), True),
        (BrokenBody("x"), True),
        (EmptyReply("x"), True),
        (BadReply("x"), False),
        (Rejected("x"), False),
        (Denied("x"), False),
        (Refused("x"), False),
        (ValueError("x"), False),
    ],
)
def test_only_what_can_pass_is_tried_again(error: Exception, passes: bool) -> None:
    assert can_pass(error) == passes


def run(
    error: ModelError, *, max_tries: int = 5, patience: float = 600.0, heard: bool = True
) -> tuple[int, float]:
    """Tries until the policy gives up on an error that never goes away; returns tries and seconds."""

    async def fail() -> int:
        tries = 0
        with pytest.raises(type(error)):
            async for attempt in policy(max_tries=max_tries, patience=patience, heard=lambda: heard):
                with attempt:
                    tries += 1
                    raise error
        return tries

    return run_virtually(fail())


def test_faults_are_counted() -> None:
    tries, took = run(Unavailable("x"))
    assert tries == 5
    assert 0.5 + 1 + 2 + 4 <= took <= 0.5 + 1 + 2 + 4 + 4 * 0.5


def test_refusals_are_timed_and_not_counted_once_the_server_was_heard() -> None:
    tries, took = run(RateLimited("x", retry_after=20.0))
    assert 25 <= tries <= 31
    assert 540 <= took <= 600


def test_refusals_are_counted_where_the_server_never_said_yes() -> None:
    tries, took = run(RateLimited("x", retry_after=1.0), heard=False)
    assert tries == 5
    assert took < 6


def test_one_row_that_is_refused_for_ever_is_given_up() -> None:
    tries, took = run(RateLimited("x", retry_after=1.0), max_tries=3)
    assert tries == 30
    assert took < 60


def test_a_server_that_asks_for_no_wait_is_not_stormed() -> None:
    tries, _ = run(RateLimited("x", retry_after=0.0), patience=120.0)
    assert tries < 15


def test_a_row_that_waits_holds_no_slot() -> None:
    async def two_rows() -> list[str]:
        limiter, order = Limiter(1), list[str]()

        async def refused_once() -> None:
            async for attempt in policy(max_tries=3, patience=60.0, heard=lambda: True):
                with attempt:
                    async with limiter.slot(again=attempt.retry_state.attempt_number > 1):
                        if attempt.retry_state.attempt_number == 1:
                            raise RateLimited("x", retry_after=10.0)
                        order.append("refused row")

        async def other() -> None:
            await asyncio.sleep(1)
            async with limiter.slot():
                order.append("other row")

        await asyncio.gather(refused_once(), other())
        return order

    assert run_virtually(two_rows())[0] == ["other row", "refused row"]


def test_a_programming_error_is_raised_at_once() -> None:
    async def fail() -> int:
        tries = 0
        with pytest.raises(ZeroDivisionError):
            async for attempt in policy(max_tries=5, patience=60.0, heard=lambda: True):
                with attempt:
                    tries += 1
                    raise ZeroDivisionError
        return tries

    assert run_virtually(fail())[0] == 1
