"""Input files as records: the fields of each row as the file gives them. Judges no field's meaning."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from coach.batch.encoding import find_encoding
from coach.batch.files import DamagedFile, InputFile
from coach.errors import UsageError

Say = Callable[[str], None]
LINE_LIMIT = 16 * 2**20  # bytes of one line or cell; a longest answer, quoted and escaped, is far below
_DELIMITERS = (",", ";", "\t")


@dataclass(frozen=True, slots=True)
class Record:
    """One row of a file. `fault`, where set, says why it has no usable fields: (error kind, message)."""

    file: str
    line: int
    fields: dict[str, Any]
    columns: tuple[str, ...] = ()
    fault: tuple[str, str] | None = None


@dataclass(frozen=True)
class Header:
    """What a sheet's columns must be. One without a column of `wanted` is a wrong command; one for which
    `has_answers` is false is no sheet of answers, and is left out where another one of the workbook is."""

    wanted: tuple[str, ...] = ()
    has_answers: Callable[[tuple[str, ...]], bool] = lambda columns: True

    def check(self, columns: tuple[str, ...], name: str) -> None:
        missing = [column for column in self.wanted if column not in columns]
        if missing:
            raise UsageError(
                f"{name} has no column {missing[0]!r}. Its columns are: {', '.join(columns) or '(none)'}."
            )

    def fits(self, columns: tuple[str, ...]) -> bool:
        return all(column in columns for column in self.wanted) and self.has_answers(columns)


def read_records(file: InputFile, header: Header, say: Say) -> Iterator[Record]:
    """Yield the records of one file in order. `say` gets warnings.

    A file that breaks in the middle gives one last record with a fault; nothing read before is lost.
    """
    line = 0
    try:
        for record in _READERS[file.kind](file, header, say):
            line = record.line
            yield record
    except DamagedFile as error:
        say(str(error))
        yield Record(file.name, line + 1, {}, fault=("bad_row", str(error)))


def _read_lines(file: InputFile, header: Header, say: Say) -> Iterator[Record]:
    with _opened(file) as stream:
        for number, line in _bounded_lines(stream):
            if line is None:
                fault = ("too_long", f"The line is longer than {LINE_LIMIT:,} bytes.")
                yield Record(file.name, number, {}, fault=fault)
            elif line.strip():
                yield parse_line(file.name, number, line)


def _bounded_lines(stream: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """(1-based number, line) pairs; None for a line that is too long, the rest of which is skipped."""
    number = 0
    while line := stream.readline(LINE_LIMIT):
        number += 1
        whole: bytes | None = line
        while not line.endswith(b"\n") and len(line) == LINE_LIMIT:
            whole = None
            line = stream.readline(LINE_LIMIT)
        yield number, whole


def parse_line(name: str, number: int, line: bytes) -> Record:
    """One line of JSON Lines; a fault where it is no JSON object."""
    try:
        text = line.decode("utf-8-sig" if number == 1 else "utf-8")
        fields = json.loads(text, parse_constant=_refuse_constant)
    except UnicodeDecodeError as error:
        return _bad(name, number, f"Not UTF-8 (byte {error.start + 1} of the line).")
    except json.JSONDecodeError as error:
        return _bad(name, number, f"Not JSON: {error.msg} at character {error.pos + 1}.")
    except (ValueError, RecursionError) as error:
        return _bad(name, number, f"Not JSON that can be read: {error}.")
    if not isinstance(fields, dict):
        return _bad(name, number, "A row must be a JSON object with `answer` and a question.")
    return Record(name, number, fields)


def _refuse_constant(text: str) -> None:
    raise ValueError(f"{text} is no JSON value")


def _bad(name: str, number: int, message: str) -> Record:
    return Record(name, number, {}, fault=("bad_row", message))


def _read_csv(file: InputFile, header: Header, say: Say) -> Iterator[Record]:
    encoding = find_encoding(file, say)
    csv.field_size_limit(LINE_LIMIT)
    with _opened(file) as stream:
        text = io.TextIOWrapper(stream, encoding=encoding, errors="replace", newline="")
        first = text.readline(LINE_LIMIT)
        delimiter = max(_DELIMITERS, key=first.count) if first.strip() else ","
        rows = _Numbered(first, text, delimiter)
        named = rows.next_row()
        if named is None or not isinstance(named[1], list):
            return
        columns = name_columns(named[1])
        header.check(columns, file.name)
        while (row := rows.next_row()) is not None:
            line, values = row
            if isinstance(values, str):
                yield Record(file.name, line, {}, columns, fault=("bad_row", f"Not CSV: {values}."))
            elif values:
                yield sheet_record(file.name, line, columns, values)


class _Numbered:
    """CSV rows with the line on which each starts; a broken one is its message."""

    def __init__(self, first: str, rest: io.TextIOWrapper, delimiter: str) -> None:
        self._ended = False
        self._reader = csv.reader(self._lines(first, rest), delimiter=delimiter)

    def _lines(self, first: str, rest: io.TextIOWrapper) -> Iterator[str]:
        yield first
        while line := rest.readline(LINE_LIMIT):
            yield line
        self._ended = True

    def next_row(self) -> tuple[int, list[str] | str] | None:
        line = self._reader.line_num + 1
        try:
            cells = next(self._reader)
        except StopIteration:
            return None
        except csv.Error as error:
            return line, str(error)
        if self._ended:  # in mid-row: a reader asks for more only within quotes
            last = self._reader.line_num
            return line, f"a quote is never closed, so that lines {line} to {last} would be one cell"
        return line, cells


def name_columns(cells: list[str]) -> tuple[str, ...]:
    """Distinct names for the columns of a header: empty and repeated ones get a number."""
    names: list[str] = []
    for number, cell in enumerate(cells, start=1):
        name = cell.strip() or f"column {number}"
        while name in names:
            name = f"{name} ({number})"
        names.append(name)
    return tuple(names)


def sheet_record(name: str, line: int, columns: tuple[str, ...], values: list[Any]) -> Record:
    """A record of a sheet's row. Cells beyond the header are a fault: half of an answer would be lost."""
    if len(values) > len(columns) and any(value not in ("", None) for value in values[len(columns) :]):
        message = f"{len(values)} cells, but the header has {len(columns)}: is a comma unquoted?"
        fields = dict(zip(columns, values, strict=False))
        return Record(name, line, fields, columns, fault=("bad_row", message))
    return Record(name, line, dict(zip(columns, values, strict=False)), columns)


