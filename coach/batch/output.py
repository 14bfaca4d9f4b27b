"""Rows out: each stored row as the contract's JSON object, and whole files of them."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Literal

from coach.batch.intake import dump
from coach.batch.journal import Stored
from coach.batch.markdown import markdown_row
from coach.batch.workbook import MOST_ROWS, write_rows
from coach.errors import UsageError
from coach.llm.files import replacing, write_whole
from coach.schema.grade import Grade, GradeError, GraderId, Usage

Format = Literal["jsonl", "csv", "xlsx", "markdown"]
_BY_SUFFIX: dict[str, Format] = {".csv": "csv", ".xlsx": "xlsx", ".md": "markdown", ".markdown": "markdown"}
_TAIL = ("status", "overall", "range_lo", "range_hi", "needs_review", "flags")
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?([eE][+-]?\d+)?%?")
_FREE = Usage().model_dump(mode="json")  # what a copy of an earlier row cost


def format_of(path: Path | None) -> Format:
    """The format that an output's name asks for; JSON Lines unless it says otherwise."""
    return _BY_SUFFIX.get(path.suffix.lower(), "jsonl") if path else "jsonl"


class RowWriter:
    """Turns stored rows into output. `columns` and `criteria` fix the sheet's columns and their order."""

    def __init__(self, grader: GraderId, columns: Iterable[str], criteria: Iterable[str]) -> None:
        self._grader = grader
        self._columns = list(columns)
        self._criteria = list(criteria)

    def row(self, stored: Stored) -> dict[str, Any]:
        """The row as the contract has it; a row that nobody got to has failed for the budget."""
        grade = json.loads(stored.grade if stored.grade and not stored.error else self._failed(stored))
        if stored.copy:
            grade["usage"] = _FREE
        head = {"id": stored.id, "row": stored.row, "source": {"file": stored.file, "line": stored.line}}
        return {**head, **grade, "extra": json.loads(stored.extra)}

    def line(self, stored: Stored) -> str:
        """`row` as a line of JSON, without parsing what is JSON already."""
        if stored.error or stored.copy or not stored.grade:
            return dump(self.row(stored)) + "\n"
        head = {"id": stored.id, "row": stored.row, "source": {"file": stored.file, "line": stored.line}}
        return f'{dump(head)[:-1]},{stored.grade[1:-1]},"extra":{stored.extra}}}\n'

    def _failed(self, stored: Stored) -> str:
        if stored.error:
            error = GradeError.model_validate_json(stored.error)
        else:
            error = GradeError(kind="budget", message="Not graded: the budget of this run was used up.")
        grade = Grade(
            status="failed", overall=None, range=None, needs_review=True, error=error, grader=self._grader
        )
        return grade.model_dump_json()

    def header(self) -> list[str]:
        fields = [
            f"{name}.{part}" for name in self._criteria for part in ("score", "quote", "reason", "advice")
        ]
        return [neutral(name) for name in self._columns] + [*_TAIL, *fields, "error"]

    def cells(self, stored: Stored) -> list[Any]:
        """The row as cells under `header`: text (safe in a spreadsheet), numbers, or None."""
        row = self.row(stored)
        record = json.loads(stored.record or "{}")
        low, high = row["range"] or (None, None)
        cells: list[Any] = [_cell(record.get(name)) for name in self._columns]
        cells += [row["status"], row["overall"], low, high, row["needs_review"], ";".join(row["flags"])]
        verdicts = {item["id"]: item for item in row["criteria"]}
        for name in self._criteria:
            cells += _verdict_cells(verdicts.get(name))
        error = row["error"]
        return [*cells, neutral(f"{error['kind']}: {error['message']}") if error else None]


def write_output(
    path: Path,
    rows: Callable[[], Iterable[Stored]],
    writer: RowWriter,
    kind: Format,
    say: Callable[[str], None],
) -> None:
    """Write the file whole or not at all. Raises SetupError that names it where the disk refuses."""
    if kind != "xlsx":
        write_whole(path, text_of(rows(), writer, kind))
        return
    with replacing(path) as temporary:
        cut = write_rows(temporary, [("grades", _sheet(rows(), writer))])
    if cut:
        say(f"{path}: some texts were cut to what a cell can hold; the other formats hold them whole.")


def text_of(rows: Iterable[Stored], writer: RowWriter, kind: Format) -> Iterator[str]:
    """The output in pieces, for every format that is text."""
    if kind == "csv":
        yield _csv_line(writer.header())
        for stored in rows:
            yield _csv_line(writer.cells(stored))
    elif kind == "markdown":
        for stored in rows:
            yield markdown_row(writer.row(stored), stored)
    else:
        for stored in rows:
            yield writer.line(stored)


def neutral(text: str) -> str:
    """Text that no spreadsheet runs as a formula; plain numbers stay as they are."""
    if text.startswith(("=", "+", "-", "@", "\t", "\r")) and not _NUMBER.fullmatch(text):
        return "'" + text
    return text


def _sheet(rows: Iterable[Stored], writer: RowWriter) -> Iterator[list[Any]]:
    yield writer.header()
    for number, stored in enumerate(rows, start=2):
        if number > MOST_ROWS:
            raise UsageError("A sheet holds 1,048,575 rows at most. Write .csv or .jsonl instead.")
        yield writer.cells(stored)


def _cell(value: object) -> Any:
    if isinstance(value, str):
        return neutral(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    return neutral(dump(value))


def _verdict_cells(verdict: dict[str, Any] | None) -> list[Any]:
    if verdict is None:
        return [None, None, None, None]
    quotes = " | ".join(item["quote"] for item in verdict["evidence"] if item["found"])
    return [verdict["score"], neutral(quotes), neutral(verdict["reason"]), neutral(verdict["advice"])]


def _csv_line(cells: list[Any]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([str(cell).lower() if isinstance(cell, bool) else cell for cell in cells])
    return out.getvalue()
