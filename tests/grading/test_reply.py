"""What a model may report: values, places of errors, contradictions. Requests are tested beside it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from coach.errors import BadReply
from coach.grading.reply import pin_criteria, problems, read_reply, reply_schema
from coach.schema.grade import GradeTask
from coach.schema.rubric import Signs

from .conftest import criterion_report, report

BOTH = ["budget", "route"]


def contradictions(task: GradeTask, *criteria: dict[str, Any]) -> dict[str, str]:
    return problems(read_reply(json.dumps(report(*criteria))), task.criteria)


def of_cost(task: GradeTask, **changes: Any) -> str:
    return contradictions(task, criterion_report("cost", **changes), criterion_report("risk")).get("cost", "")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"level": 0}, "level 0 is not on the scale 1 to 4."),
        ({"level": 5, "signs": BOTH}, "level 5 is not on the scale 1 to 4."),
        ({"level": 3, "signs": []}, "level 3 is given, but no good sign"),
        ({"level": 4, "signs": ["route", "vague"]}, "the top level is given, but 1 bad and 1 good signs"),
        ({"level": 1, "signs": BOTH}, "the lowest level is given, but 2 good signs and no bad one"),
        ({"level": 1, "signs": BOTH, "fault": "absent"}, "the lowest level is given, but 2 good signs"),
    ],
)
def test_a_report_that_contradicts_itself_is_told_why(
    task: GradeTask, changes: dict[str, Any], words: str
) -> None:
    assert of_cost(task, **changes).startswith(f"cost: {words}")


@pytest.mark.parametrize(
    "changes",
    [
        {"level": 2, "signs": []},
        {"level": 2, "signs": BOTH},
        {"level": 3, "signs": ["route", "vague"]},
        {"level": 4, "signs": ["route"]},
        {"level": 4, "signs": [*BOTH, "vague"]},
        {"level": 1, "signs": ["route"]},
        {"level": 1, "signs": [*BOTH, "vague"]},
        {"level": 1, "signs": BOTH, "fault": "wrong"},
        {"level": 1, "signs": BOTH, "fault": "deferred"},
    ],
)
def test_a_report_that_agrees_with_itself_stands(task: GradeTask, changes: dict[str, Any]) -> None:
    assert of_cost(task, **changes) == ""


def test_without_a_list_of_good_signs_only_the_scale_counts(task: GradeTask) -> None:
    bare = task.model_copy(
        update={"criteria": tuple(item.model_copy(update={"signs": Signs()}) for item in task.criteria)}
    )
    for level in (1, 4):
        assert of_cost(bare, level=level, signs=[]) == ""
    assert of_cost(bare, level=5, signs=[]) != ""


def test_a_criterion_left_out_does_not_hide_what_is_wrong_with_the_next(task: GradeTask) -> None:
    assert contradictions(task, criterion_report("risk", signs=[])).keys() == {"cost", "risk"}
    twice = [criterion_report("cost"), criterion_report("cost"), criterion_report("risk")]
    assert contradictions(task, *twice) == {"cost": "cost: reported 2 times; report it exactly once."}


@pytest.mark.parametrize(
    ("criteria", "where"),
    [
        ([criterion_report("cost"), criterion_report("risk", lean="up", fault=3)], "criteria.1.lean: "),
        ({"cost": criterion_report("cost"), "risk": "a 4"}, "criteria.1: "),
        ([criterion_report("cost", level="high")], "criteria.0.level: "),
    ],
)
def test_an_unfit_reply_names_the_first_field_that_is_wrong(criteria: object, where: str) -> None:
    with pytest.raises(BadReply) as caught:
        read_reply(json.dumps(report() | {"criteria": criteria}))
    assert str(caught.value).startswith(f"The model's report does not fit the schema: {where}")


def test_an_entry_is_named_by_its_key_unless_it_names_itself() -> None:
    entry = criterion_report("cost")
    del entry["id"]
    read = read_reply(json.dumps(report() | {"criteria": {"risk": entry, "other": criterion_report("cost")}}))
    assert [item.id for item in read.criteria] == ["risk", "cost"]


@pytest.mark.parametrize("top", [3, 4])
def test_the_schema_is_closed_self_contained_and_bare(top: int) -> None:
    schema = reply_schema(top)
    text = json.dumps(schema.definition)
    assert "$ref" not in text and "$defs" not in text and '"description"' not in text
    level = schema.definition["properties"]["criteria"]["items"]["properties"]["level"]
    assert level == {"type": "integer", "enum": list(range(1, top + 1))}
    forms = [schema.definition, *(schema.definition["properties"][i]["items"] for i in ("fatal", "criteria"))]
    for form in forms:
        assert form["additionalProperties"] is False
        assert form["required"] == list(form["properties"])


def test_a_form_with_an_entry_for_each_criterion_is_closed_too() -> None:
    schema = reply_schema(4)
    assert schema.name == "grade_report"
    item = schema.definition["properties"]["criteria"]["items"]
    assert "title" not in schema.definition and "title" not in item
    sent = pin_criteria(schema, ("cost", "risk")).sent
    assert sent is not None
    form = sent["properties"]["criteria"]
    assert {key: form[key] for key in form if key != "properties"} == {
        "type": "object",
        "required": ["cost", "risk"],
        "additionalProperties": False,
    }
    for name, entry in form["properties"].items():
        assert entry["properties"]["id"] == {"type": "string", "enum": [name]}
        assert {**entry["properties"], "id": item["properties"]["id"]} == item["properties"]
    assert item["properties"]["lean"]["enum"] == ["lower", "firm", "higher"]
