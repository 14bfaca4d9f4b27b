from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.batch.intake import dump
from coach.batch.journal import Stored
from coach.batch.output import RowWriter, format_of, neutral, text_of, write_output
from coach.errors import SetupError
from coach.schema.grade import Evidence, Grade, GradeError, GraderId, Usage, Verdict
from coach.schema.row import RowOut, Source

WHO = GraderId(kind="llm", model="m", prompt="p", rubric="r", guides="g")
QUOTE = "=cmd|' /C calc'!A0"


def grade(**changes: Any) -> Grade:
    verdict = Verdict(
        id="cost",
        status="graded",
        score=3,
        evidence=(Evidence(quote=QUOTE, start=0, end=18, found=True), Evidence(quote="lost")),
        reason="@reason",
        advice="-advice",
    )
    made = Grade(
        status="graded",
        overall=3,
        range=(2, 3),
        criteria=(verdict,),
        flags=("border",),
        needs_review=True,
        grader=WHO,
        usage=Usage(requests=1, prompt_tokens=10, cost_usd=0.5, seconds=1.25),
    )
    return made.model_copy(update=changes)


def stored(
    number: int = 1, *, made: Grade | None = None, error: GradeError | None = None, **changes: Any
) -> Stored:
    fields: dict[str, Any] = {
        "row": number,
        "id": f"r{number}",
        "file": "in.csv",
        "line": number + 1,
        "candidate": "Ann",
        "question": "cheap",
        "copy": False,
        "error": error.model_dump_json() if error else None,
        "extra": dump({"cohort": "B", "é": None}),
        "record": dump({"id": f"r{number}", "answer": "+1+1", "cohort": -5, "=name": "x"}),
        "grade": made.model_dump_json() if made else None,
    }
    return Stored(**(fields | changes))


@pytest.fixture
def writer() -> RowWriter:
    return RowWriter(WHO, ["id", "answer", "cohort", "=name"], ["cost", "risk"])


def test_a_line_is_exactly_the_row_of_the_contract(writer: RowWriter) -> None:
    item = stored(made=grade())
    source = Source(file="in.csv", line=2)
    row = RowOut.of(grade(), id="r1", row=1, source=source, extra={"cohort": "B", "é": None})
    assert json.loads(writer.line(item)) == row.model_dump(mode="json")
    assert list(json.loads(writer.line(item))) == list(RowOut.model_fields)
    assert writer.row(item) == json.loads(writer.line(item))


def test_rows_that_nobody_graded_say_why(writer: RowWriter) -> None:
    bad = writer.row(stored(error=GradeError(kind="no_answer", message="nothing")))
    left = writer.row(stored())
    assert (bad["status"], bad["error"]["kind"], bad["overall"], bad["criteria"]) == (
        "failed",
        "no_answer",
        None,
        [],
    )
    assert left["error"]["kind"] == "budget"
    RowOut.model_validate(bad)
    assert bad["grader"] == WHO.model_dump()


def test_a_copy_costs_nothing(writer: RowWriter) -> None:
    row = json.loads(writer.line(stored(made=grade(), copy=True)))
    assert (row["overall"], row["usage"]["requests"], row["usage"]["cost_usd"]) == (3, 0, 0.0)


def test_csv_has_the_columns_of_the_contract_and_no_formulas(writer: RowWriter) -> None:
    failed = GradeError(kind="bad_row", message="Not CSV")
    rows = [stored(made=grade()), stored(2, error=failed), stored(3, made=grade(criteria=()))]
    text = "".join(text_of(rows, writer, "csv"))
    head, first, second, third = csv.reader(io.StringIO(text))
    assert head[:4] == ["id", "answer", "cohort", "'=name"]
    tail = ["status", "overall", "range_lo", "range_hi", "needs_review", "flags"]
    assert head[4:10] == tail
    assert head[10:] == [
        f"{c}.{p}" for c in ("cost", "risk") for p in ("score", "quote", "reason", "advice")
    ] + ["error"]
    row = dict(zip(head, first, strict=True))
    assert (row["answer"], row["cohort"], row["cost.quote"]) == ("'+1+1", "-5", "'" + QUOTE)
    assert (row["cost.reason"], row["cost.advice"], row["needs_review"]) == ("'@reason", "'-advice", "true")
    assert (row["overall"], row["range_lo"], row["range_hi"], row["flags"]) == ("3", "2", "3", "border")
    assert dict(zip(head, second, strict=True))["error"] == "bad_row: Not CSV"
    assert dict(zip(head, third, strict=True))["cost.score"] == ""


def test_a_workbook_holds_the_same_and_runs_nothing(writer: RowWriter, tmp_path: Path) -> None:
    item = stored(made=grade(), record=dump({"id": "r1", "answer": "=1+1\x00", "cohort": "x" * 40_000}))
    said: list[str] = []
    write_output(tmp_path / "out.xlsx", lambda: [item], writer, "xlsx", said.append)
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx").active
    head, row = list(sheet.iter_rows())
    assert [cell.value for cell in head] == writer.header()
    assert row[1].value == "'=1+1\ufffd"
    assert all(cell.data_type != "f" for cell in (*head, *row))
    assert [cell.value for cell in row[4:10]] == ["graded", 3, 2, 3, True, "border"]
    assert "cut" in said[0]
    assert [path.name for path in tmp_path.iterdir()] == ["out.xlsx"]


@given(st.text(max_size=30))
def test_no_cell_starts_like_a_formula_but_numbers_stay(text: str) -> None:
    cell = neutral(text)
    assert cell.removeprefix("'").endswith(text[1:]) if text else cell == ""
    dangerous = cell.startswith(("=", "@", "\t", "\r")) or (
        cell[:1] in "+-" and cell and not cell[1:2].isdigit()
    )
    assert not dangerous


@pytest.mark.parametrize("text", ["-5", "+3.5", "-1e6", "12%", "-2,5"])
def test_plain_numbers_are_no_formulas(text: str) -> None:
    assert neutral(text) == text


@pytest.mark.parametrize("text", ["-5+1", "+49 170 1", "--1", "-1e6()", "\t1", "\r=1"])
def test_whatever_only_begins_like_a_number_is_one(text: str) -> None:
    assert neutral(text) == "'" + text


def test_markdown_shows_text_of_others_as_text(writer: RowWriter) -> None:
    made = grade(flags=())
    [text] = text_of([stored(made=made, id="<b>#1\n# x", candidate="[a](b)")], writer, "markdown")
    assert text.startswith("## \\<b\\>#1 # x\n")
    assert "\\[a\\](b)" in text
    assert "**Mark 3 (2 to 3), for a second look**" in text


def test_an_output_appears_whole_or_not_at_all(writer: RowWriter, tmp_path: Path) -> None:
    (tmp_path / "out.csv").write_text("old")

    def breaking() -> Iterator[Stored]:
        yield stored(made=grade())
        raise LookupError

    for name in ("out.csv", "out.xlsx"):
        with pytest.raises(LookupError):
            write_output(tmp_path / name, breaking, writer, format_of(Path(name)), print)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"out.csv": "old"}


def test_a_place_that_cannot_be_written_is_told(writer: RowWriter, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for name in ("out.jsonl", "out.xlsx"):
        with pytest.raises(SetupError, match="cannot be written"):
            write_output(tmp_path / "file" / name, lambda: [], writer, format_of(Path(name)), print)
