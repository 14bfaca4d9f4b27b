"""The Batch API against a loopback server that implements files and batches, and fails like one."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from coach.errors import DatasetError, Denied, ModelError, Rejected, SetupError, Unavailable
from coach.llm.batch_api import BatchApi, Progress
from coach.llm.batch_parts import Parts
from coach.llm.prices import Price, Prices
from coach.schema.chat import ChatReply, ChatRequest, Message
from tests.loopback import LoopbackServer, Say, Seen, completion, error

KEY = "sk-batch-0123456789abcdef"


def requests(count: int, text: str = "grade") -> list[tuple[str, ChatRequest]]:
    return [
        (f"row-{n}", ChatRequest(messages=(Message(role="user", content=f"{text} {n}"),)))
        for n in range(count)
    ]


@dataclass
class Service:
    """Files and batches. `fate` says how a row ends: ok, error, expired, gone; polls come before the end."""

    fate: Callable[[str], str] = lambda custom_id: "ok"
    polls: int = 1
    end: str = "completed"
    errors: tuple[dict[str, str], ...] = ()
    full: int = 0
    files: dict[str, bytes] = field(default_factory=dict)
    batches: dict[str, dict[str, Any]] = field(default_factory=dict)
    before: list[Say | None] = field(default_factory=list)
    lose_created: int = 0

    def answer(self, seen: Seen) -> Say:
        if self.before:
            say = self.before.pop(0)
            if say is not None:
                return say
        assert seen.headers["authorization"] == f"Bearer {KEY}"
        path = seen.path.removeprefix("/v1").split("?")[0]
        if seen.method == "POST":
            return self._upload(seen) if path == "/files" else self._create(seen.body)
        if path == "/batches":
            return Say(body={"object": "list", "data": list(self.batches.values()), "has_more": False})
        if path.endswith("/content"):
            return Say(body=self.files[path.split("/")[2]], headers={"Content-Type": "text/plain"})
        return Say(body=self._look(path.split("/")[2]))

    def _upload(self, seen: Seen) -> Say:
        assert b'name="purpose"' in seen.raw
        content = re.search(rb'filename="[^"]+"\r\n.*?\r\n\r\n(.*?)\r\n--', seen.raw, re.DOTALL)
        assert content is not None
        name = f"file-{len(self.files) + 1}"
        self.files[name] = content.group(1)
        return Say(body={"id": name, "object": "file", "purpose": "batch"})

    def _create(self, body: dict[str, Any]) -> Say:
        assert body["endpoint"] == "/v1/chat/completions"
        name = f"batch-{len(self.batches) + 1}"
        batch = {
            "id": name,
            "object": "batch",
            "status": "validating",
            "input_file_id": body["input_file_id"],
        }
        self.batches[name] = {**batch, "polled": 0}
        if self.lose_created:
            self.lose_created -= 1
            return Say(reset=True)
        return Say(body=batch)

    def _look(self, name: str) -> dict[str, Any]:
        batch = self.batches[name]
        batch["polled"] += 1
        if self.full:
            self.full -= 1
            wrong = [{"code": "token_limit_exceeded", "message": "Enqueued token limit reached"}]
            return {**batch, "status": "failed", "errors": {"data": wrong}}
        if batch["polled"] <= self.polls:
            batch["status"] = "in_progress"
        elif batch["status"] != self.end:
            batch.update(self._ended(batch))
        return batch

    def _ended(self, batch: dict[str, Any]) -> dict[str, Any]:
        output, wrong = [], []
        for line in self.files[batch["input_file_id"]].decode().split("\n"):
            custom_id = json.loads(line)["custom_id"] if line else ""
            fate = self.fate(custom_id) if custom_id else "gone"
            row: dict[str, Any] = {"id": "r", "custom_id": custom_id, "error": None}
            if fate == "ok":
                output.append(
                    {**row, "response": {"status_code": 200, "body": completion(f"to {custom_id}")}}
                )
            elif fate == "error":
                response = {"status_code": 400, "body": {"error": {"message": "bad row"}}}
                wrong.append({**row, "response": response})
            elif fate == "expired":
                wrong.append({**row, "response": None, "error": {"code": "batch_expired", "message": "late"}})
        fields: dict[str, Any] = {"status": self.end, "errors": {"object": "list", "data": list(self.errors)}}
        for kind, rows in (("output_file_id", output), ("error_file_id", wrong)):
            if rows:
                name = f"{batch['id']}-{kind}"
                self.files[name] = "".join(json.dumps(row) + "\n" for row in rows).encode()
                fields[kind] = name
        return fields


@pytest.fixture
def service(loopback: LoopbackServer) -> Service:
    service = Service()
    loopback.answer = service.answer
    return service


@pytest.fixture
async def api(loopback: LoopbackServer) -> AsyncIterator[BatchApi]:
    async def sleep(seconds: float) -> None:
        return None

    prices = Prices({"m": Price(input=1.0, cached=1.0, output=1.0)}, batch_share=0.5)
    async with BatchApi(api_key=KEY, base_url=loopback.url, sleep=sleep, max_tries=3, prices=prices) as api:
        yield api


async def collect(
    api: BatchApi, parts: Parts, told: Callable[[Progress], None] = lambda progress: None
) -> dict[str, ChatReply | ModelError]:
    return {custom_id: outcome async for custom_id, outcome in api.answers(parts, "m", told=told)}


def created(service: Service) -> int:
    return len(service.batches)


async def test_every_row_comes_home_in_order(api: BatchApi, service: Service, tmp_path: Path) -> None:
    parts = Parts.write(tmp_path, requests(7), "m", most_requests=3)
    steps: list[Progress] = []
    answers = await collect(api, parts, steps.append)
    assert list(answers) == [f"row-{n}" for n in range(7)]
    assert created(service) == 3
    reply = answers["row-6"]
    assert isinstance(reply, ChatReply)
    assert reply.content == "to row-6"
    assert reply.cost_usd == pytest.approx(120 / 1e6 / 2)
    assert steps[-1] == Progress(parts_ended=3, parts=3, rows_done=7, rows=7)


async def test_failed_expired_and_lost_rows_are_errors(
    api: BatchApi, service: Service, tmp_path: Path
) -> None:
    fates = {"row-1": "error", "row-2": "expired", "row-3": "gone"}
    service.fate = lambda custom_id: fates.get(custom_id, "ok")
    service.end = "expired"
    answers = await collect(api, Parts.write(tmp_path, requests(5), "m"))
    kinds = [type(answers[f"row-{n}"]) for n in range(5)]
    assert kinds == [ChatReply, Rejected, Unavailable, Unavailable, ChatReply]
    assert "Send this row again" in str(answers["row-3"])


async def test_a_refused_batch_says_why_for_each_row(api: BatchApi, service: Service, tmp_path: Path) -> None:
    service.fate = lambda custom_id: "gone"
    service.end, service.errors = "failed", ({"code": "model_not_found", "message": "no model m"},)
    answers = await collect(api, Parts.write(tmp_path, requests(2), "m"))
    assert all(isinstance(outcome, Rejected) and "no model m" in str(outcome) for outcome in answers.values())


async def test_a_full_queue_is_waited_for(api: BatchApi, service: Service, tmp_path: Path) -> None:
    service.full = 4
    answers = await collect(api, Parts.write(tmp_path, requests(2), "m"))
    assert all(isinstance(outcome, ChatReply) for outcome in answers.values())
    assert len([name for name in service.files if name.startswith("file-")]) == 1


async def test_a_queue_that_stays_full_is_given_up(api: BatchApi, service: Service, tmp_path: Path) -> None:
    service.full = 10_000
    answers = await collect(api, Parts.write(tmp_path, requests(1), "m"))
    assert "token_limit_exceeded" in str(answers["row-0"])


@pytest.mark.parametrize("after", range(1, 9))
async def test_a_restart_at_any_moment_pays_nothing_twice(
    after: int, loopback: LoopbackServer, api: BatchApi, service: Service, tmp_path: Path
) -> None:
    asked = 0
    answer = loopback.answer

    def killing(seen: Seen) -> Say:
        nonlocal asked
        asked += 1
        if asked == after:
            answer(seen)  # the server does it, and nobody is there to hear of it
            return Say(reset=True)
        return error(401, "gone") if asked > after else answer(seen)

    loopback.answer = killing
    with pytest.raises((Denied, SetupError, Unavailable)):
        await collect(api, Parts.write(tmp_path, requests(4), "m", most_requests=2))
    loopback.answer = answer
    answers = await collect(api, Parts.write(tmp_path, requests(4), "m", most_requests=2))
    assert all(isinstance(outcome, ChatReply) for outcome in answers.values())
    assert created(service) == 2


async def test_a_finished_run_is_read_from_its_folder(
    loopback: LoopbackServer, api: BatchApi, service: Service, tmp_path: Path
) -> None:
    first = await collect(api, Parts.write(tmp_path, requests(3), "m"))
    loopback.answer = lambda seen: error(500, "must not be asked")
    assert await collect(api, Parts.write(tmp_path, requests(3), "m")) == first


async def test_a_created_batch_whose_reply_was_lost_is_found_again(
    api: BatchApi, service: Service, tmp_path: Path
) -> None:
    service.lose_created = 1
    answers = await collect(api, Parts.write(tmp_path, requests(2), "m"))
    assert len(answers) == 2
    assert created(service) == 1


async def test_passing_faults_are_tried_again(api: BatchApi, service: Service, tmp_path: Path) -> None:
    service.before = [error(500, "oops"), None, error(429, "slow"), None, Say(reset=True)]
    answers = await collect(api, Parts.write(tmp_path, requests(2), "m"))
    assert all(isinstance(outcome, ChatReply) for outcome in answers.values())
    assert created(service) == 1


async def test_a_server_without_batches_is_a_set_up_error(
    loopback: LoopbackServer, api: BatchApi, tmp_path: Path
) -> None:
    loopback.answer = lambda seen: error(404, "not found")
    with pytest.raises(SetupError, match="has no Batch API"):
        await collect(api, Parts.write(tmp_path, requests(1), "m"))


async def test_a_wrong_key_is_denied_and_not_shown(
    loopback: LoopbackServer, api: BatchApi, tmp_path: Path
) -> None:
    loopback.answer = lambda seen: error(401, f"bad key {KEY}")
    with pytest.raises(Denied) as caught:
        await collect(api, Parts.write(tmp_path, requests(1), "m"))
    assert KEY not in str(caught.value)
    assert all(KEY not in path.read_text(encoding="utf-8") for path in tmp_path.iterdir())


def test_files_are_cut_at_both_limits(tmp_path: Path) -> None:
    by_count = list(Parts.write(tmp_path / "a", requests(10), "m", most_requests=4))
    assert [part.requests for part in by_count] == [4, 4, 2]
    parts = Parts.write(tmp_path / "b", requests(10), "m", most_bytes=500)
    sizes = [parts.path(part).stat().st_size for part in parts]
    assert len(sizes) > 1
    assert max(sizes) <= 500
    assert sum(part.requests for part in parts) == 10


@pytest.mark.parametrize("changed", [requests(3, "other"), requests(2), requests(2)[:1]])
def test_other_requests_do_not_mix_with_running_batches(
    changed: list[tuple[str, ChatRequest]], tmp_path: Path
) -> None:
    Parts.write(tmp_path, requests(3), "m", most_requests=1)
    with pytest.raises(DatasetError, match="other requests.*--restart"):
        Parts.write(tmp_path, changed, "m", most_requests=1)


def test_a_repeated_id_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="'row-0'"):
        Parts.write(tmp_path, requests(1) + requests(1), "m")


def test_a_broken_state_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "batches.json").write_text("{", encoding="utf-8")
    with pytest.raises(DatasetError, match="which batches are running"):
        Parts.write(tmp_path, requests(1), "m")
