"""The one retry policy, in tenacity's words: bounded, jittered, only for what can pass.

Holds no slot while it waits. A refusal for the rate is no fault of the row: it is waited out within a
time, while faults are counted.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, wait_exponential_jitter

from coach.errors import ModelError, RateLimited, Timeout, Unavailable
from coach.llm.completion import EmptyReply
from coach.llm.faults import BrokenBody, Unreachable

Sleep = Callable[[float], Awaitable[None]]

_BACKOFF = wait_exponential_jitter(multiplier=0.5, max=30.0, jitter=0.5)
_REFUSALS_PER_TRY = 10  # one row alone may be refused for ever while others pass
_UNREACHED_TRIES = 3  # for a server that never answered at all


def can_pass(error: BaseException) -> bool:
    """True for errors that the same request may survive when it is sent again."""
    return isinstance(error, RateLimited | Unavailable | Timeout | BrokenBody | EmptyReply)


def policy(
    *,
    max_tries: int,
    patience: float,
    heard: Callable[[], bool],
    sleep: Sleep = asyncio.sleep,
) -> AsyncRetrying:
    """Retrying for one request.

    Faults end it after `max_tries`. Refusals for the rate end it when waiting has taken `patience`
    seconds in all, or would, or after ten times as many tries; but after `max_tries` as well where
    the server was never `heard` to answer anybody. The last error is raised as it came.
    """
    return AsyncRetrying(
        retry=retry_if_exception(can_pass),
        wait=wait,
        stop=_Stop(max_tries, patience, heard),
        sleep=sleep,
        reraise=True,
    )


def wait(state: RetryCallState) -> float:
    """Seconds before the next try: the server's Retry-After where it gave one, else the backoff."""
    backoff = float(_BACKOFF(state))
    error = _error(state)
    asked = error.retry_after if isinstance(error, ModelError) else None
    if asked is None:
        return backoff
    # Never less than asked; a little more, so that those refused together do not come together. The
    # backoff is kept where the server keeps on asking for no wait at all.
    return max(
        asked + min(backoff, 0.1 * asked), backoff if state.attempt_number > 2 and asked < 0.1 else 0.0
    )


class _Stop:
    def __init__(self, max_tries: int, patience: float, heard: Callable[[], bool]) -> None:
        self._max_tries = max_tries
        self._patience = patience
        self._heard = heard
        self._faults = 0

    def __call__(self, state: RetryCallState) -> bool:
        error = _error(state)
        if state.idle_for + state.upcoming_sleep > self._patience:
            return True
        if isinstance(error, RateLimited) and self._heard():
            return state.attempt_number >= _REFUSALS_PER_TRY * self._max_tries
        self._faults += 1
        if isinstance(error, Unreachable) and not self._heard():
            return self._faults >= min(self._max_tries, _UNREACHED_TRIES)
        return self._faults >= self._max_tries


def _error(state: RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome is not None else None
