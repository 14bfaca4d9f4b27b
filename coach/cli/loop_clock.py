"""The time box of one round: runs while the candidate writes, and is on record at every key."""

from __future__ import annotations

import time
from collections.abc import Callable


class RoundClock:
    """Implements Clock. `used` is what was gone before; `note` keeps the seconds that are gone."""

    def __init__(
        self,
        box: float,
        used: float,
        note: Callable[[float], None],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._box = box
        self._used = used
        self._note = note
        self._now = now
        self._started: float | None = None

    def used(self) -> float:
        running = 0.0 if self._started is None else self._now() - self._started
        return self._used + running

    def left(self) -> float:
        return max(self._box - self.used(), 0.0)

    def start(self) -> None:
        self._started = self._now()

    def keep(self) -> None:
        self._note(self.used())

    def stop(self) -> None:
        self._used = self.used()
        self._started = None
        self._note(self._used)
