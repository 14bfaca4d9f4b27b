"""How far a seniority level moves marks: answers that are marked at two levels, compared in pairs.

The id of such a row is the answer's own and its level, ID-pm and ID-principal. Grades nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from coach.evals import statistics as s
from coach.evals.measure import Block
from coach.evals.results import ResultRow

LESS, MORE = "pm", "principal"
Pair = tuple[ResultRow, ResultRow]
Shift = tuple[str, int]


def measure_levels(rows: Sequence[ResultRow]) -> dict[str, Any]:
    """Shifts from `pm` to `principal`, of the labels and of the grader; empty without such pairs.

    Each of `labels` and `given` holds `overall` and `criteria` (pooled, then ID.shift): the mean shift,
    and the shares of marks that fell, rose or stayed. Pairs with an ungraded side are left out.
    """
    pairs = find_pairs(rows)
    if not pairs:
        return {}
    return {
        "labels": {
            "overall": _block(_overall(pairs, lambda row: row.gold.overall)),
            "criteria": _criteria(pairs, lambda row: row.gold.criteria_scores),
        },
        "given": {
            "overall": _block(_overall(pairs, lambda row: row.overall)),
            "criteria": _criteria(pairs, lambda row: row.marks),
        },
    }


def find_pairs(rows: Sequence[ResultRow]) -> list[Pair]:
    """The rows of one answer at both levels, in the order of the first."""
    found: dict[tuple[str, str], dict[str, ResultRow]] = defaultdict(dict)
    for row in rows:
        if row.level and row.part == "main":
            found[row.set, row.id.removesuffix(f"-{row.level}")][row.level] = row
    return [(sides[LESS], sides[MORE]) for sides in found.values() if LESS in sides and MORE in sides]


def _overall(pairs: Sequence[Pair], mark: Callable[[ResultRow], int | None]) -> list[Shift]:
    return [
        (less.question_id, after - before)
        for less, more in pairs
        if (before := mark(less)) is not None and (after := mark(more)) is not None
    ]


def _criteria(pairs: Sequence[Pair], marks: Callable[[ResultRow], Any]) -> Block:
    shifts: dict[str, list[Shift]] = defaultdict(list)
    for less, more in pairs:
        for name, before in marks(less).items():
            after = marks(more).get(name)
            if before is not None and after is not None:
                shifts[name].append((less.question_id, after - before))
    block = _block([shift for found in shifts.values() for shift in found])
    return block | {f"{name}.shift": _mean(found) for name, found in sorted(shifts.items())}


def _block(shifts: Sequence[Shift]) -> Block:
    return {
        "shift": _mean(shifts),
        "fell": _share(shifts, lambda shift: shift < 0),
        "stayed": _share(shifts, lambda shift: shift == 0),
        "rose": _share(shifts, lambda shift: shift > 0),
    }


def _mean(shifts: Sequence[Shift]) -> s.Estimate:
    table = s.mean_table([float(shift) for _, shift in shifts], [question for question, _ in shifts])
    return s.estimate(table, s.share, len(shifts))


def _share(shifts: Sequence[Shift], holds: Callable[[int], bool]) -> s.Estimate:
    return _mean([(question, int(holds(shift))) for question, shift in shifts])
