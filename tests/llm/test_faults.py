"""The fault matrix, on a real socket: each fault ends in a reply after bounded tries, or in its error."""

from __future__ import annotations

import asyncio
import email.utils
import socket
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

from coach.errors import BadReply, Denied, ModelError, RateLimited, Refused, Rejected, Timeout, Unavailable
from coach.llm.completion import CutOff, EmptyReply
from coach.llm.limiter import Limiter
from coach.llm.openai_chat import OpenAIChat
from coach.schema.chat import ChatRequest, Message
from tests.loopback import LoopbackServer, Say, Seen, completion, error, events

GOOD = Say(body=completion('{"level": 3}'))
REQUEST = ChatRequest(messages=(Message(role="user", content="grade"),))
HTML = {"Content-Type": "text/html; charset=iso-8859-1"}
MAX_TRIES = 3

WHOLE = completion('{"level": 3}')
CUT_JSON = Say(body='{"id": "c", "choices": [{"mess')
RESET_MID_BODY = Say(body=WHOLE, cut=40, reset=True)
CLOSED_MID_BODY = Say(body=WHOLE, cut=40)
RESET_AT_ONCE = Say(reset=True)
NEVER = Say(body=WHOLE, delay=60.0)
TOO_LONG = Say(body=completion("x" * 10_000_000))
TOO_LONG_ERROR = Say(500, body="x" * 10_000_000)
WRONG_ENCODING = Say(body=b'{"choices": [{"message": {"content": "caf\xe9"}}]}')
GZIP_GARBAGE = Say(body=b"not gzip", headers={"Content-Encoding": "gzip"})
NO_CHOICES = Say(body={"choices": []})

PASSING = {
    "429 in seconds": error(429, "slow", {"Retry-After": "7"}),
    "429 as a date": error(
        429, "slow", {"Retry-After": email.utils.formatdate(time.time() + 7, usegmt=True)}
    ),
    "429 without a time": error(429, "slow"),
    "500": error(500, "oops"),
    "502 of a gateway": Say(502, "<html>bad gateway</html>", HTML),
    "503": error(503, "overloaded", {"Retry-After": "2"}),
    "reset in mid-body": RESET_MID_BODY,
    "closed in mid-body": CLOSED_MID_BODY,
    "reset before a reply": RESET_AT_ONCE,
    "truncated JSON": CUT_JSON,
    "wrong encoding": WRONG_ENCODING,
    "broken compression": GZIP_GARBAGE,
    "empty choices": NO_CHOICES,
}

LASTING: dict[str, tuple[Say, type[ModelError], int]] = {
    "429": (error(429, "slow"), RateLimited, MAX_TRIES),
    "500": (error(500, "oops"), Unavailable, MAX_TRIES),
    "503": (error(503, "overloaded"), Unavailable, MAX_TRIES),
    "reset in mid-body": (RESET_MID_BODY, Unavailable, MAX_TRIES),
    "truncated JSON": (CUT_JSON, BadReply, MAX_TRIES),
    "wrong encoding": (WRONG_ENCODING, BadReply, MAX_TRIES),
    "empty choices": (NO_CHOICES, EmptyReply, MAX_TRIES),
    "empty content": (Say(body=completion("")), EmptyReply, MAX_TRIES),
    "400": (error(400, "bad"), Rejected, 1),
    "401": (error(401, "bad key"), Denied, 1),
    "404": (error(404, "no such model"), Denied, 1),
    "refusal": (Say(body=completion(message={"content": None, "refusal": "No."})), Refused, 1),
    "content filter": (Say(body=completion("", finish_reason="content_filter")), Refused, 1),
    "length stop": (Say(body=completion('{"level"', finish_reason="length")), CutOff, 1),
    "10 MB reply": (TOO_LONG, BadReply, 1),
    "10 MB of error": (TOO_LONG_ERROR, BadReply, 1),
    "HTML where JSON should be": (Say(body="<html>hello</html>", headers=HTML), BadReply, MAX_TRIES),
    "JSON of another kind": (Say(body=["hello"]), BadReply, 1),
}


@pytest.fixture
def waits() -> list[float]:
    """The seconds that retries waited; nothing really waits."""
    return []


@pytest.fixture
async def model(loopback: LoopbackServer, waits: list[float]) -> AsyncIterator[OpenAIChat]:
    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    chat = OpenAIChat("m", base_url=loopback.url, sleep=sleep, timeout=10.0, max_tries=MAX_TRIES)
    async with chat:
        yield chat


