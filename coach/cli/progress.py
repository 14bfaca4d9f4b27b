"""How a long run is getting on: a bar at a terminal, a plain line now and then elsewhere."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from coach.batch.intake import Tally

_FIRST_LINE = 5.0  # seconds
_SLOWER = 1.5  # each line comes after this many times the wait of the last
_SLOWEST = 60.0


class RunProgress:
    """Shows a Tally while it grows. `total` is how many rows there are, or None."""

    def __init__(self, console: Console, tally: Tally, total: int | None) -> None:
        self._console = console
        self._tally = tally
        self._total = total
        self._started = time.monotonic()
        self._wait = _FIRST_LINE
        self._next = self._started + _FIRST_LINE
        self._drawn = 0.0
        self._bar: Progress | None = None
        if console.is_terminal and not console.is_dumb_terminal:
            self._bar = Progress(
                BarColumn(bar_width=20),
                MofNCompleteColumn(),
                TextColumn("{task.fields[words]}"),
                console=console,
                transient=True,
                auto_refresh=False,
            )
            self._task = self._bar.add_task("", total=total, words="")

    def __enter__(self) -> Self:
        if self._bar:
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar:
            self._bar.stop()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._started

    def tick(self) -> None:
        now = time.monotonic()
        if self._bar:
            if now - self._drawn >= 0.1:
                self._drawn = now
                total = max(self._total or 0, self._tally.rows) if self._total else None
                self._bar.update(self._task, completed=self._tally.done, total=total, words=self._words())
                self._bar.refresh()
        elif now >= self._next:
            self._wait = min(self._wait * _SLOWER, _SLOWEST)
            self._next = now + self._wait
            of = f" of {self._total:,}" if self._total else ""
            self._console.print(f"{self._tally.done:,}{of} rows: {self._words()}")

    def _words(self) -> str:
        """Rate, time left, cost so far, failures."""
        tally = self._tally
        worked = tally.graded + tally.ungraded + tally.failed
        rate = worked / max(self.seconds, 0.001)
        parts = [f"{rate:,.0f}/s" if rate >= 10 else f"{rate:.1f}/s"]
        if self._total and worked:
            left = max(self._total - tally.done, 0)
            parts.append(f"{duration(left / rate)} left")
        if tally.requests:
            parts.append("cost unknown" if tally.cost_usd is None else f"${tally.cost_usd:.4f}")
        bad = tally.bad + tally.failed
        if bad or tally.ungraded:
            parts.append(f"{bad:,} failed, {tally.ungraded:,} ungraded")
        return ", ".join(parts)


def duration(seconds: float) -> str:
    """A time for people: 8 s, 3 min 20 s, 2 h 05 min."""
    if seconds < 100:
        return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 100:
        return f"{minutes} min {rest:02d} s"
    return f"{minutes // 60} h {minutes % 60:02d} min"
