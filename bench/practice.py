"""Measures what a person waits for: help, the first question, a search, a local grade; prints a table.

    python -m bench.practice

The data folder is a new one, so that the first run builds the index. Nothing here is a test.
"""

from __future__ import annotations

import asyncio
import os
import pty
import resource
import select
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from coach.cli import wiring
from coach.schema.answer import Answer
from coach.settings import Settings

QUESTION = "fraud-realtime"
WORDS = b"Where would you start"
PATIENCE = 20.0
BARS = {
    "coach --help": "0.3 s",
    "first question": "1.5 s",
    "search": "20 ms",
    "local grade": "50 ms",
    "index build": "10 s",
    "peak memory of practice": "400 MB",
}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        build = seconds(lambda: _warm(home))
        opening = [first_question(home) for _ in range(5)]
        search, grade = _in_process(home)
        figures = {
            "coach --help": f"{statistics.median(_help() for _ in range(5)):.2f} s",
            "first question": f"{statistics.median(item[0] for item in opening):.2f} s",
            "search": f"{search * 1000:.1f} ms",
            "local grade": f"{grade * 1000:.1f} ms",
            "index build": f"{build:.1f} s",
            "peak memory of practice": f"{max(item[1] for item in opening):.0f} MB",
        }
    for name, figure in figures.items():
        print(f"{name:<26}{figure:>10}   bar {BARS[name]}")


def seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def first_question(home: Path) -> tuple[float, float]:
    """Seconds until the question is on a terminal, and the peak memory in MB of a short session."""
    master, worker = pty.openpty()
    environment = {**os.environ, "COACH_HOME": str(home), "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"}
    started = time.perf_counter()
    command = [sys.executable, "-m", "coach", "practice", "--question", QUESTION, "--grader", "local"]
    program = subprocess.Popen(
        command, stdin=worker, stdout=worker, stderr=worker, env=environment, start_new_session=True
    )
    os.close(worker)
    screen = Screen(master)
    screen.wait(WORDS)
    taken = time.perf_counter() - started
    screen.wait(b"\x1b[?2004h")
    os.write(master, b"We would track accuracy every week.\r.\r")
    screen.wait(b"Follow-up 1")
    screen.wait(b"\x1b[?2004h")
    os.write(master, b"/grade\r")
    screen.wait(b"your own mark")
    os.write(master, b"\r")
    screen.wait(b"\x1b[?2004h")
    peak = _peak(program.pid)
    os.write(master, b"/quit\r")
    screen.wait(b"Saved as session")
    program.kill()
    program.wait()
    os.close(master)
    return taken, peak


def _warm(home: Path) -> None:
    rooms = wiring.Rooms(Settings(coach_home=home))
    rooms.searcher().warm()
    rooms.close()


def _in_process(home: Path) -> tuple[float, float]:
    """Median seconds of a search and of a local grade in a running process."""
    rooms = wiring.Rooms(Settings(coach_home=home))
    searcher, grader = rooms.searcher(), rooms.local_grader()
    question = rooms.corpus.questions[QUESTION]
    answers = [f"{number}. {item.good[0]}" for number, item in enumerate(rooms.corpus.rubric.criteria)]
    tasks = [rooms.task_of("senior")(question, Answer.of(f"{text} {text}")) for text in answers]
    asyncio.run(grader.grade(tasks[0]))
    searcher.search("precision or recall")
    queries = [question.text for question in list(rooms.corpus.questions.values())[:30]]
    search = statistics.median(seconds(partial(searcher.search, text)) for text in queries)
    grade = statistics.median(seconds(partial(asyncio.run, grader.grade(task))) for task in tasks)
    rooms.close()
    return search, grade


def _help() -> float:
    command = [sys.executable, "-m", "coach", "--help"]
    return seconds(lambda: subprocess.run(command, check=True, capture_output=True))


class Screen:
    """What a program wrote to its terminal; `wait` goes past the words that it waited for."""

    def __init__(self, master: int) -> None:
        self._master = master
        self._unread = b""

    def wait(self, words: bytes) -> None:
        end = time.monotonic() + PATIENCE
        while words not in self._unread:
            if select.select([self._master], [], [], 0.1)[0]:
                self._unread += os.read(self._master, 65536)
            if time.monotonic() > end:
                raise SystemExit(f"{words!r} did not come; the screen showed {self._unread[-500:]!r}")
        self._unread = self._unread.partition(words)[2]


def _peak(pid: int) -> float:
    """Peak resident memory in MB; of this process's children where the system does not tell it by id."""
    status = Path(f"/proc/{pid}/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


if __name__ == "__main__":
    main()
