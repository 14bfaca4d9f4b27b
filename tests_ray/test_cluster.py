"""`coach grade --engine ray` on a real cluster of two nodes on this machine; run by `make test-ray`."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import ray
from ray.cluster_utils import Cluster

from bench.server import Connection, Server
from coach.batch.ray_engine import Gate
from coach.cli.app import run

IDS = ("fraud-realtime", "rec-cold-start")


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    made = Cluster(initialize_head=True, head_node_args={"num_cpus": 2})
    made.add_node(num_cpus=2)
    made.wait_for_nodes()
    ray.init(address=made.address, log_to_driver=False)
    yield made
    ray.shutdown()
    made.shutdown()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Server]:
    made = Server(latency=0.05, first_429=0.2, retry_after=0.2, rpm=0)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def listen() -> asyncio.Server:
        return await loop.create_server(lambda: Connection(made), "127.0.0.1", 0)

    listening = asyncio.run_coroutine_threadsafe(listen(), loop).result()
    port = listening.sockets[0].getsockname()[1]
    monkeypatch.setenv("OPENAI_BASE_URL", f"http://127.0.0.1:{port}/v1")
    monkeypatch.setenv("COACH_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    yield made
    loop.call_soon_threadsafe(loop.stop)
    thread.join()


def write(path: Path, count: int) -> None:
    rows = [
        {"id": f"r{n}", "question_id": IDS[n % 2], "answer": f"The answer {n}.", "team": n}
        for n in range(count)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_two_nodes_are_there(cluster: Cluster) -> None:
    assert sum(node["Alive"] for node in ray.nodes()) == 2


def test_rows_come_back_in_order_and_bad_ones_say_why(
    cluster: Cluster, server: Server, tmp_path: Path
) -> None:
    write(tmp_path / "in.jsonl", 100)
    with (tmp_path / "in.jsonl").open("a") as file:
        file.write('not json\n{"id": "x", "question_id": "nix", "answer": "y"}\n')
    code = run(["grade", "in.jsonl", "-o", "out.jsonl", "--grader", "llm", "--model", "m", "--engine", "ray"])
    rows = lines(tmp_path / "out.jsonl")
    assert code == 1
    assert [row["id"] for row in rows[:100]] == [f"r{n}" for n in range(100)]
    assert Counter(row["status"] for row in rows) == {"graded": 100, "failed": 2}
    assert [row["error"]["kind"] for row in rows[100:]] == ["bad_row", "unknown_question"]
    assert rows[7]["extra"] == {"team": 7}
    assert server.stats()["paid_twice"] == 0


def test_all_actors_together_keep_to_the_concurrency(
    cluster: Cluster, server: Server, tmp_path: Path
) -> None:
    write(tmp_path / "in.jsonl", 150)
    command = ["grade", "in.jsonl", "-o", "out.jsonl", "--grader", "llm", "--model", "m", "--engine", "ray"]
    assert run([*command, "--concurrency", "6"]) == 0
    assert server.most_in_flight <= 6


def test_csv_and_parquet_in_parquet_out_with_the_local_grader(
    cluster: Cluster, server: Server, tmp_path: Path
) -> None:
    (tmp_path / "in.csv").write_text(
        "id,question_id,answer,team\na,fraud-realtime,We block it.,1\nb,nix,x,2\n"
    )
    command = ["grade", "--grader", "local", "--engine", "ray", "--concurrency", "2"]
    assert run([*command, "in.csv", "-o", "out.parquet"]) == 1
    rows = {row["id"]: row for row in ray.data.read_parquet(str(tmp_path / "out.parquet")).take_all()}
    assert (rows["a"]["status"], rows["b"]["error"][:16]) == ("graded", "unknown_question")
    assert json.loads(rows["a"]["extra"]) == {"team": 1}
    ray.data.read_csv(str(tmp_path / "in.csv")).write_parquet(str(tmp_path / "again.parquet"))
    assert run([*command, "again.parquet", "-o", "second.jsonl"]) == 1
    assert {row["id"]: row["overall"] for row in lines(tmp_path / "second.jsonl")} == {
        "a": rows["a"]["overall"],
        "b": None,
    }
    assert server.requests == 0


def test_a_worker_that_is_killed_costs_no_row(cluster: Cluster, server: Server, tmp_path: Path) -> None:
    write(tmp_path / "in.jsonl", 300)
    server.latency = 0.2
    killed: list[int] = []

    def kill_one() -> None:
        while server.requests < 40:
            time.sleep(0.01)
        pids = [
            int(entry.name)
            for entry in Path("/proc").iterdir()
            if entry.name.isdigit() and b"ray::MapWorker" in _command(entry) and _is_ours(int(entry.name))
        ]
        os.kill(pids[0], signal.SIGKILL)
        killed.append(pids[0])

    thread = threading.Thread(target=kill_one)
    thread.start()
    code = run(["grade", "in.jsonl", "-o", "out.jsonl", "--grader", "llm", "--model", "m", "--engine", "ray"])
    thread.join()
    rows = lines(tmp_path / "out.jsonl")
    assert (code, len(killed)) == (0, 1)
    assert [row["id"] for row in rows] == [f"r{n}" for n in range(300)]


def test_a_slot_whose_holder_vanished_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coach.batch.ray_engine._LEASE", 0.05)

    async def scene() -> int:
        gate = Gate(1)
        await gate.acquire(False)
        return await asyncio.wait_for(gate.acquire(False), 2.0)

    assert asyncio.run(scene()) == 2


def _command(entry: Path) -> bytes:
    try:
        return (entry / "cmdline").read_bytes()
    except OSError:
        return b""


def _is_ours(pid: int) -> bool:
    """True for a process below this one: other clusters on this machine are none of our business."""
    while pid > 1:
        if pid == os.getpid():
            return True
        try:
            pid = int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
        except (OSError, IndexError):
            return False
    return False
