"""Measures `coach grade` against a loopback server and against a bare AsyncOpenAI loop; prints a table.

    python -m bench.batch                 all of it (about 5 minutes)
    python -m bench.batch speed storm     some of it: speed, memory, storm, limit, kill, local

A quiet machine with two free cores is needed: the server has one to itself, the client the other.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

LATENCY = 0.2
AT_ONCE = 32
_HERE = Path(__file__).parent
_WORDS = "we would look at the numbers and decide what the users of this case need most before launch"


@dataclass(frozen=True)
class Took:
    """What one client process took: seconds of wall and processor time, MiB at its peak."""

    code: int
    wall: float
    cpu: float
    peak: float


class Bench:
    """Runs clients in a folder of its own and collects the table's lines."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lines: list[tuple[str, str, str]] = []

    def add(self, what: str, figure: str, bar: str) -> None:
        self.lines.append((what, figure, bar))
        print(f"{what}: {figure} (bar {bar})", file=sys.stderr, flush=True)

    def rows(self, count: int, words: int = 120) -> Path:
        """A file of `count` different answers, over several questions."""
        path = self.folder / f"rows-{count}.jsonl"
        ids = ["fraud-realtime", "rec-cold-start", "genai-evaluation", "support-assistant"]
        text = " ".join((_WORDS.split() * 40)[:words])
        with path.open("w", encoding="utf-8") as file:
            for n in range(count):
                row = {"id": f"r{n}", "question_id": ids[n % 4], "answer": f"Plan {n}: {text}.", "team": n}
                file.write(json.dumps(row) + "\n")
        return path

    @contextlib.contextmanager
    def server(self, **options: float) -> Iterator[str]:
        """The URL of a server of its own."""
        arguments = [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]
        process = subprocess.Popen(
            [sys.executable, str(_HERE / "server.py"), *arguments], stdout=subprocess.PIPE, text=True
        )
        try:
            assert process.stdout is not None
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        finally:
            process.terminate()
            process.wait()

    def coach(self, url: str, rows: Path, output: Path, *more: str) -> list[str]:
        self._url = url
        return [sys.executable, "-m", "coach", "grade", str(rows), "-o", str(output), *more]

    def run(self, command: list[str], url: str = "") -> Took:
        """Run a client to its end."""
        started = time.perf_counter()
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        process = self.start(command, url)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return Took(process.returncode, time.perf_counter() - started, cpu, usage.ru_maxrss / 1024)

    def start(self, command: list[str], url: str = "") -> subprocess.Popen[bytes]:
        environment = {**os.environ, "COACH_HOME": str(self.folder / "home"), "OPENAI_API_KEY": "sk-bench"}
        if url:
            environment["OPENAI_BASE_URL"] = f"{url}/v1"
        with (self.folder / "log.txt").open("ab") as log:
            return subprocess.Popen(command, env=environment, stdout=log, stderr=log)


def stats(url: str) -> dict[str, float]:
    with urllib.request.urlopen(f"{url}/stats") as reply:
        read: dict[str, float] = json.load(reply)
    return read


def llm(*more: str) -> tuple[str, ...]:
    return ("--grader", "llm", "--model", "bench", "--concurrency", str(AT_ONCE), *more)


def measure_speed(bench: Bench, count: int = 2000) -> None:
    """Against the ideal (rows x latency / concurrency), and processor time against the bare loop."""
    rows = bench.rows(count)
    ideal = count * LATENCY / AT_ONCE
    requests = bench.folder / "requests.jsonl"
    bench.run([*bench.coach("", rows, bench.folder / "e.jsonl"), *llm("--export", str(requests))])
    with bench.server(latency=LATENCY) as url:
        took = bench.run([*bench.coach(url, rows, bench.folder / "speed.jsonl"), *llm()], url)
        span = stats(url)["span"]
    with bench.server(latency=LATENCY) as url:
        bare = bench.run([sys.executable, str(_HERE / "bare.py"), str(requests), str(AT_ONCE)], url)
        bare_span = stats(url)["span"]
    bench.add(f"first request to last reply, {count:,} rows", _ratio(span, ideal, bare_span), "1.05")
    bench.add("the same with start-up and output", _ratio(took.wall, ideal, bare.wall), "1.12")
    each, bare_each = took.cpu / count * 1000, bare.cpu / count * 1000
    figure = f"{each:.2f} ms, {each / bare_each:.2f} times (bare loop {bare_each:.2f} ms)"
    bench.add("client processor time per row", figure, "1.4 times")


