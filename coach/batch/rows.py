"""Records as rows to grade: each with an id, an answer and a context, or with the error it fails with."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from coach.batch.context import Asked, Context, Contexts
from coach.batch.files import STDIN, InputFile
from coach.batch.records import Header, Record, Say, read_records
from coach.errors import RowError
from coach.schema.answer import Answer, Turn
from coach.schema.grade import GradeError

ANSWER_LIMIT = 100_000  # characters
_PLAIN = ("answer", "question_id", "question", "id", "criteria", "rubric")


@dataclass(frozen=True)
class Columns:
    """Names of the input's fields; "" and () stand for the names that the contract gives.

    With several `answers`, or none in a sheet whose header holds questions, each such column is one
    question, and each of its cells one row.
    """

    answers: tuple[str, ...] = ()
    question: str = ""
    id: str = ""
    candidate: str = "candidate"

    @property
    def named(self) -> tuple[str, ...]:
        """The columns that a sheet must have, since the command names them."""
        return tuple(name for name in (*self.answers, self.question, self.id) if name)


@dataclass(slots=True)
class Row:
    """One row to grade. Either `error` is set, or `context` and `answer` are.

    `record` holds the input's columns, `extra` those of them that the program does not use.
    """

    number: int
    id: str
    file: str
    line: int
    record: dict[str, Any]
    extra: dict[str, Any]
    candidate: str = ""
    context: Context | None = None
    answer: Answer | None = None
    error: GradeError | None = None
    content: bytes = field(default=b"")


class RowReader:
    """Reads the rows of all inputs, numbered through; `question` is asked where a row names none.

    A row may name a rubric's file in the folder `rubrics`, where that is None in its input's own, which is
    the current one for standard input.
    """

    def __init__(
        self,
        contexts: Contexts,
        columns: Columns,
        *,
        question: str = "",
        rubrics: Path | None = None,
        say: Say = lambda text: None,
    ) -> None:
        self._contexts = contexts
        self._columns = columns
        self._question = question
        self._rubrics = rubrics
        self._say = say
        self._wide = lru_cache(16)(self._question_columns)
        self._names = lru_cache(16)(self._field_names)

    def read(self, files: Iterable[InputFile]) -> Iterator[Row]:
        """Yield every row in order. Raises UsageError where a named column is missing from a sheet."""
        number = 0
        header = Header(self._columns.named, self._has_answers)
        for file in files:
            folder = self._rubrics or (Path() if file.name == STDIN else file.path.parent)
            for record in read_records(file, header, self._say):
                for item, question in self._spread(record):
                    number += 1
                    yield self._row(number, item, question, folder)

    def take(self, record: Record) -> Iterator[Row]:
        """The rows of one record that came another way; one without an id is named by its content."""
        for item, question in self._spread(record):
            row = self._row(0, item, question, self._rubrics)
            if row.id == "row-0":
                told = json.dumps([item.file, item.fields], sort_keys=True, default=str)
                row.id = f"row-{hashlib.sha256(told.encode()).hexdigest()[:12]}"
            yield row

    def _spread(self, record: Record) -> Iterator[tuple[Record, str]]:
        """The record itself or, where each column is one question, one record for each of them."""
        wide = self._wide(record.columns) if record.columns else ()
        if not wide or record.fault:
            yield record, ""
            return
        shared = {key: value for key, value in record.fields.items() if key not in wide}
        for column in wide:
            known = self._contexts.known(column)
            name = known.id if known else column
            answer = record.fields.get(column)
            fields = {**shared, "question_id": name, "answer": answer}
            yield Record(record.file, record.line, fields, tuple(fields)), column

    def _has_answers(self, columns: tuple[str, ...]) -> bool:
        return bool(self._wide(columns)) or self._names(columns)["answer"] in columns

    def _question_columns(self, columns: tuple[str, ...]) -> tuple[str, ...]:
        if len(self._columns.answers) > 1:
            return self._columns.answers
        if self._columns.answers or _named("answer", columns):
            return ()
        return tuple(name for name in columns if self._contexts.known(name))

    def _field_names(self, columns: tuple[str, ...]) -> dict[str, str]:
        """The input's own name of each field; sheets may write them in any case."""
        given = {
            "answer": self._columns.answers[0] if len(self._columns.answers) == 1 else "",
            "question": self._columns.question,
            "id": self._columns.id,
            "candidate": self._columns.candidate,
        }
        return {name: given.get(name) or _named(name, columns) or name for name in (*_PLAIN, "candidate")}

    def _row(self, number: int, record: Record, column: str, folder: Path | None) -> Row:
        names = self._names(record.columns)
        fields = record.fields
        used = {names[name] for name in _PLAIN}
        row = Row(
            number,
            f"row-{number}",
            record.file,
            record.line,
            fields,
            {key: value for key, value in fields.items() if key not in used},
        )
        try:
            row.id = _text(fields.get(names["id"]), "id") or row.id
            if column and row.id != f"row-{number}":
                row.id = f"{row.id}:{fields['question_id']}"
            row.candidate = _text(fields.get(names["candidate"]), "candidate")
            if record.fault:
                raise RowError(*record.fault)
            row.answer = _answer(fields, names["answer"], sheet=bool(record.columns))
            row.context = self._contexts.find(self._asked(fields, names, column, folder))
            row.content = row.context.content(row.answer)
        except RowError as error:
            row.error = GradeError.model_validate({"kind": error.kind, "message": str(error)})
        return row

    def _asked(
        self, fields: dict[str, Any], names: dict[str, str], column: str, folder: Path | None
    ) -> Asked:
        name = _text(fields.get(names["question_id"]), "question_id")
        text = column or _text(fields.get(names["question"]), "question")
        if not name and not text.strip():
            text = self._question
        known = self._contexts.known(text) if text and not name else None
        return Asked(
            name=known.id if known else name if name != column else "",
            text=text,
            criteria=_criteria(fields.get(names["criteria"])),
            rubric=_rubric(fields.get(names["rubric"])),
            folder=folder,
        )


