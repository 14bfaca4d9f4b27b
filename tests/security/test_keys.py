"""A key goes to its server and nowhere else: no file, message, recording or command line holds it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from coach.cli.app import COMMANDS, app, run
from tests.cli.conftest import LengthGrader, Piped
from tests.loopback import LoopbackServer, Say, Seen, completion

KEY = "sk-proj-Ab3dEf6hIj9kLmN0pQr5tUvW"
ROW = {
    "id": "a",
    "question_id": "fraud-realtime",
    "answer": "We start from the cost of each mistake.",
}


@pytest.fixture(params=[200, 401, 0])
def repeating(
    request: pytest.FixtureRequest, loopback: LoopbackServer, monkeypatch: pytest.MonkeyPatch
) -> LoopbackServer:
    """A server that says the key back wherever it can; with status 0 its body is none."""
    status: int = request.param

    def answer(seen: Seen) -> Say:
        told = f"Incorrect API key provided: {KEY}. Bearer {KEY}"
        if status == 0:
            return Say(body=f"<html>{told}")
        if status == 200:
            return Say(body=completion(told), headers={"x-request-id": KEY})
        return Say(status, {"error": {"message": told, "code": KEY}}, {"x-key": KEY, "Retry-After": "0"})

    loopback.answer = answer
    monkeypatch.setenv("OPENAI_BASE_URL", loopback.url)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("COACH_MODEL", "m")
    monkeypatch.setenv("COACH_MAX_TRIES", "1")
    return loopback


@pytest.mark.parametrize(
    "command",
    [
        ("practice", "--question", "fraud-realtime", "--grader", "llm"),
        ("grade", "rows.jsonl", "-o", "out.jsonl", "--grader", "llm", "--report", "report.html"),
        ("doctor", "--online"),
    ],
)
def test_a_server_that_repeats_the_key(
    repeating: LoopbackServer, piped: Piped, local: LengthGrader, tmp_path: Path, command: tuple[str, ...]
) -> None:
    Path("rows.jsonl").write_text(json.dumps(ROW))
    result = piped(*command, given=ROW["answer"])
    assert result.code in (0, 1, 3)
    assert any(KEY in seen.headers.get("authorization", "") for seen in repeating.seen)
    assert KEY not in result.out + result.err
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or KEY.encode() not in path.read_bytes(), path


def test_what_debug_shows(
    loopback: LoopbackServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    loopback.answer = lambda seen: Say(401, {"error": {"message": f"bad key {KEY}"}})
    monkeypatch.setenv("OPENAI_BASE_URL", loopback.url)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    assert run(["--debug", "ask", "precision", "--grader", "llm", "--json"]) == 3
    told = capsys.readouterr()
    assert "Traceback" in told.err
    assert "[key]" in told.err
    assert KEY not in told.err + told.out


def _parameters(command: Any, depth: int = 0) -> Iterator[str]:
    yield from (option for parameter in command.params for option in parameter.opts)
    for name in command.list_commands(None) if hasattr(command, "list_commands") else ():
        inner = command.get_command(None, name)
        if inner is not None:
            yield from _parameters(inner, depth + 1)


def test_no_command_takes_a_key() -> None:
    """What stands on a command line is shown to everybody by `ps`."""
    options = set(_parameters(typer.main.get_command(app)))
    assert len(options) > 5 * len(COMMANDS)
    assert not [name for name in options if "key" in name or "token" in name or "secret" in name]
