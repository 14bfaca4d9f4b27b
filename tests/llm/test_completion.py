from __future__ import annotations

from typing import Any

import pytest

from coach.errors import BadReply, ModelError
from coach.llm.completion import CutOff, Declined, EmptyReply, check_reply, read_completion, unusable_reply
from coach.schema.chat import ChatReply, TokenUsage


def completion(message: object, **fields: Any) -> dict[str, Any]:
    choice = {"index": 0, "finish_reason": fields.pop("finish_reason", "stop"), "message": message}
    return {"id": "c1", "object": "chat.completion", "model": "m-1", "choices": [choice], **fields}


def test_reads_content_model_usage_and_time() -> None:
    usage = {"prompt_tokens": 90, "completion_tokens": 7, "prompt_tokens_details": {"cached_tokens": 64}}
    body = completion({"role": "assistant", "content": "{}"}, usage=usage, created=1_700_000_000)
    reply = read_completion(body)
    assert reply.content == "{}"
    assert reply.model == "m-1"
    assert reply.usage == TokenUsage(prompt_tokens=90, cached_tokens=64, completion_tokens=7)
    assert reply.created == "2023-11-14T22:13:20+00:00"


@pytest.mark.parametrize("usage", [None, "lots", {"prompt_tokens": None, "completion_tokens": -3}, []])
def test_absent_or_nonsense_usage_is_zero(usage: object) -> None:
    assert read_completion(completion({"content": "x"}, usage=usage)).usage == TokenUsage()


def test_tool_arguments_count_as_content() -> None:
    message = {"content": None, "tool_calls": [{"function": {"name": "grade", "arguments": '{"a": 1}'}}]}
    reply = check_reply(read_completion(completion(message, finish_reason="tool_calls")))
    assert reply.content == '{"a": 1}'


def test_typed_content_parts_are_joined() -> None:
    parts = [{"type": "text", "text": "one "}, {"type": "text", "text": "two"}, "junk"]
    assert read_completion(completion({"content": parts})).content == "one two"


@pytest.mark.parametrize(
    "body", [{}, {"choices": []}, {"choices": None}, {"choices": ["x"]}, completion(None), completion("text")]
)
def test_a_body_without_a_message_is_empty(body: dict[str, Any]) -> None:
    with pytest.raises(EmptyReply):
        read_completion(body)


@pytest.mark.parametrize("body", [None, [], "text", 3])
def test_a_body_that_is_no_object_is_a_bad_reply(body: object) -> None:
    with pytest.raises(BadReply, match="OPENAI_BASE_URL"):
        read_completion(body)


@pytest.mark.parametrize(
    ("message", "finish_reason", "kind"),
    [
        ({"content": None, "refusal": "I cannot help with that."}, "stop", Declined),
        ({"content": ""}, "content_filter", Declined),
        ({"content": '{"half": '}, "length", CutOff),
        ({"content": "  "}, "stop", EmptyReply),
    ],
)
def test_an_unusable_reply_raises_and_is_kept_whole(
    message: dict[str, Any], finish_reason: str, kind: type[ModelError]
) -> None:
    reply = read_completion(completion(message, finish_reason=finish_reason))
    with pytest.raises(kind) as caught:
        check_reply(reply)
    assert unusable_reply(caught.value) == reply


def test_an_error_inside_a_200_is_told_without_control_sequences() -> None:
    with pytest.raises(EmptyReply, match="an error: upstream is gone") as caught:
        read_completion({"error": {"message": "upstream\x1b[31m is\n gone"}})
    assert "\x1b" not in str(caught.value)
    with pytest.raises(Declined) as declined:
        check_reply(ChatReply(content="No.\x1b]0;x\x07", finish_reason="refusal"))
    assert "\x1b" not in str(declined.value)


def test_a_usable_reply_passes_through() -> None:
    reply = ChatReply(content="fine")
    assert check_reply(reply) is reply
    assert unusable_reply(BadReply("no reply came")) is None
