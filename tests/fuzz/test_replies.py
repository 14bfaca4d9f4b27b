"""Whatever a model replies, it is read, refused as a bad reply, or the offline way is taken."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from coach.errors import BadReply, CoachError
from coach.grading.reply import problems, read_reply
from coach.llm.completion import read_completion
from coach.llm.fake import ScriptedModel
from coach.llm.jsontext import extract_json
from coach.schema.chat import ChatRequest
from tests.exchanges import scenarios
from tests.fuzz.effort import broken_bytes, broken_value, odd, text, tries, values
from tests.grading.scenarios import corpus

REPORT: dict[str, Any] = {
    "speaks_to_grader": False,
    "serves_question": "yes",
    "fatal": [{"sign": "s", "quote": "q"}],
    "criteria": [
        {
            "id": "ownership",
            "signs": ["decides"],
            "quotes": ["We begin"],
            "missing": "",
            "level": 3,
            "why_not_higher": "x",
            "why_not_lower": "y",
            "lean": "firm",
            "fault": "none",
            "passages": [],
            "advice": "z",
        }
    ],
}
AS_TEXT = json.dumps(REPORT)
_fences = st.sampled_from(
    ["```", "```json\n", "\n```\n", "~~~", "<think>", "</think>", "Here it is:\n", "{", "}", "\n"]
)
_pieces = _fences | odd | text | st.just(AS_TEXT) | values.map(json.dumps)
_replies = (
    broken_bytes(AS_TEXT.encode()).map(lambda data: data.decode(errors="replace"))
    | broken_value(REPORT).map(json.dumps)
    | st.lists(_pieces, max_size=6).map("".join)
    | st.text(max_size=80)
)


@tries(80, share=5.0)
@given(_replies)
def test_the_object_in_a_reply(content: str) -> None:
    try:
        found = extract_json(content)
    except BadReply as error:
        assert str(error)
    else:
        assert isinstance(found, dict)
        json.dumps(found, allow_nan=False).encode()


@tries(80, share=5.0)
@given(_replies)
def test_a_report_on_an_answer(content: str) -> None:
    try:
        reply = read_reply(content)
    except BadReply as error:
        assert str(error)
    else:
        criteria = corpus().criteria_of(("ownership",))
        assert isinstance(problems(reply, criteria), dict)


COMPLETION = {
    "id": "c",
    "model": "m",
    "created": 1,
    "choices": [
        {"message": {"role": "assistant", "content": "{}", "tool_calls": []}, "finish_reason": "stop"}
    ],
    "usage": {"prompt_tokens": 1, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 0}},
}


@tries(80)
@given(broken_value(COMPLETION) | values)
def test_what_a_server_sends(body: Any) -> None:
    try:
        reply = read_completion(body)
    except BadReply as error:
        assert str(error)
    else:
        reply.content.encode()


SCENARIOS = scenarios()


@st.composite
def of_schema(draw: st.DrawFn, schema: dict[str, Any]) -> Any:
    """A value that a JSON schema allows."""
    if "enum" in schema or "const" in schema:
        return draw(st.sampled_from(schema.get("enum") or [schema["const"]]))
    if "anyOf" in schema:
        return draw(of_schema(draw(st.sampled_from(schema["anyOf"]))))
    match schema.get("type"):
        case "object":
            return {name: draw(of_schema(inner)) for name, inner in schema.get("properties", {}).items()}
        case "array":
            return [draw(of_schema(schema["items"])) for _ in range(draw(st.integers(0, 3)))]
        case "integer":
            return draw(st.integers(-1, 5))
        case "number":
            return draw(st.floats(0, 5))
        case "boolean":
            return draw(st.booleans())
        case "null":
            return None
    return draw(
        text | st.sampled_from(["I decided it", "the team shipped in 6 weeks", "Why {n}?", "c1", "1"])
    )


@tries(12)
@given(st.data())
def test_every_feature_that_asks_a_model(data: st.DataObject) -> None:
    """Each of them with replies that keep to the form asked for, and with others."""
    name = data.draw(st.sampled_from(sorted(SCENARIOS)))

    def answer(request: ChatRequest) -> str:
        if request.reply_schema is None:
            return data.draw(text | _replies)
        fitting = data.draw(of_schema(request.reply_schema.definition))
        return data.draw(
            st.just(json.dumps(fitting))
            | broken_value(fitting).map(json.dumps)
            | broken_bytes(json.dumps(fitting).encode()).map(lambda raw: raw.decode(errors="replace"))
            | _replies
        )

    async def ask() -> object:
        return await SCENARIOS[name](ScriptedModel(answer=answer))

    try:
        asyncio.run(ask())
    except CoachError as error:
        assert str(error)
