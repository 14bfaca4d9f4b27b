"""Practice with a model behind an OpenAI-compatible server on loopback."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from coach.store.database import Database
from tests.cli.conftest import LengthGrader, Piped
from tests.loopback import LoopbackServer, Say, Seen, completion, error, events

ANSWER = "I would track accuracy of the fraud model every week. The engineers decide about the launch date."
FRAUD = ("practice", "--question", "fraud-realtime", "--json")
FOLLOW_UP = {
    "criterion": "tradeoff_articulation",
    "about": "The engineers decide about the launch date",
    "question": 'You said "The engineers decide about the launch date". What would you have them weigh?',
}


def report(criterion: str) -> dict[str, Any]:
    return {
        "id": criterion,
        "signs": [],
        "quotes": ["track accuracy of the fraud model every week"],
        "missing": "the price of each error",
        "level": 2,
        "why_not_higher": "accuracy hides rare fraud",
        "why_not_lower": "a metric is named",
        "lean": "firm",
        "fault": "generic",
        "passages": [],
        "advice": "Name the cost of each error.",
    }


class Served:
    """A server that follows up, grades and rewrites as a well-behaved model would; `follow_ups` can vary."""

    def __init__(self, loopback: LoopbackServer) -> None:
        self.server = loopback
        self.follow_ups: list[dict[str, Any]] = [FOLLOW_UP]
        self.purposes: list[str] = []
        loopback.answer = self.answer

    def answer(self, seen: Seen) -> Say:
        if seen.path.endswith("/models"):
            return Say(body={"object": "list", "data": [{"id": "served-model", "object": "model"}]})
        name = seen.body["response_format"]["json_schema"]["name"]
        self.purposes.append(name)
        if name == "follow_up":
            reply = self.follow_ups.pop(0) if len(self.follow_ups) > 1 else self.follow_ups[0]
            text = json.dumps(reply)
            return events([text[start : start + 9] for start in range(0, len(text), 9)])
        if name == "stronger_answer":
            return Say(body=completion(json.dumps({"text": "I would track accuracy and [your threshold]."})))
        match = re.search(r"Report on these criteria, in this order: ([a-z_, ]+)", seen.prompt)
        assert match is not None
        criteria = [report(i) for i in match[1].split(", ")]
        whole = {"speaks_to_grader": False, "serves_question": "yes", "fatal": [], "criteria": criteria}
        return Say(body=completion(json.dumps(whole)))


@pytest.fixture
def served(loopback: LoopbackServer, monkeypatch: pytest.MonkeyPatch) -> Served:
    monkeypatch.setenv("OPENAI_BASE_URL", loopback.url)
    return Served(loopback)


def test_the_model_asks_and_grades(piped: Piped, local: LengthGrader, served: Served) -> None:
    result = piped(*FRAUD, "--grader", "llm", "--follow-ups", "1", given=f"{ANSWER}\n---\nThe cost.")
    assert result.code == 0, result.err
    (data,) = result.objects
    assert data["turns"][1] == {
        "role": "interviewer",
        "text": FOLLOW_UP["question"],
        "criterion": "tradeoff_articulation",
    }
    grade = data["grade"]
    assert grade["grader"]["kind"] == "llm"
    assert grade["grader"]["model"] == "served-model"
    assert grade["overall"] == 2
    for piece in grade["criteria"][0]["evidence"]:
        assert piece["quote"] == data["turns"][piece["turn"]]["text"][piece["start"] : piece["end"]]
    assert served.purposes[0] == "follow_up"
    assert "graded by the model served-model" in " ".join(result.err.split())


def test_a_follow_up_that_fails_twice_is_replaced_and_that_is_told(
    piped: Piped, local: LengthGrader, served: Served
) -> None:
    served.follow_ups = [{**FOLLOW_UP, "question": "Why? And how?"}]
    result = piped(*FRAUD, "--grader", "llm", "--follow-ups", "1", given=f"{ANSWER}\n---\nThe cost.")
    assert served.purposes.count("follow_up") == 2
    assert result.objects[0]["turns"][1]["text"].count("?") == 1
    assert "The model's follow-up was not used" in result.err


def test_off_a_terminal_a_model_is_asked_only_on_demand(
    piped: Piped, local: LengthGrader, served: Served
) -> None:
    (data,) = piped(*FRAUD, given=ANSWER).objects
    assert data["grade"]["grader"]["kind"] == "local"
    assert served.server.seen == []


def test_a_refused_key_ends_with_a_message_and_keeps_the_answer(
    piped: Piped, local: LengthGrader, served: Served, clean_environment: Path
) -> None:
    served.server.answer = lambda seen: (
        served.answer(seen) if seen.path.endswith("/models") else error(401, "Wrong key.")
    )
    result = piped(*FRAUD, "--grader", "llm", given=f"{ANSWER}\n---\nmore")
    assert result.code == 3
    assert result.out == ""
    back = piped("practice", "--continue", "--json", "--grader", "local", given="")
    assert back.objects[0]["turns"][0]["text"] == ANSWER


def test_a_server_that_breaks_while_grading_gives_a_failed_grade_that_can_be_asked_for_again(
    piped: Piped, local: LengthGrader, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COACH_MAX_TRIES", "1")
    broken = [True]

    def answer(seen: Seen) -> Say:
        if seen.path.endswith("/models") or not broken:
            return served.answer(seen)
        broken.pop()
        return error(500, "Out of order.")

    served.server.answer = answer
    result = piped(*FRAUD, "--grader", "llm", "--follow-ups", "0", given=f"{ANSWER}\n---\n/grade")
    first, second = result.objects
    assert (first["grade"]["status"], first["grade"]["overall"]) == ("failed", None)
    assert second["grade"]["overall"] == 2
    assert result.code == 1


def test_the_example_adds_a_stronger_version_from_the_candidates_facts(
    piped: Piped, local: LengthGrader, served: Served
) -> None:
    given = f"{ANSWER}\n---\n/example"
    result = piped(*FRAUD[:-1], "--grader", "llm", "--follow-ups", "0", given=given)
    assert "[your threshold]" in result.out
    assert "Worded by served-model from what you said" in result.out


@pytest.mark.parametrize("second", ["", "another-model"])
def test_a_dispute_brings_a_second_blind_grading_and_keeps_the_mark(
    piped: Piped,
    local: LengthGrader,
    served: Served,
    clean_environment: Path,
    monkeypatch: pytest.MonkeyPatch,
    second: str,
) -> None:
    if second:
        monkeypatch.setenv("COACH_SECOND_MODEL", second)
    result = piped(
        *FRAUD[:-1],
        "--grader",
        "llm",
        "--follow-ups",
        "0",
        given=f"{ANSWER}\n---\n/dispute 4 I named a measure",
    )
    assert result.code == 0, result.err
    assert "A second, blind grading" in result.out and "both 2, lean no" in result.out
    asked = [seen for seen in served.server.seen if seen.path.endswith("/completions")]
    grades = [seen for seen in asked if "Report on these criteria" in seen.prompt]
    assert [seen.body["model"] for seen in grades] == ["served-model", second or "served-model"]
    assert "I named a measure" not in grades[1].prompt and grades[1].prompt == grades[0].prompt
    with Database(clean_environment / "coach.db") as database:
        assert [tuple(row) for row in database.read("SELECT score, note FROM labels")] == [
            (4, "I named a measure")
        ]
        assert len(database.read("SELECT id FROM grades")) == 1


def test_a_second_grading_during_a_retry_is_of_the_answer_that_was_graded(
    piped: Piped, local: LengthGrader, served: Served
) -> None:
    given = "\n---\n".join([ANSWER, "The cost.", "/retry", "A second try.", "/dispute 4", "/quit"])
    result = piped(*FRAUD[:-1], "--grader", "llm", "--follow-ups", "1", given=given)
    assert result.code == 0, result.err
    asked = [seen for seen in served.server.seen if seen.path.endswith("/completions")]
    grades = [seen.prompt for seen in asked if "Report on these criteria" in seen.prompt]
    assert len(grades) == 2 and grades[0] == grades[1]
    assert "A second, blind grading" in result.out


def test_a_second_grading_that_fails_is_told_and_the_mark_kept(
    piped: Piped,
    local: LengthGrader,
    served: Served,
    clean_environment: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COACH_MAX_TRIES", "1")

    def answer(seen: Seen) -> Say:
        return error(500, "Broken.") if "grade_report" in served.purposes else served.answer(seen)

    served.server.answer = answer
    result = piped(*FRAUD[:-1], "--grader", "llm", "--follow-ups", "0", given=f"{ANSWER}\n---\n/dispute 4")
    assert "It has no mark" in result.out
    with Database(clean_environment / "coach.db") as database:
        assert [row[0] for row in database.read("SELECT score FROM labels")] == [4]
