"""Export and import: rounds that converge, repairs included, and files that are refused."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from coach.errors import DatasetError
from coach.evals.bench import Bench
from coach.evals.exchange import Taken, export_requests, import_replies
from coach.evals.plan import Job
from coach.evals.run import run_with_model
from coach.llm.recordings import Recordings
from coach.llm.replay import ReplayModel
from tests.evals.conftest import gold_level, report_for

Content = dict[str, Any] | str


def requests_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def write_replies(path: Path, replies: Iterable[tuple[str, Content]]) -> Path:
    lines = []
    for custom_id, content in replies:
        text = content if isinstance(content, str) else json.dumps(content)
        choice = {"message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
        body = {"model": "served", "choices": [choice]}
        row = {"custom_id": custom_id, "response": {"status_code": 200, "body": body}, "error": None}
        lines.append(json.dumps(row) + "\n")
    path.write_text("".join(lines), encoding="utf-8")
    return path


def answered(bench: Bench, request: dict[str, Any]) -> tuple[str, Content]:
    """What a model would reply to an exported request, as gold says."""
    messages = request["body"]["messages"]
    job = next(j for j in bench.jobs if any(j.task.answer.said() in m["content"] for m in messages))
    if len(messages) == 1:
        return request["custom_id"], f"Grade: {gold_level(job)}"
    return request["custom_id"], report_for(job, gold_level(job))


class Desk:
    """One folder of recordings, and the files that go out and come in."""

    def __init__(self, bench: Bench, root: Path) -> None:
        self.bench, self.root, self.folder = bench, root, root / "recordings"

    def recordings(self) -> Recordings:
        return Recordings.load(self.folder)

    async def export(self, jobs: list[Job] | None = None) -> list[dict[str, Any]]:
        path = self.root / "requests.jsonl"
        path.unlink(missing_ok=True)
        chosen = self.bench.jobs if jobs is None else jobs
        wanted = await export_requests(path, chosen, self.recordings(), "m", self.bench.ask)
        assert path.exists() == bool(wanted)
        return requests_of(path) if wanted else []

    async def take(self, *replies: tuple[str, Content]) -> Taken:
        path = write_replies(self.root / "replies.jsonl", replies)
        jobs, ask = self.bench.jobs, self.bench.ask
        told = {"source": "test"}
        return await import_replies(path, jobs, self.recordings(), "m", ask, told, self.folder)


@pytest.fixture
def desk(bench: Bench, tmp_path: Path) -> Desk:
    return Desk(bench, tmp_path)


async def test_rounds_converge_through_a_repair(desk: Desk) -> None:
    first = await desk.export()
    assert len(first) == 8 + 1 + 8
    assert all(len(row["custom_id"]) == 40 for row in first)
    replies = [answered(desk.bench, row) for row in first]
    broken = replies[0][0]
    taken = await desk.take((broken, "no JSON at all"), *replies[1:])
    assert (taken.added, len(taken.missing)) == (17, 1)
    repairs = await desk.export()
    assert [len(row["body"]["messages"]) for row in repairs] == [4]
    assert repairs[0]["body"]["messages"][2]["content"] == "no JSON at all"
    taken = await desk.take(answered(desk.bench, repairs[0]))
    assert (taken.added, taken.missing) == (1, {})
    assert await desk.export() == []
    kept = {path.name for path in desk.folder.iterdir()}
    assert kept == {"main.jsonl", "samples.jsonl", "plain.jsonl"}
    results = await run_with_model(
        desk.bench.jobs, ReplayModel(desk.recordings(), "m"), desk.bench.grader_for
    )
    assert all(result.grade.grader.replayed for result in results)


async def test_replies_and_their_repairs_may_come_in_one_file(desk: Desk) -> None:
    first = await desk.export()
    replies = [answered(desk.bench, row) for row in first]
    await desk.take((replies[0][0], "broken"))
    repair = next(row for row in await desk.export() if len(row["body"]["messages"]) == 4)
    for path in desk.folder.iterdir():
        path.unlink()
    taken = await desk.take((replies[0][0], "broken"), answered(desk.bench, repair), *replies[1:])
    assert (taken.added, taken.missing) == (18, {})


async def test_importing_again_changes_nothing(desk: Desk) -> None:
    reply = answered(desk.bench, (await desk.export())[0])
    await desk.take(reply)
    before = {path: path.read_bytes() for path in desk.folder.iterdir()}
    taken = await desk.take(reply)
    assert (taken.added, taken.known) == (0, 1)
    assert {path: path.read_bytes() for path in desk.folder.iterdir()} == before


async def test_unknown_id_and_second_reply_are_refused_and_nothing_is_saved(desk: Desk) -> None:
    first = await desk.export()
    one, other = answered(desk.bench, first[0]), answered(desk.bench, first[1])
    with pytest.raises(DatasetError, match="unknown custom_id"):
        await desk.take(one, ("f" * 40, "hello"))
    assert not desk.folder.exists()
    await desk.take(one)
    with pytest.raises(DatasetError, match="second, different reply"):
        await desk.take((one[0], "another reply"), other)
    assert len(desk.recordings()) == 1


async def test_a_row_that_failed_stays_wanted(desk: Desk, tmp_path: Path) -> None:
    first = await desk.export()
    path = tmp_path / "failed.jsonl"
    row = {"custom_id": first[0]["custom_id"], "response": None, "error": {"code": "batch_expired"}}
    path.write_text(json.dumps(row) + "\n", encoding="utf-8")
    taken = await import_replies(
        path, desk.bench.jobs, desk.recordings(), "m", desk.bench.ask, {}, desk.folder
    )
    assert taken.added == 0 and len(taken.failed) == 1 and first[0]["custom_id"] in taken.missing


async def test_custom_ids_do_not_depend_on_the_machine(desk: Desk) -> None:
    ids = [row["custom_id"] for row in await desk.export()]
    keys = {request_key(job, desk.bench)[:40] for job in desk.bench.jobs if job.part != "plain"}
    assert keys <= set(ids)


def request_key(job: Job, bench: Bench) -> str:
    return bench.builder(job.order).build(job.task, job.sample).key("m")
