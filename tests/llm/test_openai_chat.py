"""The adapter at HTTP level, on respx: what is sent, what is read, what is said of errors."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
import respx

from coach.errors import BadReply, Denied, ModelError, RateLimited, Refused, Rejected, SetupError, Unavailable
from coach.llm.completion import CutOff
from coach.llm.faults import BY_CLASS
from coach.llm.openai_chat import OpenAIChat
from coach.llm.prices import Price, Prices
from coach.schema.chat import ChatRequest, Message, ReplySchema
from tests.loopback import completion

URL = "https://models.example/v1"
KEY = "sk-test-0123456789abcdef"
SCHEMA = ReplySchema(name="grade", definition={"type": "object", "required": ["level"], "properties": {}})


def request(*, schema: bool = False, **fields: Any) -> ChatRequest:
    messages = (Message(role="system", content="rules"), Message(role="user", content="answer"))
    return ChatRequest(messages=messages, reply_schema=SCHEMA if schema else None, **fields)


async def no_sleep(seconds: float) -> None:
    return None


@pytest.fixture
async def model() -> AsyncIterator[OpenAIChat]:
    prices = Prices({}, own=Price(input=1.0, cached=0.5, output=10.0))
    async with OpenAIChat("m", api_key=KEY, base_url=URL, sleep=no_sleep, max_tries=3, prices=prices) as chat:
        yield chat


async def test_a_reply_carries_usage_cost_and_model(model: OpenAIChat, respx_mock: respx.MockRouter) -> None:
    usage = {"prompt_tokens": 1000, "completion_tokens": 100, "prompt_tokens_details": {"cached_tokens": 400}}
    route = respx_mock.post(f"{URL}/chat/completions").respond(json=completion("hello", usage=usage))
    reply = await model.complete(request(max_tokens=50, sample=3))
    assert reply.content == "hello"
    assert reply.model == "served-model"
    assert reply.requests == 1
    assert not reply.replayed
    assert reply.cost_usd == pytest.approx((600 * 1.0 + 400 * 0.5 + 100 * 10.0) / 1e6)
    assert model.spent.requests == 1
    assert model.spent.cost_usd == reply.cost_usd
    sent = json.loads(route.calls.last.request.content)
    assert sent == {
        "model": "m",
        "messages": [{"role": "system", "content": "rules"}, {"role": "user", "content": "answer"}],
        "temperature": 0.0,
        "seed": 3,
        "max_tokens": 50,
    }


async def test_a_schema_is_sent_strictly(model: OpenAIChat, respx_mock: respx.MockRouter) -> None:
    route = respx_mock.post(f"{URL}/chat/completions").respond(json=completion('{"level": 3}'))
    await model.complete(request(schema=True))
    sent = json.loads(route.calls.last.request.content)
    wanted = {"name": "grade", "strict": True, "schema": SCHEMA.definition}
    assert sent["response_format"] == {"type": "json_schema", "json_schema": wanted}


async def test_without_a_key_none_is_sent(respx_mock: respx.MockRouter) -> None:
    route = respx_mock.post("http://127.0.0.1:9/v1/chat/completions").respond(json=completion("x"))
    async with OpenAIChat("m", base_url="http://127.0.0.1:9/v1") as chat:
        await chat.complete(request())
    assert route.calls.last.request.headers["authorization"] == "Bearer none"


@pytest.mark.parametrize("openai_itself", [True, False])
async def test_the_length_limit_is_named_as_the_server_names_it(
    respx_mock: respx.MockRouter, openai_itself: bool
) -> None:
    base_url = None if openai_itself else URL
    route = respx_mock.post(url__regex=".*/chat/completions").respond(json=completion("x"))
    async with OpenAIChat("m", api_key=KEY, base_url=base_url) as chat:
        await chat.complete(request(max_tokens=9))
    sent = json.loads(route.calls.last.request.content)
    assert ("max_completion_tokens" in sent) == openai_itself
    assert ("max_tokens" in sent) != openai_itself


@pytest.mark.parametrize(
    ("status", "detail", "kind", "advice", "tries"),
    [
        (400, {"message": "bad messages"}, Rejected, "refused", 1),
        (400, {"message": "Invalid model name passed in model=m", "code": "400"}, Denied, "COACH_MODEL", 1),
        (401, {"message": f"Incorrect API key provided: {KEY}"}, Denied, "OPENAI_API_KEY", 1),
        (403, {"message": "no access"}, Denied, "COACH_MODEL", 1),
        (404, {"message": "no such model"}, Denied, "COACH_MODEL", 1),
        (405, {"message": "not here"}, Denied, "OPENAI_BASE_URL", 1),
        (413, {"message": "too large"}, Rejected, "too long", 1),
        (422, {"message": "unprocessable"}, Rejected, "unprocessable", 1),
        (307, {"message": "elsewhere"}, Rejected, "307", 1),
        (501, {"message": "not implemented"}, Rejected, "501", 1),
        (409, {"message": "conflict"}, Unavailable, "later", 3),
        (429, {"message": "slow down"}, RateLimited, "later", 3),
        (500, {"message": "oops"}, Unavailable, "later", 3),
        (503, {"message": "overloaded"}, Unavailable, "later", 3),
        (429, {"message": "no money", "code": "insufficient_quota"}, Denied, "billing", 1),
        (400, {"message": "filtered", "code": "content_filter"}, Refused, "filter", 1),
    ],
)
async def test_each_status_is_translated_and_retried_only_where_it_can_pass(
    model: OpenAIChat,
    respx_mock: respx.MockRouter,
    caplog: pytest.LogCaptureFixture,
    status: int,
    detail: dict[str, str],
    kind: type[ModelError],
    advice: str,
    tries: int,
) -> None:
    caplog.set_level(logging.DEBUG)
    route = respx_mock.post(f"{URL}/chat/completions").respond(status, json={"error": detail})
    with pytest.raises(ModelError, match=advice) as caught:
        await model.complete(request())
    assert type(caught.value) is kind
    assert isinstance(caught.value.__cause__, openai.APIStatusError)
    assert route.call_count == tries
    assert KEY not in str(caught.value)
    assert KEY not in repr(model)
    assert KEY not in caplog.text


def test_every_error_of_the_client_is_mapped() -> None:
    def below(kind: type[openai.APIError]) -> set[type[openai.APIError]]:
        return {kind}.union(*(below(child) for child in kind.__subclasses__()))

    theirs = {kind for kind in below(openai.APIError) if kind.__module__.split(".")[0] == "openai"}
    assert theirs == set(BY_CLASS)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"{half", BadReply),
        (b"", BadReply),
        (b"<html>gateway</html>", BadReply),
        (b"\xff\xfe\xfa\xfb\xfc", BadReply),
        (b"[" * 200_000, BadReply),
        (b"null", BadReply),
        (b'{"choices": []}', BadReply),
        (b'{"error": {"message": "upstream is gone"}}', BadReply),
    ],
)
async def test_a_broken_body_is_a_bad_reply(
    model: OpenAIChat, respx_mock: respx.MockRouter, content: bytes, kind: type[ModelError]
) -> None:
    respx_mock.post(f"{URL}/chat/completions").respond(200, content=content)
    with pytest.raises(kind):
        await model.complete(request())


async def test_a_broken_body_may_pass_the_next_time(model: OpenAIChat, respx_mock: respx.MockRouter) -> None:
    respx_mock.post(f"{URL}/chat/completions").mock(
        side_effect=[
            httpx.Response(200, content=b"{half"),
            httpx.Response(200, json={"choices": []}),
            httpx.Response(200, json=completion("whole")),
        ]
    )
    reply = await model.complete(request())
    assert reply.content == "whole"
    assert reply.requests == 2  # the one without choices was answered, and may have been paid for


async def test_an_unusable_reply_is_not_asked_for_again(
    model: OpenAIChat, respx_mock: respx.MockRouter
) -> None:
    route = respx_mock.post(f"{URL}/chat/completions").respond(json=completion("{", finish_reason="length"))
    with pytest.raises(CutOff) as caught:
        await model.complete(request())
    assert route.call_count == 1
    assert caught.value.reply.usage.prompt_tokens == 100
    assert caught.value.reply.cost_usd is not None


async def test_an_echoed_key_does_not_come_back(model: OpenAIChat, respx_mock: respx.MockRouter) -> None:
    respx_mock.post(f"{URL}/chat/completions").respond(json=completion(f"You sent Bearer {KEY}."))
    assert (await model.complete(request())).content == "You sent Bearer [key]."


async def test_a_placeholder_for_a_key_is_an_ordinary_word(respx_mock: respx.MockRouter) -> None:
    respx_mock.post(f"{URL}/chat/completions").respond(json=completion("We test the x axis; none failed."))
    for key in ("x", "test", "none"):
        async with OpenAIChat("m", api_key=key, base_url=URL) as chat:
            assert (await chat.complete(request())).content == "We test the x axis; none failed."


async def test_control_sequences_of_a_server_stay_out_of_messages(
    model: OpenAIChat, respx_mock: respx.MockRouter
) -> None:
    hostile = "\x1b]0;owned\x07bad\x1b[31m\nline" + "x" * 5000
    respx_mock.post(f"{URL}/chat/completions").respond(400, json={"error": {"message": hostile}})
    with pytest.raises(Rejected) as caught:
        await model.complete(request())
    assert "\x1b" not in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 600


async def test_user_and_password_of_the_base_url_are_not_shown(respx_mock: respx.MockRouter) -> None:
    respx_mock.post(url__regex=".*").respond(400, json={"error": {"message": "no"}})
    async with OpenAIChat("m", base_url="https://me:hunter2@models.example/v1?token=hunter3") as chat:
        with pytest.raises(Rejected) as caught:
            await chat.complete(request())
        assert "hunter" not in f"{caught.value} {chat!r}"
        assert "models.example/v1" in str(caught.value)


@pytest.mark.parametrize("key", ["sk bad", "sk-é", "sk-\n"])
def test_a_key_that_cannot_be_sent_is_a_set_up_error(key: str) -> None:
    with pytest.raises(SetupError, match="OPENAI_API_KEY") as caught:
        OpenAIChat("m", api_key=key)
    assert key not in str(caught.value)


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_certificates_that_cannot_be_read_are_a_set_up_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str | None
) -> None:
    if content is not None:
        (tmp_path / "ca.pem").write_text(content)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    with pytest.raises(SetupError, match="SSL_CERT_FILE"):
        OpenAIChat("m", api_key=KEY, base_url=URL)


async def test_a_url_that_is_none_is_a_set_up_or_connection_error() -> None:
    async with OpenAIChat("m", base_url="not a url", sleep=no_sleep) as chat:
        with pytest.raises(Unavailable, match="OPENAI_BASE_URL"):
            await chat.complete(request())
