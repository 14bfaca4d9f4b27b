from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coach.errors import BadReply
from coach.llm.jsontext import extract_json

OBJECT = {"level": 3, "why": "said {so}", "list": [{"a": None}]}
PLAIN = json.dumps(OBJECT)


@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        f"\ufeff{PLAIN}",
        f"  \n{PLAIN}\n\n",
        f"```json\n{PLAIN}\n```",
        f"```\n{PLAIN}\n```",
        f"~~~JSON\n{PLAIN}\n~~~",
        f"Sure! Here it is:\n\n```json\n{PLAIN}\n```\nAnything else?",
        f"Sure, {PLAIN} is what I think.",
        f'<think>Is it {{level: 4}}, or {{"level": 2}}?</think>\n{PLAIN}',
        f"Let {{x}} be the answer. {PLAIN}",
        f"{PLAIN}\n{PLAIN}",
        json.dumps(OBJECT, indent=2),
        f'For example {{"level": 1}}; but mine is\n```json\n{PLAIN}\n```',
        f"```json\n{PLAIN}",
    ],
)
def test_the_one_object_is_found(text: str) -> None:
    assert extract_json(text) == OBJECT


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no object here",
        "[1, 2]",
        '"{"',
        "{",
        PLAIN[:-1],
        '{"outer": {"level": 4}',
        '{"level": 4} or {"level": 2}',
        '{"level": 4, "level": 2}',
        '{"level": NaN}',
        '{"level": Infinity}',
        "{'level': 3}",
        '{"n": ' + "9" * 5000 + "}",
        '{"a":' * 50_000,
        '{"a":' * 50_000 + "1" + "}" * 50_000,
    ],
)
def test_anything_else_is_a_bad_reply(text: str) -> None:
    with pytest.raises(BadReply):
        extract_json(text)


@settings(max_examples=40)
@given(
    st.dictionaries(st.text(), st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists))
)
def test_every_object_survives_a_fence(value: dict[str, Any]) -> None:
    assert extract_json(f"Here:\n```json\n{json.dumps(value, ensure_ascii=False)}\n```") == value
    assert extract_json(json.dumps(value)) == value


@given(st.text())
def test_no_text_breaks_it(text: str) -> None:
    try:
        found = extract_json(text)
    except BadReply:
        return
    assert isinstance(found, dict)


@pytest.mark.parametrize(
    "piece", ["{", '{"', '{"a":', '{"a":1,', "```\n{", "<think>{", '{"a":"', '{"\\', "{ ", "{\t\n"]
)
def test_megabytes_of_hostile_text_are_given_up_on(piece: str) -> None:
    with pytest.raises(BadReply):
        extract_json(piece * (2_000_000 // len(piece)))


def test_braces_in_prose_do_not_hide_the_object() -> None:
    assert extract_json("{x} and {y}, " * 10_000 + PLAIN) == OBJECT


def test_lone_surrogates_are_replaced() -> None:
    found = extract_json('{"a": ["\\ud800", "\\ud83d\\ude00"], "b\\udfff": 1}')
    assert found == {"a": ["\ufffd", "\U0001f600"], "b\ufffd": 1}
    json.dumps(found, ensure_ascii=False).encode()