def measure_memory(bench: Bench) -> None:
    """Peak memory at many rows against a thousand."""
    with bench.server(latency=0) as url:
        small, large = (
            bench.run([*bench.coach(url, bench.rows(n), bench.folder / f"m{n}.jsonl"), *llm()], url)
            for n in (1000, 20_000)
        )
    bench.add("memory of 20,000 rows over 1,000, llm, no latency", _more(large, small), "30 MB")


def measure_local(bench: Bench, count: int = 100_000) -> None:
    """Time and memory of the local grader on all cores."""
    small, large = (
        bench.run([*bench.coach("", bench.rows(n), bench.folder / f"l{n}.jsonl"), "--grader", "local"])
        for n in (1000, count)
    )
    cores = len(os.sched_getaffinity(0))
    bench.add(f"{count:,} rows, local grader, {cores} cores", f"{large.wall:.0f} s", "120 s")
    bench.add(f"memory of {count:,} rows over 1,000, local", _more(large, small), "30 MB")


def measure_storm(bench: Bench, count: int = 1000) -> None:
    """A third of first tries refused with Retry-After 1 s: how long, and are all rows there?"""
    retry_after = 1.0
    rows, output = bench.rows(count), bench.folder / "storm.jsonl"
    with bench.server(latency=LATENCY, first_429=1 / 3, retry_after=retry_after) as url:
        took = bench.run([*bench.coach(url, rows, output), *llm()], url)
        seen = stats(url)
    allowed = (count + seen["refused"]) * LATENCY / AT_ONCE
    figure = f"{(took.wall - retry_after) / allowed:.2f} and {graded(output):,} of {count:,} rows"
    bench.add("a third of first tries refused, whole run", figure, "1.3, all rows")


def measure_limit(bench: Bench, count: int = 600, rpm: int = 1200) -> None:
    """A server that lets 1,200 requests a minute through."""
    output = bench.folder / "limit.jsonl"
    with bench.server(latency=LATENCY, rpm=rpm) as url:
        took = bench.run([*bench.coach(url, bench.rows(count), output), *llm()], url)
        refused = stats(url)["refused"]
    figure = f"{graded(output):,} of {count:,} rows, {refused:.0f} refusals, {took.wall:.0f} s"
    bench.add(f"a limit of {rpm:,} requests a minute", figure, f"all rows ({count / rpm * 60:.0f} s at best)")


def measure_kill(bench: Bench, count: int = 1000) -> None:
    """kill -9 at half way, then the same command again."""
    rows, output = bench.rows(count), bench.folder / "kill.jsonl"
    with bench.server(latency=LATENCY) as url:
        command = [*bench.coach(url, rows, output), *llm()]
        process = bench.start(command, url)
        while stats(url)["paid"] < count / 2:
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.wait()
        bench.run(command, url)
        twice = stats(url)["paid_twice"]
    figure = f"{twice:.0f} requests paid twice, {graded(output):,} of {count:,} rows"
    bench.add("kill -9 at half way, then again", figure, f"{AT_ONCE}, all rows")


def graded(path: Path) -> int:
    with path.open(encoding="utf-8") as file:
        return sum(json.loads(line)["status"] == "graded" for line in file)


def _ratio(took: float, ideal: float, bare: float) -> str:
    return f"{took / ideal:.3f} (bare loop {bare / ideal:.3f})"


def _more(large: Took, small: Took) -> str:
    return f"{large.peak - small.peak:+.0f} MB ({large.peak:.0f} MB)"


MEASURES = {
    "speed": measure_speed,
    "storm": measure_storm,
    "limit": measure_limit,
    "kill": measure_kill,
    "memory": measure_memory,
    "local": measure_local,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("what", nargs="*", choices=[*MEASURES, []], help="default: all")
    chosen = parser.parse_args().what or list(MEASURES)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        bench = Bench(Path(folder))
        for name in chosen:
            MEASURES[name](bench)
    print("\n| measure | figure | bar |\n| --- | --- | --- |")
    for line in bench.lines:
        print(f"| {' | '.join(line)} |")


if __name__ == "__main__":
    main()
