"""A loop with a model behind an OpenAI-compatible server: it asks, grades and words the cases."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cli.conftest import LengthGrader, Piped
from tests.cli.test_practice_model import Served
from tests.loopback import LoopbackServer, Say, Seen, completion, error

ANSWER = "I would track accuracy of the fraud model every week. The engineers decide about the launch date."
CASE = 'I heard "track accuracy of the fraud model every week", and accuracy hides rare fraud.'
START = ("loop", "start", "large-search", "--short", "--json", "--grader", "llm")
DEBRIEF = ("loop", "debrief", "--now", "--json", "--grader")


class Committee(Served):
    """Words every case with `text`, or answers with an error where `text` is None."""

    text: str | None = CASE

    def answer(self, seen: Seen) -> Say:
        body = seen.body.get("response_format", {}) if not seen.path.endswith("/models") else {}
        if body.get("json_schema", {}).get("name") != "committee_case":
            return super().answer(seen)
        self.purposes.append("committee_case")
        if self.text is None:
            return error(400, "No.")
        return Say(body=completion(json.dumps({"text": self.text})))


@pytest.fixture
def committee(loopback: LoopbackServer, monkeypatch: pytest.MonkeyPatch) -> Committee:
    monkeypatch.setenv("OPENAI_BASE_URL", loopback.url)
    return Committee(loopback)


def held(piped: Piped, *choice: str) -> dict[str, Any]:
    result = piped(*DEBRIEF, *choice)
    data: dict[str, Any] = json.loads(result.out)
    return data


def test_the_model_grades_and_words_the_case(piped: Piped, local: LengthGrader, committee: Committee) -> None:
    result = piped(*START, given=f"{ANSWER}\n---\nThe cost.")
    assert result.code == 0, result.err
    assert result.objects[0]["grade"]["grader"]["kind"] == "llm"
    found = held(piped, "llm")
    case = found["rounds"][0]["case"]
    assert (case["text"], case["author"]) == (CASE, "served-model")
    assert found["rounds"][0]["mark"] == 2
    count = committee.purposes.count("committee_case")
    assert held(piped, "llm") == found
    assert committee.purposes.count("committee_case") == count == 1


def test_off_a_terminal_the_rules_word_it_unless_a_model_is_asked_for(
    piped: Piped, local: LengthGrader, committee: Committee
) -> None:
    piped(*START, given=f"{ANSWER}\n---\nThe cost.")
    assert held(piped, "auto")["rounds"][0]["case"]["author"] == ""
    assert "committee_case" not in committee.purposes


@pytest.mark.parametrize("text", [None, "The candidate led 40 people at Netflix."])
def test_a_model_that_fails_or_invents_is_replaced_and_that_is_said(
    piped: Piped, local: LengthGrader, committee: Committee, text: str | None
) -> None:
    piped(*START, given=f"{ANSWER}\n---\nThe cost.")
    committee.text = text
    case = held(piped, "llm")["rounds"][0]["case"]
    assert (case["text"], case["author"]) == ("I could pass this on, but not with conviction.", "")
    assert case["note"]
    assert "Netflix" not in case["text"]
