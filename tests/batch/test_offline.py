from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from coach.batch.context import Context, Contexts
from coach.batch.intake import Intake, Tally
from coach.batch.journal import Journal
from coach.batch.offline import Exchange
from coach.errors import DatasetError
from coach.grading.llm import LlmGrader
from coach.grading.request import RequestBuilder
from coach.llm.fake import ScriptedModel
from coach.llm.port import ChatModel
from coach.prompts import Prompts
from coach.resources import prompts_dir
from coach.schema.chat import ChatRequest, Message
from coach.schema.grade import Grader
from tests.batch.conftest import read, report, write_rows


class Round:
    """Export and import over one journal, as two commands after each other."""

    def __init__(self, contexts: Contexts, folder: Path, *, samples: int = 1) -> None:
        self.contexts = contexts
        self.folder = folder
        self.samples = samples
        self.tally = Tally()

    def open(self, journal: Journal, *, again: bool) -> tuple[Exchange, Intake, LlmGrader]:
        builder = RequestBuilder(Prompts(prompts_dir()))

        def grader_over(model: ChatModel, context: Context, first: int, samples: int) -> Grader:
            return LlmGrader(
                model, builder, rubric_digest="r", guides_digest="g", first_sample=first, samples=samples
            )

        self.tally = Tally()
        exchange = Exchange(journal, "m", grader_over, self.samples)
        rows = read(self.contexts, self.folder / "rows.jsonl")
        intake = Intake(rows, journal, lambda c: dict(c.made_of), tally=self.tally, again=again)
        nobody = ScriptedModel(name="m")
        named = LlmGrader(nobody, builder, rubric_digest="r", guides_digest="g")
        return exchange, intake, named

    def export(self) -> list[dict[str, Any]]:
        path = self.folder / "requests.jsonl"
        with Journal(self.folder / "j") as journal:
            exchange, intake, _ = self.open(journal, again=False)
            count = exchange.export(path, intake)
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        assert len(lines) == count
        return lines

    def take_in(self, *replies: object) -> list[dict[str, Any]]:
        path = write_rows(self.folder / "replies.jsonl", *replies)
        with Journal(self.folder / "j") as journal:
            exchange, intake, grader = self.open(journal, again=True)
            exchange.take_in(path, intake, grader.identity, self.tally)
            return [json.loads(item.grade or "{}") for item in journal.rows()]


def reply(line: dict[str, Any], content: object = None) -> dict[str, Any]:
    messages = tuple(Message.model_validate(item) for item in line["body"]["messages"])
    made = report(ChatRequest(messages=messages)) if content is None else content
    text = made if isinstance(made, str) else json.dumps(made)
    body = {"choices": [{"finish_reason": "stop", "message": {"role": "assistant", "content": text}}]}
    return {"custom_id": line["custom_id"], "response": {"status_code": 200, "body": body}, "error": None}


def broken(line: dict[str, Any]) -> dict[str, Any]:
    error = {"error": {"message": "overloaded"}}
    return {"custom_id": line["custom_id"], "response": {"status_code": 500, "body": error}}


@pytest.fixture
def rows(contexts: Contexts, tmp_path: Path) -> Round:
    answers = ["First.", "Second.", "Third.", "Second.", "   "]
    write_rows(
        tmp_path / "rows.jsonl", "bad", *[{"question_id": "cheap", "answer": answer} for answer in answers]
    )
    return Round(contexts, tmp_path)


def test_each_different_answer_is_asked_about_once(rows: Round) -> None:
    lines = rows.export()
    assert len(lines) == 3
    assert all(len(line["custom_id"]) == 40 for line in lines)
    assert rows.export() == lines


def test_rounds_go_on_until_nothing_is_missing(rows: Round) -> None:
    first, second, third = rows.export()
    grades = rows.take_in(reply(first), reply(second, "no report"), broken(third))
    assert [grade.get("status") for grade in grades[1:]] == ["graded", "failed", "failed", "failed", "graded"]
    assert "overloaded" in grades[3]["error"]["message"]
    assert grades[2]["error"]["kind"] == "unavailable"
    missing = rows.export()
    assert sorted(len(line["body"]["messages"]) for line in missing) == [2, 4]
    grades = rows.take_in(*(reply(line) for line in missing))
    assert [grade.get("status") for grade in grades[1:]] == ["graded"] * 5
    assert rows.export() == []


def test_the_same_file_twice_changes_nothing(rows: Round) -> None:
    replies = [reply(line) for line in rows.export()]
    assert untimed(rows.take_in(*replies)) == untimed(rows.take_in(*replies, replies[0]))


def untimed(taken: Any) -> Any:
    """The same without seconds of wall time, which no two runs share."""
    if isinstance(taken, dict):
        return {key: untimed(value) for key, value in taken.items() if key != "seconds"}
    return [untimed(item) for item in taken] if isinstance(taken, list | tuple) else taken


def test_a_reply_that_nobody_asked_for_is_refused_and_nothing_is_kept(rows: Round) -> None:
    lines = rows.export()
    with pytest.raises(DatasetError, match="unknown custom_id"):
        rows.take_in(reply(lines[0]), reply({**lines[1], "custom_id": "f" * 40}))
    assert rows.export() == lines


@pytest.mark.parametrize("between", [False, True])
def test_a_second_different_reply_is_refused(rows: Round, between: bool) -> None:
    lines = rows.export()
    good, other = reply(lines[0]), reply(lines[0], "something else")
    if between:
        rows.take_in(good)
    with pytest.raises(DatasetError, match="second, different reply"):
        rows.take_in(*([other] if between else [good, other]))


@pytest.mark.parametrize("line", ["nonsense", "[]", '{"response": {}}'])
def test_a_line_that_is_no_reply_is_named(rows: Round, line: str) -> None:
    with pytest.raises(DatasetError, match=r"replies\.jsonl:1"):
        rows.take_in(line)


def test_a_refusal_is_a_reply_and_is_not_asked_for_again(rows: Round) -> None:
    lines = rows.export()
    declined = reply(lines[0])
    declined["response"]["body"]["choices"][0]["message"] = {"role": "assistant", "refusal": "No."}
    grades = rows.take_in(declined)
    assert (grades[1]["status"], grades[1]["error"]["kind"]) == ("ungraded", "refused")
    assert len(rows.export()) == 2


def test_all_samples_are_exported_in_one_round(contexts: Contexts, tmp_path: Path) -> None:
    write_rows(tmp_path / "rows.jsonl", {"question_id": "cheap", "answer": "One."})
    three = Round(contexts, tmp_path, samples=3)
    lines = three.export()
    assert len({line["custom_id"] for line in lines}) == 3
    ready: Iterable[dict[str, Any]] = [reply(line) for line in lines[1:]]
    assert three.take_in(*ready)[0]["status"] == "failed"
    assert [line["custom_id"] for line in three.export()] == [lines[0]["custom_id"]]
    assert three.take_in(reply(lines[0]))[0]["status"] == "graded"
