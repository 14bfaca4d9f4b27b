from __future__ import annotations

import pytest

from coach.errors import RateLimited
from coach.llm.completion import CutOff
from coach.llm.fake import ScriptedModel
from coach.llm.port import ChatModel
from coach.schema.chat import ChatReply, ChatRequest, Message


def request(text: str = "hello") -> ChatRequest:
    return ChatRequest(messages=(Message(role="user", content=text),))


async def test_replies_come_in_order_and_requests_are_kept() -> None:
    scripted = ScriptedModel(["one", {"level": 3}, ChatReply(content="whole", model="m")])
    model: ChatModel = scripted
    replies = [await model.complete(request(str(n))) for n in range(3)]
    assert [reply.content for reply in replies] == ["one", '{"level": 3}', "whole"]
    assert [sent.messages[0].content for sent in scripted.history] == ["0", "1", "2"]
    assert scripted.left == 0


async def test_errors_are_raised() -> None:
    model = ScriptedModel([RateLimited("slow down"), ChatReply(content="{", finish_reason="length")])
    with pytest.raises(RateLimited):
        await model.complete(request())
    with pytest.raises(CutOff):
        await model.complete(request())


async def test_a_script_that_has_run_out_fails_loudly() -> None:
    model = ScriptedModel()
    with pytest.raises(LookupError, match="run out at request 1"):
        await model.complete(request())
    model.enqueue("more")
    assert (await model.complete(request())).content == "more"


async def test_a_function_answers_when_the_queue_is_empty() -> None:
    model = ScriptedModel(["queued"], answer=lambda sent: sent.messages[-1].content.upper())
    assert (await model.complete(request())).content == "queued"
    assert (await model.complete(request("echo"))).content == "ECHO"


async def test_streaming_yields_the_whole_text_in_pieces() -> None:
    text = "a reply that is longer than one piece of it"
    pieces = [piece async for piece in ScriptedModel([text]).stream(request())]
    assert len(pieces) > 1
    assert "".join(pieces) == text
