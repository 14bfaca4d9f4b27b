"""The contract with the model that grades: what it must report, as a schema and as checked values.

Field order is the order in which the model writes: observations before the level that rests on them.
"""

from __future__ import annotations

import json
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from coach.errors import BadReply
from coach.llm.jsontext import extract_json
from coach.schema.chat import ReplySchema
from coach.schema.rubric import Criterion

Lean = Literal["lower", "firm", "higher"]
Fault = Literal[
    "none", "generic", "absent", "other_question", "wrong", "deferred", "unsafe", "ignores_constraint"
]


class _Reply(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FatalReport(_Reply):
    sign: str
    quote: str


class CriterionReport(_Reply):
    """One criterion as the model saw it; ids and level are checked against the rubric in `problems`."""

    id: str
    signs: tuple[str, ...]
    quotes: tuple[str, ...]
    missing: str
    level: int
    why_not_higher: str
    why_not_lower: str
    lean: Lean
    fault: Fault
    passages: tuple[str, ...]
    advice: str


class GradeReply(_Reply):
    speaks_to_grader: bool
    serves_question: Literal["yes", "partly", "no"]
    fatal: tuple[FatalReport, ...]
    criteria: tuple[CriterionReport, ...]


def reply_schema(top: int) -> ReplySchema:
    """The strict JSON schema of a report on a scale of 1..top. The same for every question."""
    definition = _inline(GradeReply.model_json_schema())
    definition["properties"]["criteria"]["items"]["properties"]["level"]["enum"] = list(range(1, top + 1))
    return ReplySchema(name="grade_report", definition=definition)


def pin_criteria(schema: ReplySchema, ids: tuple[str, ...]) -> ReplySchema:
    """The schema with a form to send in which every criterion has its own entry, by id.

    A server that enforces it cannot leave a criterion out or report one twice.
    """
    item = schema.definition["properties"]["criteria"]["items"]
    entries = {
        name: {**item, "properties": {**item["properties"], "id": {"type": "string", "enum": [name]}}}
        for name in ids
    }
    criteria = {
        "type": "object",
        "properties": entries,
        "required": list(ids),
        "additionalProperties": False,
    }
    properties = {**schema.definition["properties"], "criteria": criteria}
    return schema.model_copy(update={"sent": {**schema.definition, "properties": properties}})


def read_reply(content: str) -> GradeReply:
    """Parse a reply; BadReply says which field is wrong."""
    data = _listed(extract_json(content))
    try:
        return GradeReply.model_validate_json(json.dumps(data))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BadReply(f"The model's report does not fit the schema: {where}: {first['msg']}.") from error


def _listed(data: dict[str, Any]) -> dict[str, Any]:
    """The reply with its criteria as a list, also where they came by id."""
    criteria = data.get("criteria")
    if not isinstance(criteria, dict):
        return data
    entries = [{"id": name, **item} if isinstance(item, dict) else item for name, item in criteria.items()]
    return {**data, "criteria": entries}


def problems(reply: GradeReply, criteria: tuple[Criterion, ...]) -> dict[str, str]:
    """What contradicts itself or the rubric, as {criterion id: sentence}; empty when all is well.

    A contradiction is a level in the upper half of the scale (3 of 4, 2 of 3) without any good sign, a
    top level beside as many bad signs as good ones, or a bottom level beside two or more good signs and
    no bad one.
    """
    found: dict[str, str] = {}
    given = [report.id for report in reply.criteria]
    for criterion in criteria:
        count = given.count(criterion.id)
        if count != 1:
            found[criterion.id] = f"{criterion.id}: reported {count} times; report it exactly once."
            continue
        report = reply.criteria[given.index(criterion.id)]
        sentence = _contradiction(report, criterion)
        if sentence:
            found[criterion.id] = f"{criterion.id}: {sentence}"
    return found


def _contradiction(report: CriterionReport, criterion: Criterion) -> str:
    top = criterion.top
    if not 1 <= report.level <= top:
        return f"level {report.level} is not on the scale 1 to {top}."
    if not criterion.signs.good:
        return ""
    good = sum(sign.id in report.signs for sign in criterion.signs.good)
    bad = sum(sign.id in report.signs for sign in criterion.signs.bad)
    if report.level > top / 2 and not good:
        return f"level {report.level} is given, but no good sign of the list is reported."
    if report.level == top and bad >= good:
        return f"the top level is given, but {bad} bad and {good} good signs are reported."
    if report.level == 1 and good >= 2 and not bad and report.fault not in ("wrong", "deferred"):
        return f"the lowest level is given, but {good} good signs and no bad one are reported."
    return ""


def _inline(schema: dict[str, Any]) -> dict[str, Any]:
    """Resolve $ref and drop titles and descriptions: some servers know no references."""
    definitions = schema.pop("$defs", {})

    def walk(node: Any) -> Any:
        if isinstance(node, list):
            return [walk(item) for item in node]
        if not isinstance(node, dict):
            return node
        if "$ref" in node:
            return walk(definitions[node["$ref"].rsplit("/", 1)[1]])
        return {
            key: {name: walk(item) for name, item in value.items()} if key == "properties" else walk(value)
            for key, value in node.items()
            if key not in ("title", "description")
        }

    resolved: dict[str, Any] = walk(schema)
    return resolved
