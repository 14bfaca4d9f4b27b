"""`coach grade --engine ray` on a real cluster of two nodes on this machine; run by `make test-ray`."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import ray
from ray.cluster_utils import Cluster

from bench.server import Connection, Server
from coach.batch.ray_shared import Gate
from coach.cli.app import run

IDS = ("fraud-realtime", "rec-cold-start")
LLM = ["grade", "in.jsonl", "-o", "out.jsonl", "--grader", "llm", "--engine", "ray"]


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


@contextmanager
def killing(title: bytes, server: Server, after: int) -> Iterator[list[int]]:
    """Meanwhile, kill one of our processes of that title once the server had so many requests."""
    killed: list[int] = []

    def kill_one() -> None:
        while server.requests < after:
            time.sleep(0.01)
        pids = [
            int(entry.name)
            for entry in Path("/proc").iterdir()
            if entry.name.isdigit() and title in _command(entry) and _is_ours(int(entry.name))
        ]
        os.kill(pids[0], signal.SIGKILL)
        killed.append(pids[0])

    thread = threading.Thread(target=kill_one, daemon=True)
    thread.start()
    yield killed
    thread.join()


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
    with killing(b"ray::MapWorker", server, 40) as killed:
        code = run([*LLM, "--model", "m"])
    rows = lines(tmp_path / "out.jsonl")
    assert (code, len(killed)) == (0, 1)
    assert [row["id"] for row in rows] == [f"r{n}" for n in range(300)]


def test_a_run_that_is_killed_is_finished_by_the_same_command(
    cluster: Cluster, server: Server, tmp_path: Path
) -> None:
    write(tmp_path / "in.jsonl", 300)
    server.latency = 0.2
    command = [*LLM, "--model", "m", "--concurrency", "16"]
    driver = subprocess.Popen(
        [sys.executable, "-m", "coach", *command],
        env={**os.environ, "RAY_ADDRESS": cluster.address, "PYTHONPATH": str(Path(__file__).parents[1])},
    )
    while server.requests < 150:
        assert driver.poll() is None
        time.sleep(0.01)
    driver.kill()
    driver.wait()
    assert run(command) == 0
    assert [row["id"] for row in lines(tmp_path / "out.jsonl")] == [f"r{n}" for n in range(300)]
    assert server.stats()["paid_twice"] <= 16
    paid = server.stats()["paid"]
    assert run(command) == 0
    assert server.stats()["paid"] == paid


@pytest.mark.parametrize("title", [b"ray::Ledger", b"ray::Gate"])
def test_a_run_that_loses_what_all_workers_need_ends_and_is_finished_by_the_same_command(
    cluster: Cluster, server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str], title: bytes
) -> None:
    write(tmp_path / "in.jsonl", 200)
    server.latency = 0.2
    command = [*LLM, "--model", "m", "--concurrency", "16"]
    with killing(title, server, 100) as killed:
        assert run(command) == 3
    assert len(killed) == 1
    assert "run the same command again" in " ".join(capsys.readouterr().err.split())
    assert run(command) == 0
    assert [row["id"] for row in lines(tmp_path / "out.jsonl")] == [f"r{n}" for n in range(200)]
    assert server.stats()["paid_twice"] <= 16


def test_a_changed_model_grades_anew_and_says_why(
    cluster: Cluster, server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path / "in.jsonl", 20)
    assert run([*LLM, "--model", "m"]) == 0
    assert run([*LLM, "--model", "n"]) == 0
    told = " ".join(capsys.readouterr().err.split())
    assert "20 rows graded before were graded anew, since this changed: model (m to n)." in told
    assert server.stats()["paid"] == 40
    assert run([*LLM, "--model", "m", "--restart"]) == 0
    assert server.stats()["paid"] == 60


def test_the_budget_holds_for_all_actors_together(
    cluster: Cluster, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COACH_PRICE_IN", "0")
    monkeypatch.setenv("COACH_PRICE_OUT", "25")  # a reply of 400 tokens is a cent
    write(tmp_path / "in.jsonl", 200)
    assert run([*LLM, "--model", "m", "--max-cost", "0.5"]) == 1
    states = Counter(
        row["error"]["kind"] if row["error"] else row["status"] for row in lines(tmp_path / "out.jsonl")
    )
    assert 10 <= states["graded"] <= 50
    assert states["budget"] == 200 - states["graded"]
    assert server.stats()["paid"] * 0.01 <= 0.5
    assert run([*LLM, "--model", "m"]) == 0
    assert server.stats()["paid_twice"] == 0


def test_a_key_that_is_refused_ends_the_run_in_words(
    cluster: Cluster, server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path / "in.jsonl", 5)
    server.denies = True
    assert run([*LLM, "--model", "m"]) == 3
    assert "Check OPENAI_API_KEY" in " ".join(capsys.readouterr().err.split())
    assert not (tmp_path / "out.jsonl").exists()


def test_repeated_ids_fail_in_parquet_too_and_a_rerun_takes_the_folders_place(
    cluster: Cluster, server: Server, tmp_path: Path
) -> None:
    rows = [{"id": id, "question_id": IDS[0], "answer": f"We block {n}."} for n, id in enumerate("abab")]
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    command = ["grade", "in.jsonl", "-o", "out.parquet", "--grader", "local", "--engine", "ray"]
    for _ in range(2):
        assert run([*command, "--concurrency", "2"]) == 1
        read = ray.data.read_parquet(str(tmp_path / "out.parquet")).take_all()
        found = {row["id"]: (row["row"], row["status"]) for row in read}
        assert found == {"a": (1, "graded"), "b": (2, "graded"), "a#3": (3, "failed"), "b#4": (4, "failed")}
        assert len(read) == 4
    left = sorted(path.name for path in tmp_path.glob("*out.parquet*"))
    assert left == ["out.parquet", "out.parquet.journal"]


def test_a_question_of_the_input_has_passages_to_cite(
    cluster: Cluster, server: Server, tmp_path: Path
) -> None:
    row = {
        "question": "How would you measure whether a support assistant helps?",
        "criteria": ["evaluation_metrics"],
        "answer": "Containment alone lies: I would pair it with recontact within seven days.",
    }
    (tmp_path / "in.jsonl").write_text(json.dumps(row) + "\n")
    command = ["grade", "in.jsonl", "-o", "out.jsonl", "--grader", "local", "--engine", "ray"]
    assert run([*command, "--concurrency", "1"]) == 0
    [graded] = lines(tmp_path / "out.jsonl")
    assert graded["criteria"][0]["citations"]


def test_an_output_may_be_a_url(cluster: Cluster, server: Server, tmp_path: Path) -> None:
    write(tmp_path / "in.jsonl", 3)
    command = ["grade", "in.jsonl", "--grader", "local", "--engine", "ray", "--concurrency", "1"]
    for name in ("out.jsonl", "out.parquet"):
        assert run([*command, "-o", f"file://{tmp_path}/{name}"]) == 0
    assert len(lines(tmp_path / "out.jsonl")) == 3
    assert ray.data.read_parquet(str(tmp_path / "out.parquet")).count() == 3


def test_a_slot_whose_holder_vanished_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coach.batch.ray_shared._LEASE", 0.05)

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
