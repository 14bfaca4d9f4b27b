from __future__ import annotations

from typing import Any

import pytest

from coach.errors import BadReply, Denied, ModelError, Refused, Timeout, Unavailable
from coach.grading.llm import LlmGrader
from coach.grading.request import RequestBuilder
from coach.llm.fake import ScriptedModel
from coach.prompts import Prompts
from coach.resources import prompts_dir
from coach.schema.answer import Answer
from coach.schema.grade import GradeTask

from .conftest import criterion_report, report


def make(model: ScriptedModel, **options: Any) -> LlmGrader:
    builder = RequestBuilder(Prompts(prompts_dir()))
    return LlmGrader(model, builder, rubric_digest="r", guides_digest="g", **options)


async def test_one_request_grades_all_criteria(task: GradeTask) -> None:
    model = ScriptedModel([report()])
    grade = await make(model).grade(task)
    assert (grade.status, grade.overall, grade.usage.requests) == ("graded", 3, 1)
    assert len(model.history) == 1


async def test_contradiction_is_sent_back_once_and_mended(task: GradeTask) -> None:
    bad = report(criterion_report("cost", level=4, signs=["vague"]), criterion_report("risk"))
    model = ScriptedModel([bad, report()])
    grade = await make(model).grade(task)
    assert (grade.status, grade.usage.requests) == ("graded", 2)
    assert "cost" in model.history[1].messages[-1].content
    assert model.history[1].messages[:2] == model.history[0].messages


async def test_contradiction_that_stays_is_ungraded(task: GradeTask) -> None:
    bad = report(criterion_report("cost", level=4, signs=["vague"]), criterion_report("risk"))
    grade = await make(ScriptedModel([bad, bad])).grade(task)
    assert (grade.status, grade.overall) == ("ungraded", None)


@pytest.mark.parametrize("broken", ["not json", "{}", '{"criteria": [}', '{"overall": 4}'])
async def test_unparseable_reply_is_mended_once_or_ungraded(task: GradeTask, broken: str) -> None:
    mended = await make(ScriptedModel([broken, report()])).grade(task)
    assert mended.overall == 3
    lost = await make(ScriptedModel([broken, broken])).grade(task)
    assert (lost.status, lost.overall, lost.range) == ("ungraded", None, None)
    assert lost.error is not None
    assert lost.error.kind == "bad_reply"
    assert lost.usage.requests == 2


@pytest.mark.parametrize(
    ("error", "status", "kind"),
    [
        (Refused("declined"), "ungraded", "refused"),
        (BadReply("cut off"), "ungraded", "bad_reply"),
        (Timeout("slow"), "failed", "timeout"),
        (Unavailable("down"), "failed", "unavailable"),
    ],
)
async def test_failed_call_never_becomes_a_score(
    task: GradeTask, error: ModelError, status: str, kind: str
) -> None:
    grade = await make(ScriptedModel([error, error])).grade(task)
    assert (grade.status, grade.overall) == (status, None)
    assert all(verdict.score is None for verdict in grade.criteria)
    assert grade.error is not None
    assert grade.error.kind == kind


async def test_a_wrong_key_stops_the_run_instead_of_failing_every_row(task: GradeTask) -> None:
    with pytest.raises(Denied):
        await make(ScriptedModel([Denied("401")])).grade(task)


async def test_blank_answer_sends_nothing(task: GradeTask) -> None:
    model = ScriptedModel()
    grade = await make(model).grade(task.model_copy(update={"answer": Answer.of("  ")}))
    assert (grade.overall, model.history) == (1, [])


async def test_samples_ask_with_their_own_index(task: GradeTask) -> None:
    model = ScriptedModel([report(), report(), report()])
    grade = await make(model, samples=3).grade(task)
    assert [request.sample for request in model.history] == [0, 1, 2]
    assert grade.usage.requests == 3


async def test_per_criterion_asks_once_for_each_and_joins(task: GradeTask) -> None:
    model = ScriptedModel([report(criterion_report("cost")), report(criterion_report("risk", level=3))])
    grade = await make(model, per_criterion=True).grade(task)
    assert [verdict.id for verdict in grade.criteria] == ["cost", "risk"]
    assert grade.overall == 3
