"""Measures the plan: making one, keeping one up, learning from 10,000 graded answers, `coach` alone.

    python -m bench.plan [ANSWERS]

The data folder is a new one; the answers and their grades are made up. Nothing here is a test.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from datetime import timedelta
from functools import partial
from pathlib import Path

from bench.history import fill, seconds
from coach.cli.plan_desk import PlanDesk
from coach.cli.wiring import Rooms
from coach.settings import Settings

ANSWERS = 10_000
LENGTHS = {"3 days": 3, "30 days": 30, "12 weeks": 84, "18 months": 547}
TIMES = 5


def main() -> None:
    answers = int(sys.argv[1]) if len(sys.argv) > 1 else ANSWERS
    with tempfile.TemporaryDirectory() as folder:
        for count in (0, answers):
            home = Path(folder) / str(count)
            rooms = Rooms(Settings(coach_home=home))
            fill(rooms.database, rooms.corpus, count)
            print(f"{count:,} graded answers in the history")
            _measure(rooms)
            rooms.close()
            _show(
                "coach, alone, with start-up", statistics.median(_alone(home) for _ in range(TIMES)), "350 ms"
            )


def _measure(rooms: Rooms) -> None:
    desk = PlanDesk(rooms)
    _show("first look at the history", seconds(desk.absorb))
    for name, days in LENGTHS.items():
        last = desk.first_day + timedelta(days=days - 1)
        taken = statistics.median(seconds(partial(desk.make, last, None)) for _ in range(TIMES))
        _show(f"a plan for {name}", taken, "200 ms" if days == 30 else "")
    last = desk.first_day + timedelta(days=29)
    desk.make(last, None)
    _show("look at a plan of 30 days", statistics.median(seconds(desk.look) for _ in range(TIMES)))
    later = PlanDesk(rooms, now=desk.now + timedelta(days=10))
    _show("carry ten missed days over", seconds(later.look))


def _alone(home: Path) -> float:
    command = [sys.executable, "-m", "coach"]
    environment = {**os.environ, "COACH_HOME": str(home)}
    return seconds(lambda: subprocess.run(command, check=True, capture_output=True, env=environment))


def _show(name: str, taken: float, bar: str = "") -> None:
    print(f"  {name:<30}{taken * 1000:8.1f} ms" + (f"   bar {bar}" if bar else ""))


if __name__ == "__main__":
    main()
