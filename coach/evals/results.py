"""Rows of an eval run: the row-out contract with gold, kind, sample and what the raw replies were like."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from coach.errors import BadReply, DatasetError, SetupError
from coach.evals.run import Result
from coach.evals.stress import Direction
from coach.evals.suite import Part
from coach.grading.reply import read_reply
from coach.llm.files import numbered_lines, write_whole
from coach.schema.base import Frozen, first_fault
from coach.schema.row import RowOut, Source

RESULTS = "results.jsonl"
SUMMARY = "summary.json"


class GoldMarks(Frozen):
    overall: int | None = None
    criteria_scores: dict[str, int] = {}


class RawReplies(Frozen):
    """What a model's replies were like before code had its say.

    `unreadable` counts first replies that were not of the schema; `cited` passages named by the model,
    `cited_given` those of them that it had been given; `shown` and `shown_given` the same of the
    citations that stand in the grade.
    """

    replies: int = 0
    repairs: int = 0
    unreadable: int = 0
    cited: int = 0
    cited_given: int = 0
    shown: int = 0
    shown_given: int = 0


class CaseMark(Frozen):
    """Which stress case a row belongs to; empty for gold rows."""

    family: str
    direction: Direction
    base: str = ""
    pair: str = ""
    side: str = ""


class ResultRow(RowOut):
    """One graded job. `set` is the gold set's name, `part` the part of the suite, `level` the gold row's."""

    part: Part
    set: str = ""
    question_id: str = ""
    round: str = ""
    kind: str = ""
    level: str = ""
    sample: int = 0
    gold: GoldMarks = GoldMarks()
    case: CaseMark | None = None
    raw: RawReplies = RawReplies()

    @property
    def marks(self) -> dict[str, int | None]:
        return {verdict.id: verdict.score for verdict in self.criteria}


def make_row(result: Result, number: int, file: str) -> ResultRow:
    """The row of one result; `number` counts the rows of the run from 1."""
    job, row, case = result.job, result.job.row, result.job.case
    base = {name: getattr(result.grade, name) for name in type(result.grade).model_fields}
    about: dict[str, Any] = {}
    if row is not None and case is None:
        about["gold"] = GoldMarks(overall=row.overall, criteria_scores=row.criteria_scores)
        about["kind"] = row.kind
        about["level"] = row.level
    if case is not None:
        about["case"] = CaseMark(
            family=case.family, direction=case.direction, base=case.base, pair=case.pair, side=case.side
        )
    return ResultRow(
        **base,
        **about,
        id=job.id,
        row=number,
        source=Source(file=file, line=row.line if row is not None else 0),
        extra={},
        part=job.part,
        set=job.gold,
        question_id=row.cluster if row is not None and case is None else job.task.question.id,
        round=job.task.question.round or "",
        sample=job.sample,
        raw=_raw(result),
    )


def _raw(result: Result) -> RawReplies:
    if result.job.part == "plain":
        unreadable = sum(result.grade.status == "ungraded" for _ in result.calls[:1])
        return RawReplies(replies=len(result.calls), unreadable=unreadable)
    given = {passage.id for passage in result.job.task.passages}
    cited = _cited(result)
    shown = [item.passage for verdict in result.grade.criteria for item in verdict.citations]
    return RawReplies(
        replies=len(result.calls),
        repairs=sum(request.purpose.endswith("_repair") for request, _ in result.calls),
        unreadable=_unreadable(result),
        cited=len(cited),
        cited_given=sum(name in given for name in cited),
        shown=len(shown),
        shown_given=sum(name in given for name in shown),
    )


def _unreadable(result: Result) -> int:
    first = [reply for request, reply in result.calls if not request.purpose.endswith("_repair")]
    count = 0
    for reply in first:
        try:
            read_reply(reply.content)
        except BadReply:
            count += 1
    if not result.calls and result.grade.error is not None:
        count += result.grade.error.kind in ("bad_reply", "refused")
    return count


def _cited(result: Result) -> list[str]:
    """Passages as the model named them; of a grader without a model, as its verdicts cite them."""
    if not result.calls:
        return [c.passage for verdict in result.grade.criteria for c in verdict.citations]
    try:
        reply = read_reply(result.calls[-1][1].content)
    except BadReply:
        return []
    return [name for report in reply.criteria for name in report.passages]


def write_results(folder: Path, rows: Iterable[Frozen], summary: dict[str, Any]) -> None:
    """results.jsonl and summary.json, each whole or not at all."""
    write_whole(folder / RESULTS, (row.model_dump_json() + "\n" for row in rows))
    write_whole(folder / SUMMARY, [show_json(summary)])


def show_json(summary: dict[str, Any]) -> str:
    return json.dumps(summary, indent=1, ensure_ascii=False) + "\n"


def read_results(folder: Path) -> list[ResultRow]:
    """The rows of a results folder; SetupError where there is none."""
    path = folder / RESULTS
    if not path.exists():
        raise SetupError(f"{folder} holds no {RESULTS}. `coach eval run -o {folder}` makes one.")
    rows = []
    for number, line in numbered_lines(path):
        try:
            rows.append(ResultRow.model_validate_json(line))
        except ValidationError as error:
            raise DatasetError(f"{path}:{number}: not a result row ({first_fault(error)}).") from error
    return rows


def read_summary(folder: Path) -> dict[str, Any]:
    try:
        data = json.loads((folder / SUMMARY).read_text(encoding="utf-8"))
    except OSError as error:
        raise SetupError(f"{folder / SUMMARY} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise DatasetError(f"{folder / SUMMARY} is not JSON.") from error
    if not isinstance(data, dict):
        raise DatasetError(f"{folder / SUMMARY} is not a summary.")
    return data
