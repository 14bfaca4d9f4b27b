"""Whether a grader's doubt can be trusted: how often it is right where it shows none. Reads no files."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from coach.evals import statistics as s
from coach.evals.measure import Block
from coach.evals.results import ResultRow
from coach.evals.statistics import Estimate


def measure_certainty(rows: Sequence[ResultRow]) -> Block:
    """Over graded rows with a gold mark: how narrow ranges are, and how often the gold mark lies in them.

    `exact_when_sure` counts rows with a range of one level and no `needs_review`; `exact_when_unsure`
    the others.
    """
    graded = [row for row in rows if row.overall is not None and row.gold.overall is not None]
    sure = [row for row in graded if _is_sure(row)]
    unsure = [row for row in graded if not _is_sure(row)]
    return {
        "sure": _share(graded, _is_sure),
        "exact_when_sure": _share(sure, _is_right),
        "exact_when_unsure": _share(unsure, _is_right),
        "gold_in_range": _share(graded, _holds_gold),
    }


def reliability(rows: Sequence[ResultRow]) -> list[dict[str, object]]:
    """For every mark given, with and without doubt: how many answers and how often it is gold's."""
    table: list[dict[str, object]] = []
    marks = sorted({row.overall for row in rows if row.overall is not None})
    for mark in marks:
        for sure in (True, False):
            mine = [
                row
                for row in rows
                if row.overall == mark and row.gold.overall is not None and _is_sure(row) == sure
            ]
            if mine:
                right = _share(mine, _is_right)
                table.append({"mark": mark, "sure": sure, "n": len(mine), **right.model_dump(exclude={"n"})})
    return table


def _share(rows: Sequence[ResultRow], holds: Callable[[ResultRow], bool]) -> Estimate:
    clusters = [row.question_id for row in rows]
    return s.estimate(s.mean_table([float(holds(row)) for row in rows], clusters), s.share, len(rows))


def _is_sure(row: ResultRow) -> bool:
    return row.range is not None and row.range[0] == row.range[1] and not row.needs_review


def _is_right(row: ResultRow) -> bool:
    return row.overall == row.gold.overall


def _holds_gold(row: ResultRow) -> bool:
    gold = row.gold.overall
    return gold is not None and row.range is not None and row.range[0] <= gold <= row.range[1]