def _read_workbook(file: InputFile, header: Header, say: Say) -> Iterator[Record]:
    """The rows of every sheet that holds answers, each told as from FILE#SHEET where there are several."""
    from coach.batch.workbook import open_sheets

    with open_sheets(file.path) as sheets:
        fitting = [sheet for sheet in sheets if not sheet.hidden and header.fits(_columns(sheet.head()))]
        for sheet in fitting or sheets[:1]:
            name = file.name if len(sheets) == 1 else f"{file.name}#{sheet.name}"
            yield from _read_sheet(name, sheet.rows(), header)
        for sheet in sheets if fitting else sheets[1:]:
            if sheet not in fitting:
                told = ", ".join(str(cell) for cell in sheet.head() if cell is not None)
                why = "it is hidden" if sheet.hidden else f"columns: {told or 'none'}"
                say(f"{file.name}#{sheet.name} has no answers to grade ({why}) and was left out.")


def _read_sheet(name: str, rows: Iterator[tuple[int, list[Any]]], header: Header) -> Iterator[Record]:
    named = next(rows, None)
    if named is None:
        return
    columns = _columns(named[1])
    header.check(columns, name)
    for line, values in rows:
        if any(value is not None for value in values):
            filled = ["" if value is None else value for value in values]
            filled += [""] * (len(columns) - len(filled))
            yield sheet_record(name, line, columns, filled)


def _columns(head: list[Any]) -> tuple[str, ...]:
    return name_columns([str(cell) if cell is not None else "" for cell in head])


def _read_text(file: InputFile, header: Header, say: Say) -> Iterator[Record]:
    encoding = find_encoding(file, say)
    with _opened(file) as stream:
        data = stream.read(LINE_LIMIT + 1)
    if len(data) > LINE_LIMIT:
        yield Record(file.name, 1, {}, fault=("too_long", f"The file is longer than {LINE_LIMIT:,} bytes."))
        return
    text = data.decode(encoding, errors="replace").replace("\r\n", "\n")
    yield Record(file.name, 1, {"answer": text}, ("answer",))


def _opened(file: InputFile) -> BinaryIO:
    return file.open()


_READERS: dict[str, Callable[[InputFile, Header, Say], Iterator[Record]]] = {
    "jsonl": _read_lines,
    "csv": _read_csv,
    "xlsx": _read_workbook,
    "text": _read_text,
}
