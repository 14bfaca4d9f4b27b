from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from coach.errors import BadReply, DatasetError, ModelError, RateLimited, Refused, Rejected, Unavailable
from coach.llm.batchfile import read_replies, write_requests
from coach.llm.completion import CutOff
from coach.schema.chat import ChatReply, ChatRequest, Message, ReplySchema, TokenUsage

SCHEMA = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}


def request(text: str = "grade") -> ChatRequest:
    return ChatRequest(
        messages=(Message(role="system", content="rules"), Message(role="user", content=text)),
        reply_schema=ReplySchema(name="grade", definition=SCHEMA),
        max_tokens=900,
    )


def row(custom_id: str, content: str = "{}", **fields: Any) -> dict[str, Any]:
    message = fields.pop("message", {"role": "assistant", "content": content})
    choice = {"index": 0, "finish_reason": fields.pop("finish_reason", "stop"), "message": message}
    response = {"status_code": 200, "body": {"model": "m", "choices": [choice], **fields}}
    return {"custom_id": custom_id, "response": response, "error": None}


def failed(custom_id: str, status: int, **detail: str) -> dict[str, Any]:
    return {"custom_id": custom_id, "response": {"status_code": status, "body": {"error": detail}}}


def replies(tmp_path: Path, *rows: object) -> dict[str, ChatReply | ModelError]:
    path = tmp_path / "rep.jsonl"
    text = "".join((one if isinstance(one, str) else json.dumps(one)) + "\n" for one in rows)
    path.write_text(text, encoding="utf-8")
    return read_replies(path, {"a", "b", "c"})


def test_requests_are_in_the_batch_format(tmp_path: Path) -> None:
    path = tmp_path / "req.jsonl"
    pairs = [("a", request()), ("b", request("two\u2028é"))]
    assert write_requests(path, pairs, "m", parameters={"temperature": 0}) == 2
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n")[:-1]]
    assert [line["custom_id"] for line in lines] == ["a", "b"]
    assert {(line["method"], line["url"]) for line in lines} == {("POST", "/v1/chat/completions")}
    assert lines[1]["body"] == {
        "model": "m",
        "messages": [{"role": "system", "content": "rules"}, {"role": "user", "content": "two\u2028é"}],
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "grade", "strict": True, "schema": SCHEMA},
        },
        "temperature": 0,
        "max_completion_tokens": 900,
    }


def test_a_repeated_id_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="'a'"):
        write_requests(tmp_path / "req.jsonl", [("a", request()), ("a", request("other"))], "m")
    assert list(tmp_path.iterdir()) == []


def test_replies_are_read_with_and_without_usage(tmp_path: Path) -> None:
    usage = {"prompt_tokens": 5, "completion_tokens": 1}
    got = replies(tmp_path, row("b", "two", usage=usage), "", row("a", "one"))
    assert list(got) == ["b", "a"]
    second, first = got["b"], got["a"]
    assert isinstance(second, ChatReply)
    assert second.usage == TokenUsage(prompt_tokens=5, completion_tokens=1)
    assert isinstance(first, ChatReply)
    assert (first.content, first.usage) == ("one", TokenUsage())


@pytest.mark.parametrize(
    ("bad", "kind"),
    [
        (row("a", "{", finish_reason="length"), CutOff),
        (row("a", "", finish_reason="content_filter"), Refused),
        (row("a", message={"content": None, "refusal": "no"}), Refused),
        ({"custom_id": "a", "response": None, "error": {"code": "batch_expired"}}, Unavailable),
        ({"custom_id": "a", "response": None, "error": None}, BadReply),
        ({"custom_id": "a", "response": {"status_code": 200, "body": {"choices": []}}}, BadReply),
        (failed("a", 400, message="bad schema"), Rejected),
        (failed("a", 429, message="slow"), RateLimited),
        (failed("a", 500, message="oops"), Unavailable),
    ],
)
def test_a_failed_row_is_its_error_as_a_value(
    tmp_path: Path, bad: dict[str, Any], kind: type[ModelError]
) -> None:
    got = replies(tmp_path, bad, row("b"))
    assert isinstance(got["a"], kind)
    assert isinstance(got["b"], ChatReply)


def test_an_unknown_id_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"rep\.jsonl:2: unknown custom_id 'zz'"):
        replies(tmp_path, row("a"), row("zz"))


def test_a_second_different_reply_is_refused_and_an_identical_one_is_not(tmp_path: Path) -> None:
    same = replies(tmp_path, row("a", "one", created=1), row("a", "one", created=2))
    assert len(same) == 1
    with pytest.raises(DatasetError, match="second, different reply to 'a'"):
        replies(tmp_path, row("a", "one"), row("a", "two"))


@pytest.mark.parametrize("reply_first", [True, False])
def test_a_reply_counts_before_a_failure_of_the_same_row(tmp_path: Path, reply_first: bool) -> None:
    rows = [row("a", "one"), failed("a", 500, message="oops")]
    got = replies(tmp_path, *(rows if reply_first else rows[::-1]))
    outcome = got["a"]
    assert isinstance(outcome, ChatReply)
    assert outcome.content == "one"


@pytest.mark.parametrize("line", ["{broken", "[1]", '{"response": {}}', '{"custom_id": 7}', "[" * 100_000])
def test_a_line_that_is_no_row_is_named(tmp_path: Path, line: str) -> None:
    with pytest.raises(DatasetError, match=r"rep\.jsonl:2"):
        replies(tmp_path, row("a"), line)


def test_a_missing_or_binary_file_is_a_dataset_error(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="cannot be read"):
        read_replies(tmp_path / "none.jsonl", set())
    (tmp_path / "bin").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DatasetError, match="not UTF-8"):
        read_replies(tmp_path / "bin", set())
