"""Takes rows in: notes each in the journal, and gives on what still has to be graded, in good order."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from coach.batch.context import Context
from coach.batch.journal import Journal
from coach.batch.rows import Row
from coach.schema.answer import Answer
from coach.schema.grade import GradeError, GradeTask

WINDOW = 2000  # rows that are put in order of their question, so that a server's prefix cache serves them
_FIRST = 128  # rows of the first window, so that the run begins before much is read
_AT_A_TIME = 16  # rows that are read for the next window whenever one is given out


@dataclass(frozen=True, slots=True)
class Work:
    """One answer that has to be graded, and the key that its grade is kept under."""

    content: bytes
    maker: int
    context: Context
    answer: Answer

    def task(self) -> GradeTask:
        return self.context.task(self.answer)


@dataclass
class Tally:
    """Counts of a run as it goes. `cost_usd` is what this run spent, None once a price is unknown."""

    rows: int = 0
    bad: int = 0
    copies: int = 0
    reused: int = 0
    graded: int = 0
    ungraded: int = 0
    failed: int = 0
    requests: int = 0
    cost_usd: float | None = 0.0
    whole: bool = False  # all rows have been read
    columns: dict[str, None] = field(default_factory=dict)
    criteria: dict[str, None] = field(default_factory=dict)

    @property
    def done(self) -> int:
        return self.bad + self.copies + self.reused + self.graded + self.ungraded + self.failed


class Intake:
    """Iterates over the work of a run. `made_of` gives the journal what makes a context's grades.

    A row with the content of an earlier one is no work of its own: it gets the same grade. Neither is
    one that an earlier run finished, unless `again`.
    """

    def __init__(
        self,
        rows: Iterable[Row],
        journal: Journal,
        made_of: Callable[[Context], dict[str, Any]],
        *,
        tally: Tally,
        limit: int | None = None,
        keep_records: bool = False,
        again: bool = False,
    ) -> None:
        self._rows = islice(rows, limit)
        self._journal = journal
        self._made_of = made_of
        self._makers: dict[Context, int] = {}
        self._tally = tally
        self._keep_records = keep_records
        self._again = again

    def __iter__(self) -> Iterator[Work]:
        for row in self._rows:
            self._tally.rows += 1
            work = self._take(row)
            if work is not None:
                yield work
        self._tally.whole = True

    def _take(self, row: Row) -> Work | None:
        if not self._journal.claim_id(row.id):
            row.error = GradeError(kind="bad_row", message=f"The id {row.id!r} was used by an earlier row.")
            row.id = f"{row.id}#{row.number}"
            self._journal.claim_id(row.id)
        if self._keep_records:
            if row.record.keys() == {"answer"}:  # a text file: say which
                row.record = {"id": row.id, "file": row.file, **row.record}
            self._tally.columns.update(dict.fromkeys(row.record))
        if row.error is not None or row.context is None or row.answer is None:
            self._tally.bad += 1
            self._note(row, None, copy=False)
            return None
        maker = self._maker(row.context)
        self._tally.criteria.update(dict.fromkeys(item.id for item in row.context.criteria))
        first = self._journal.claim_key(row.content, maker)
        self._note(row, (row.content, maker), copy=not first)
        if not first:
            self._tally.copies += 1
            return None
        if not self._again and self._journal.has_grade(row.content, maker):
            self._tally.reused += 1
            return None
        return Work(row.content, maker, row.context, row.answer)

    def _maker(self, context: Context) -> int:
        if context not in self._makers:
            if len(self._makers) > WINDOW:
                self._makers.clear()
            self._makers[context] = self._journal.maker(self._made_of(context))
        return self._makers[context]

    def _note(self, row: Row, key: tuple[bytes, int] | None, *, copy: bool) -> None:
        question = row.context.question.id if row.context else ""
        self._journal.add_row(
            (row.number, row.id, row.file, row.line, row.candidate, question),
            key,
            copy=copy,
            error=row.error.model_dump_json() if row.error else None,
            extra=dump(row.extra),
            record=dump(row.record) if self._keep_records else None,
        )


def grouped(work: Iterable[Work], window: int = WINDOW) -> Iterator[Work]:
    """The same work, answers to one question together as far as `window` of them allow.

    The next window is read little by little while this one is worked off, so that nobody waits for it.
    """
    items = iter(work)
    ready = deque(sorted(islice(items, min(window, _FIRST)), key=_group))
    coming: list[Work] = []
    while ready:
        yield ready.popleft()
        coming.extend(islice(items, min(_AT_A_TIME, window - len(coming))))
        if not ready:
            ready, coming = deque(sorted(coming, key=_group)), []


def dump(value: object) -> str:
    """Compact JSON that can be written as UTF-8 whatever is in it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":"))
    return text


def _group(work: Work) -> int:
    return work.maker
