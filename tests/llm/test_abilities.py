"""The matrix of what servers can do: each is served by its address alone, and remembered."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from coach.errors import Rejected
from coach.llm.abilities import Abilities, Ability
from coach.llm.jsontext import extract_json
from coach.llm.openai_chat import OpenAIChat
from coach.llm.wire import Mode
from coach.schema.chat import ChatRequest, Message, ReplySchema
from tests.loopback import LoopbackServer, Say, Seen, completion, error

DEFINITION: dict[str, Any] = {
    "type": "object",
    "properties": {"level": {"type": "integer"}, "why": {"type": "string"}},
    "required": ["level", "why"],
    "additionalProperties": False,
}
OBJECT = '{"level": 3, "why": "clear"}'
FENCED = f"Here is my verdict:\n```json\n{OBJECT}\n```\nI hope that this helps."


def request(text: str = "grade", *, max_tokens: int | None = 500) -> ChatRequest:
    messages = (Message(role="system", content="rules"), Message(role="user", content=text))
    schema = ReplySchema(name="verdict", definition=DEFINITION)
    return ChatRequest(messages=messages, reply_schema=schema, max_tokens=max_tokens)


def mode_of(body: dict[str, Any]) -> Mode:
    if "tools" in body:
        return "tool"
    kind = body.get("response_format", {}).get("type")
    return kind if kind in ("json_schema", "json_object") else "text"


def instructed(body: dict[str, Any]) -> bool:
    return any('"required": ["level", "why"]' in message["content"] for message in body["messages"])


def said(body: dict[str, Any], content: str = OBJECT) -> Say:
    """A reply as a model makes it in each mode: under the schema, or because it was told."""
    if mode_of(body) == "tool":
        call = {"id": "1", "type": "function", "function": {"name": "verdict", "arguments": content}}
        message = {"role": "assistant", "content": None, "tool_calls": [call]}
        return Say(body=completion(message=message, finish_reason="tool_calls"))
    return Say(body=completion(content))


def openai_like(seen: Seen) -> Say:
    """Strict schemas; a reasoning model that takes no temperature and only the newer length limit."""
    body = seen.body
    if "max_tokens" in body:
        text = "Unsupported parameter: 'max_tokens' is not supported. Use 'max_completion_tokens' instead."
        return error(400, text, param="max_tokens", code="unsupported_parameter")
    if body.get("temperature") != 1 and "temperature" in body:
        text = "Unsupported value: 'temperature' does not support 0 with this model."
        return error(400, text, param="temperature", code="unsupported_value")
    return said(body)


def vllm_like(seen: Seen) -> Say:
    """Strict schemas by guided decoding, old length limit; refuses fields that it does not know."""
    body = seen.body
    if "max_completion_tokens" in body:
        text = "[{'type': 'extra_forbidden', 'loc': ('body', 'max_completion_tokens')}]"
        return Say(400, {"object": "error", "message": text, "type": "BadRequestError", "code": 400})
    if "seed" in body:
        return Say(400, {"object": "error", "message": "('body', 'seed'): extra inputs are not permitted"})
    return said(body)


def ollama_like(seen: Seen) -> Say:
    """An old one: takes every field and ignores the schema; writes prose unless it is told in words."""
    return said(seen.body, FENCED if instructed(seen.body) else "I would say that this answer is a three.")


def llama_cpp_like(seen: Seen) -> Say:
    """Cannot make a grammar from the schema, and says so with a 500."""
    if mode_of(seen.body) == "json_schema":
        return error(500, "failed to parse grammar from json_schema", type="server_error")
    assert instructed(seen.body)
    return said(seen.body)


def litellm_like(seen: Seen) -> Say:
    """In front of a model that can neither schemas nor JSON mode, but tools."""
    body = seen.body
    if "response_format" in body:
        text = "litellm.UnsupportedParamsError: m does not support parameters: ['response_format']"
        return error(400, text, type="None", code="400")
    if "seed" in body:
        return error(400, "litellm.UnsupportedParamsError: m does not support parameters: ['seed']")
    return said(body)


def bare(seen: Seen) -> Say:
    """Text and nothing else; a template without a system role."""
    body = seen.body
    if "response_format" in body:
        return Say(
            422, {"detail": [{"loc": ["body", "response_format"], "msg": "extra fields not permitted"}]}
        )
    if "tools" in body:
        return Say(422, {"detail": [{"loc": ["body", "tools"], "msg": "extra fields not permitted"}]})
    if any(message["role"] == "system" for message in body["messages"]):
        return error(400, "System role not supported")
    return said(body, FENCED)


def json_mode_only(seen: Seen) -> Say:
    if mode_of(seen.body) == "json_schema":
        return error(400, "This response_format type is unavailable now")
    return said(seen.body)


Answer = Callable[[Seen], Say]
MATRIX: list[tuple[Answer, Mode, int]] = [
    (openai_like, "json_schema", 3),
    (vllm_like, "json_schema", 2),
    (ollama_like, "json_object", 2),
    (llama_cpp_like, "json_object", 2),
    (json_mode_only, "json_object", 2),
    (litellm_like, "tool", 4),
    (bare, "text", 5),
]


@pytest.fixture
def memory(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "servers.json"


@pytest.fixture
async def model(loopback: LoopbackServer, memory: Path) -> AsyncIterator[OpenAIChat]:
    async with OpenAIChat("m", base_url=loopback.url, abilities=Abilities(memory)) as chat:
        yield chat


@pytest.mark.parametrize(
    ("answer", "mode", "asked"), MATRIX, ids=lambda value: getattr(value, "__name__", None)
)
async def test_each_server_gives_the_object_and_is_remembered(
    answer: Answer, mode: Mode, asked: int, model: OpenAIChat, loopback: LoopbackServer, memory: Path
) -> None:
    loopback.answer = answer
    reply = await model.complete(request())
    assert extract_json(reply.content) == {"level": 3, "why": "clear"}
    assert mode_of(loopback.seen[-1].body) == mode
    assert len(loopback.seen) == asked
    await model.complete(request("another"))
    assert len(loopback.seen) == asked + 1  # nothing is learnt twice
    async with OpenAIChat("m", base_url=loopback.url, abilities=Abilities(memory)) as later:
        await later.complete(request("in the next run"))
    assert len(loopback.seen) == asked + 2


@pytest.mark.parametrize("answer", [answer for answer, _, _ in MATRIX], ids=lambda value: value.__name__)
async def test_many_at_once_learn_together(
    answer: Answer, model: OpenAIChat, loopback: LoopbackServer
) -> None:
    loopback.answer = answer
    replies = await asyncio.gather(*(model.complete(request(f"answer {n}")) for n in range(12)))
    assert all(extract_json(reply.content)["level"] == 3 for reply in replies)


async def test_the_way_of_asking_is_no_part_of_the_key(model: OpenAIChat, loopback: LoopbackServer) -> None:
    loopback.answer = bare
    asked = request()
    before = asked.key("m")
    await model.complete(asked)
    assert asked.key("m") == before
    assert asked.messages[0].content == "rules"


async def test_the_tokens_of_an_ignored_schema_are_paid_for(
    model: OpenAIChat, loopback: LoopbackServer
) -> None:
    loopback.answer = ollama_like
    reply = await model.complete(request())
    assert reply.requests == 2
    assert reply.usage.prompt_tokens == 200


async def test_a_slip_of_a_proven_server_changes_nothing(model: OpenAIChat, loopback: LoopbackServer) -> None:
    loopback.say(
        Say(body=completion(OBJECT)), Say(body=completion("Sorry, what?")), Say(body=completion(OBJECT))
    )
    await model.complete(request())
    assert (await model.complete(request())).content == "Sorry, what?"
    await model.complete(request())
    assert {mode_of(seen.body) for seen in loopback.seen} == {"json_schema"}
    assert len(loopback.seen) == 3


@pytest.mark.parametrize("slip", ['{"level": 3, "wh', '{"level": 3}', '```json\n{"level": \n```'])
async def test_a_cut_object_is_no_ignored_schema(
    slip: str, model: OpenAIChat, loopback: LoopbackServer
) -> None:
    loopback.say(Say(body=completion(slip)))
    assert (await model.complete(request())).content == slip
    assert len(loopback.seen) == 1


@pytest.mark.parametrize(
    "say",
    [
        error(400, "This model's maximum context length is 8192 tokens; max_tokens 500 is too many"),
        error(400, "messages must not be empty"),
        error(422, "unprocessable"),
    ],
)
async def test_a_refusal_that_names_nothing_sent_is_final(
    say: Say, model: OpenAIChat, loopback: LoopbackServer
) -> None:
    loopback.answer = lambda seen: say
    with pytest.raises(Rejected):
        await model.complete(request())
    assert len(loopback.seen) == 1


async def test_a_server_that_refuses_everything_is_asked_a_bounded_number_of_times(
    model: OpenAIChat, loopback: LoopbackServer
) -> None:
    def refuse(seen: Seen) -> Say:
        return error(400, f"not supported: {', '.join(seen.body)}, system role")

    loopback.answer = refuse
    with pytest.raises(Rejected):
        await model.complete(request())
    assert len(loopback.seen) <= 10
    loopback.answer = lambda seen: said(seen.body)
    await model.complete(request())
    last = loopback.seen[-1].body
    assert mode_of(last) == "json_schema"  # what did not help is not remembered
    assert "temperature" in last


def test_memory_is_by_server_and_model(tmp_path: Path) -> None:
    path = tmp_path / "servers.json"
    weaker = Ability(mode="text", dropped=frozenset({"seed", "temperature"}), length_field=None)
    Abilities(path).put("http://a/v1", "m", weaker)
    later = Abilities(path)
    assert later.get("http://a/v1", "m", Ability()) == weaker
    assert later.get("http://a/v1", "other", Ability()) == Ability()
    assert later.get("http://b/v1", "m", Ability()) == Ability()


def test_memory_forgets_after_a_month(tmp_path: Path) -> None:
    path = tmp_path / "servers.json"
    then = date(2026, 1, 1)
    Abilities(path, today=then).put("s", "m", Ability(mode="text"))
    assert Abilities(path, today=then + timedelta(days=29)).get("s", "m", Ability()).mode == "text"
    assert Abilities(path, today=then + timedelta(days=31)).get("s", "m", Ability()).mode == "json_schema"


@pytest.mark.parametrize(
    "text",
    ["", "{broken", "[]", '{"s m": 3}', '{"s m": {"learnt": "2999-01-01", "mode": "telepathy"}}', "\x00\xff"],
)
def test_a_broken_memory_is_learnt_anew(tmp_path: Path, text: str) -> None:
    path = tmp_path / "servers.json"
    path.write_bytes(text.encode("latin-1"))
    memory = Abilities(path)
    assert memory.get("s", "m", Ability()) == Ability()
    memory.put("s", "m", Ability(mode="tool"))
    assert json.loads(path.read_text(encoding="utf-8"))["s m"]["mode"] == "tool"


def test_a_memory_that_cannot_be_written_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    memory = Abilities(tmp_path / "file" / "servers.json")
    memory.put("s", "m", Ability(mode="tool"))
    assert memory.get("s", "m", Ability()).mode == "tool"
