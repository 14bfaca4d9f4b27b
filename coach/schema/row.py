"""One row out of batch grading, as scripts read it (field order is part of the contract)."""

from __future__ import annotations

from typing import Any

from coach.schema.base import Frozen
from coach.schema.grade import Flag, Grade, GradeError, GraderId, Status, Usage, Verdict


class Source(Frozen):
    """`line` is 1-based in the input as stored (the row number in a workbook)."""

    file: str
    line: int


class RowOut(Frozen):
    id: str
    row: int
    source: Source
    status: Status
    overall: int | None
    range: tuple[int, int] | None
    criteria: tuple[Verdict, ...]
    flags: tuple[Flag, ...]
    needs_review: bool
    error: GradeError | None
    grader: GraderId
    usage: Usage
    extra: dict[str, Any]

    @classmethod
    def of(cls, grade: Grade, *, id: str, row: int, source: Source, extra: dict[str, Any]) -> RowOut:
        fields = {name: getattr(grade, name) for name in Grade.model_fields}
        return cls(id=id, row=row, source=source, extra=extra, **fields)