def _named(name: str, columns: tuple[str, ...]) -> str:
    if name in columns:
        return name
    return next((column for column in columns if column.strip().casefold() == name), "")


def _answer(fields: dict[str, Any], name: str, *, sheet: bool) -> Answer:
    value = fields.get(name)
    if sheet and isinstance(value, int | float):
        value = str(value)  # a spreadsheet makes a number of every cell that looks like one
    if value is None:
        there = ", ".join(str(key) for key in list(fields)[:12]) or "none"
        raise RowError("no_answer", f"The row has no {name!r}. Fields that it has: {there}.")
    if isinstance(value, str):
        answer = Answer.model_construct(text=value, turns=())
    elif isinstance(value, list):
        answer = Answer.of([_turn(item, number, name) for number, item in enumerate(value, start=1)])
    else:
        raise RowError("bad_row", f"{name}: must be text or a list of turns.")
    _check_text(answer, name)
    return answer


def _turn(value: object, number: int, name: str) -> Turn:
    try:
        if isinstance(value, dict):
            return Turn(role=value["role"], text=value["text"])
    except (KeyError, ValidationError) as error:
        wanted = "`role` (interviewer or candidate) and `text`"
        raise RowError("bad_row", f"{name}: turn {number} needs {wanted}.") from error
    raise RowError("bad_row", f"{name}: turn {number} must be an object with `role` and `text`.")


def _check_text(answer: Answer, name: str) -> None:
    texts = [answer.text] if answer.text is not None else [turn.text for turn in answer.turns]
    length = sum(map(len, texts))
    if length > ANSWER_LIMIT:
        raise RowError("too_long", f"{name}: {length:,} characters; at most {ANSWER_LIMIT:,} are graded.")
    for text in texts:
        _check_unicode(text, name)


def _check_unicode(text: str, name: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        where = f"{name}: character {error.start + 1}"
        raise RowError("bad_row", f"{where} is half of a surrogate pair, not text.") from error


def _text(value: object, name: str) -> str:
    """A short text field; whole numbers are taken for text, "" stands for nothing given."""
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise RowError("bad_row", f"{name}: must be text.")
    _check_unicode(value, name)
    return value


def _criteria(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, str):
        value = value.split(";")
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise RowError("bad_row", "criteria: must be a list of criterion ids.")
    return tuple(item.strip() for item in value if item.strip())


def _rubric(value: object) -> str:
    if isinstance(value, dict):
        return json.dumps(value, sort_keys=True)
    return _text(value, "rubric").strip()
