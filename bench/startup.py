"""CPU time of commands from start to end, best of a few runs, and the size of the installation.

python -m bench.startup          times
python -m bench.startup --size   what is installed
"""

from __future__ import annotations

import importlib.metadata
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from packaging.requirements import Requirement

RUNS = 5
BARS = {"--help": 0.3, "questions list": 0.6, "doctor": 0.6}
COMMANDS = (
    "--help",
    "",
    "questions list",
    "doctor",
    "profile show",
    "history list",
    "progress",
    "plan memory",
    "loop list",
    "story list",
    "drill list",
    "guides list",
)


def measure(arguments: list[str], home: str) -> tuple[float, float]:
    """(CPU seconds, wall seconds) of the quickest of some runs."""
    best = []
    for _ in range(RUNS):
        before, started = os.times(), time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "coach", *arguments],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "COACH_HOME": home},
            check=False,
        )
        after = os.times()
        cpu = after.children_user + after.children_system - before.children_user - before.children_system
        best.append((cpu, time.perf_counter() - started))
    return min(best)


def required(name: str, extra: str = "") -> set[str]:
    """The names of all distributions that `name` needs on this platform, itself left out."""
    found: set[str] = set()
    wanted = [(name, extra)]
    while wanted:
        parent, marked = wanted.pop()
        for line in importlib.metadata.requires(parent) or ():
            need = Requirement(line)
            if need.marker is not None and not need.marker.evaluate({"extra": marked}):
                continue
            below = re.sub(r"[-_.]+", "-", need.name).lower()
            if below not in found:
                found.add(below)
                wanted += [(below, one) for one in ("", *need.extras)]
    return found


def size_of(name: str) -> int:
    """Bytes of the installed files of one distribution."""
    files = importlib.metadata.files(name) or ()
    return sum(path.stat().st_size for file in files if (path := Path(file.locate())).is_file())


def print_sizes() -> None:
    names = required("interview-coach")
    direct = [r for r in importlib.metadata.requires("interview-coach") or () if "extra ==" not in r]
    sizes = sorted(((size_of(name), name) for name in names), reverse=True)
    print(f"{len(direct)} direct dependencies, {len(names)} with all that they need")
    print(f"{sum(size for size, _ in sizes) / 1e6:.0f} MB installed, without the program; the largest:")
    for size, name in sizes[:12]:
        print(f"  {size / 1e6:6.1f} MB  {name}")


def main() -> None:
    if "--size" in sys.argv:
        print_sizes()
        return
    with tempfile.TemporaryDirectory() as home:
        for command in COMMANDS:
            cpu, wall = measure(command.split(), home)
            bar = f"  bar {BARS[command]} s" if command in BARS else ""
            print(f"{'coach ' + command:<24} {cpu:5.2f} s CPU  {wall:5.2f} s{bar}")


if __name__ == "__main__":
    main()