@pytest.mark.parametrize("name", PASSING)
async def test_what_can_pass_is_tried_again(
    name: str, model: OpenAIChat, loopback: LoopbackServer, waits: list[float]
) -> None:
    loopback.say(PASSING[name], GOOD)
    reply = await model.complete(REQUEST)
    assert reply.content == '{"level": 3}'
    assert len(loopback.seen) == 2
    assert len(waits) == 1


@pytest.mark.parametrize("name", LASTING)
async def test_what_lasts_ends_in_its_error_after_bounded_tries(
    name: str, model: OpenAIChat, loopback: LoopbackServer
) -> None:
    say, kind, tries = LASTING[name]
    loopback.answer = lambda seen: say
    with pytest.raises(ModelError) as caught:
        await model.complete(REQUEST)
    assert isinstance(caught.value, kind)
    assert len(loopback.seen) == tries


async def test_a_read_timeout_is_tried_again_and_then_raised(
    loopback: LoopbackServer, waits: list[float]
) -> None:
    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    loopback.answer = lambda seen: NEVER
    async with OpenAIChat("m", base_url=loopback.url, sleep=sleep, timeout=0.1, max_tries=2) as chat:
        with pytest.raises(Timeout, match="COACH_TIMEOUT"):
            await chat.complete(REQUEST)
    assert len(waits) == 1


# Stands for a date, which is made when the test runs: parameters are made long before.
IN_HALF_A_MINUTE = "in half a minute"


@pytest.mark.parametrize(
    ("headers", "least", "most"),
    [
        ({"Retry-After": "7"}, 7.0, 8.0),
        ({"Retry-After": IN_HALF_A_MINUTE}, 20.0, 34.0),
        ({"Retry-After": "0"}, 0.0, 1.5),
        ({"Retry-After": "soon"}, 0.0, 1.5),
        ({"retry-after-ms": "2500"}, 2.5, 3.0),
        ({}, 0.0, 1.5),
    ],
)
async def test_retry_after_is_honoured(
    headers: dict[str, str],
    least: float,
    most: float,
    model: OpenAIChat,
    loopback: LoopbackServer,
    waits: list[float],
) -> None:
    then = email.utils.formatdate(time.time() + 30, usegmt=True)
    given = {name: then if value == IN_HALF_A_MINUTE else value for name, value in headers.items()}
    loopback.say(error(429, "slow", given), GOOD)
    await model.complete(REQUEST)
    assert least <= waits[0] <= most


async def test_a_wait_beyond_all_patience_is_not_begun(
    model: OpenAIChat, loopback: LoopbackServer, waits: list[float]
) -> None:
    loopback.answer = lambda seen: error(429, "come back tomorrow", {"Retry-After": "86400"})
    with pytest.raises(RateLimited, match="tomorrow") as caught:
        await model.complete(REQUEST)
    assert caught.value.retry_after == 86400
    assert waits == []


async def test_a_rate_limit_outlasts_the_count_of_tries_once_the_server_has_answered(
    model: OpenAIChat, loopback: LoopbackServer, waits: list[float]
) -> None:
    loopback.say(GOOD, *[error(429, "slow", {"Retry-After": "20"})] * 8, GOOD)
    await model.complete(REQUEST)
    assert (await model.complete(REQUEST)).content == '{"level": 3}'
    assert len(waits) == 8
    assert sum(waits) >= 160


async def test_no_server_is_found_out_soon(waits: list[float]) -> None:
    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/v1"
        async with OpenAIChat("m", base_url=url, sleep=sleep, max_tries=20) as chat:
            with pytest.raises(Unavailable, match="cannot be reached.*OPENAI_BASE_URL"):
                await chat.complete(REQUEST)
    assert len(waits) == 2


async def test_valid_json_of_the_wrong_shape_is_the_callers_to_judge(
    model: OpenAIChat, loopback: LoopbackServer
) -> None:
    loopback.say(Say(body=completion('{"unexpected": true}')))
    assert (await model.complete(REQUEST)).content == '{"unexpected": true}'


async def test_lone_surrogates_do_not_reach_the_program(model: OpenAIChat, loopback: LoopbackServer) -> None:
    body = b'{"choices": [{"message": {"content": "a\\ud800b \\ud83d\\ude00"}, "finish_reason": "stop"}]}'
    loopback.say(Say(body=body))
    assert (await model.complete(REQUEST)).content == "a\ufffdb \U0001f600"


async def collect(pieces: AsyncIterator[str]) -> str:
    return "".join([piece async for piece in pieces])


async def test_a_stream_arrives_in_pieces(model: OpenAIChat, loopback: LoopbackServer) -> None:
    loopback.say(events(["What ", "was ", "the base rate?"]))
    assert [piece async for piece in model.stream(REQUEST)] == ["What ", "was ", "the base rate?"]
    assert loopback.seen[0].body["stream"] is True
    assert model.spent.prompt_tokens == 100


async def test_a_stream_is_tried_again_until_its_first_piece(
    model: OpenAIChat, loopback: LoopbackServer
) -> None:
    loopback.say(error(429, "slow"), error(500, "oops"), events(["fine"]))
    assert await collect(model.stream(REQUEST)) == "fine"


async def test_a_server_that_does_not_stream_is_read_whole(
    model: OpenAIChat, loopback: LoopbackServer
) -> None:
    loopback.say(Say(body=completion("whole")))
    assert await collect(model.stream(REQUEST)) == "whole"


async def test_a_refusal_that_comes_whole_is_not_shown_as_the_reply(
    model: OpenAIChat, loopback: LoopbackServer
) -> None:
    loopback.say(Say(body=completion(message={"content": None, "refusal": "I will not."})))
    with pytest.raises(Refused):
        await collect(model.stream(REQUEST))


async def test_a_refused_stream_option_is_dropped(model: OpenAIChat, loopback: LoopbackServer) -> None:
    loopback.say(error(400, "Unknown parameter: stream_options", param="stream_options"), events(["fine"]))
    assert await collect(model.stream(REQUEST)) == "fine"
    assert "stream_options" not in loopback.seen[1].body


@pytest.mark.parametrize(
    ("say", "kind"),
    [
        (events(["half"], finish_reason=None, done=False), BadReply),
        (events(["half"], finish_reason="length"), CutOff),
        (events(["half"], finish_reason="content_filter"), Refused),
        (
            Say(
                headers={"Content-Type": "text/event-stream"},
                chunks=(events(["half"]).chunks[0], b'data: {"error": {"message": "engine died"}}\n\n'),
            ),
            Unavailable,
        ),
        (
            Say(
                headers={"Content-Type": "text/event-stream"},
                chunks=(events(["half"]).chunks[0], b"data: {broken\n\n"),
            ),
            BadReply,
        ),
    ],
)
async def test_a_stream_that_breaks_raises_after_what_came(
    say: Say, kind: type[ModelError], model: OpenAIChat, loopback: LoopbackServer
) -> None:
    loopback.say(say)
    came = []
    with pytest.raises(kind):
        async for piece in model.stream(REQUEST):
            came.append(piece)
    assert came == ["half"]
    assert len(loopback.seen) == 1


async def test_a_stream_that_is_left_early_gives_its_slot_back(
    loopback: LoopbackServer, waits: list[float]
) -> None:
    limiter = Limiter(1)
    async with OpenAIChat("m", base_url=loopback.url, limiter=limiter) as chat:
        loopback.say(events(["one", "two", "three"]), GOOD)
        pieces: Any = chat.stream(REQUEST)
        assert await anext(pieces) == "one"
        await pieces.aclose()
        assert limiter.in_flight == 0
        assert (await chat.complete(REQUEST)).content == '{"level": 3}'


@pytest.mark.parametrize("waiting_for", ["reply", "retry"])
async def test_cancelling_sends_nothing_more_and_frees_the_slot(
    waiting_for: str, loopback: LoopbackServer
) -> None:
    limiter = Limiter(1)
    reached = asyncio.Event()

    async def sleep(seconds: float) -> None:
        reached.set()
        await asyncio.Event().wait()

    def answer(seen: Seen) -> Say:
        if waiting_for == "reply":
            loop.call_soon_threadsafe(reached.set)
            return NEVER
        return error(500, "oops")

    loop = asyncio.get_running_loop()
    loopback.answer = answer
    async with OpenAIChat("m", base_url=loopback.url, limiter=limiter, sleep=sleep) as chat:
        task = asyncio.create_task(chat.complete(REQUEST))
        await reached.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert limiter.in_flight == 0
        loopback.answer = lambda seen: GOOD
        await chat.complete(REQUEST)
    assert len(loopback.seen) == 2


async def test_a_proxy_of_the_environment_is_used(
    loopback: LoopbackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", loopback.url.removesuffix("/v1"))
    async with OpenAIChat("m", base_url="http://models.example/v1") as chat:
        assert (await chat.complete(REQUEST)).content == "{}"
    assert loopback.seen[0].path == "http://models.example/v1/chat/completions"


async def test_connections_are_kept_and_used_again(loopback: LoopbackServer) -> None:
    async with OpenAIChat("m", base_url=loopback.url, limiter=Limiter(4)) as chat:
        await asyncio.gather(*(chat.complete(REQUEST) for _ in range(40)))
    assert len(loopback.seen) == 40
    assert loopback.connections <= 4
