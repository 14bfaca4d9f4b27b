"""Compares two runs on the answers that both graded: paired by answer, resampled by question."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from coach.errors import DatasetError
from coach.evals import statistics as s
from coach.evals.measure import Marks, dump
from coach.evals.results import ResultRow
from coach.evals.statistics import Array, Statistic

_STATISTICS: dict[str, Statistic] = {
    "quadratic_weighted_kappa": s.quadratic_weighted_kappa,
    "exact": s.exact_agreement,
    "within_one": s.within_one,
    "bias": s.signed_bias,
}
_QUOTED = 5


def compare_runs(before: Sequence[ResultRow], after: Sequence[ResultRow], top: int) -> dict[str, Any]:
    """Differences (after minus before) with intervals and permutation p, and the answers that changed.

    Only answers that both runs graded enter the differences; `only_before` and `only_after` count those
    that one of them could not grade.
    """
    one, other = _main(before), _main(after)
    shared = [key for key in one if key in other]
    if not shared:
        raise DatasetError("The two runs have no answer in common.")
    _refuse_other_gold(one, other, shared)
    both = [key for key in shared if one[key].overall is not None and other[key].overall is not None]
    changes = [_change(one[key], other[key]) for key in shared if one[key].overall != other[key].overall]
    worse = sorted((c for c in changes if c["worse_by"] > 0), key=lambda c: (-c["worse_by"], c["id"]))
    return {
        "before": _identity(before),
        "after": _identity(after),
        "n": len(both),
        "only_before": sum(one[k].overall is not None and other[k].overall is None for k in shared),
        "only_after": sum(one[k].overall is None and other[k].overall is not None for k in shared),
        "sets": {
            name: {
                "n": len(keys),
                "overall": _differences(
                    [one[k] for k in keys], [other[k] for k in keys], top, criteria=False
                ),
                "criteria": _differences(
                    [one[k] for k in keys], [other[k] for k in keys], top, criteria=True
                ),
            }
            for name, keys in _by_set(both).items()
        },
        "changed": changes,
        "worst": worse[:_QUOTED],
    }


def _main(rows: Sequence[ResultRow]) -> dict[str, ResultRow]:
    return {f"{row.set}/{row.id}": row for row in rows if row.part == "main"}


def _by_set(keys: list[str]) -> dict[str, list[str]]:
    """Keys by gold set: sets of different difficulty are never pooled."""
    sets: dict[str, list[str]] = {}
    for key in keys:
        sets.setdefault(key.split("/", 1)[0], []).append(key)
    return sets


def _refuse_other_gold(one: dict[str, ResultRow], other: dict[str, ResultRow], shared: list[str]) -> None:
    differing = [key for key in shared if one[key].gold != other[key].gold]
    if differing:
        raise DatasetError(
            f"The gold labels of {len(differing)} answers differ between the two runs ({differing[0]}, ...): "
            "grade both with the same gold before comparing."
        )


def _identity(rows: Sequence[ResultRow]) -> dict[str, Any]:
    return rows[0].grader.model_dump() if rows else {}


def _differences(
    one: Sequence[ResultRow], other: Sequence[ResultRow], top: int, *, criteria: bool
) -> dict[str, Any]:
    first, second = _paired_marks(one, other, top, criteria=criteria)
    tables = (first.table(), second.table())
    found = {
        name: _difference(*tables, statistic, len(first.gold)) for name, statistic in _STATISTICS.items()
    }
    if not criteria:
        orders = [s.order_table(marks.gold, marks.given, marks.clusters) for marks in (first, second)]
        found["order"] = _difference(orders[0], orders[1], s.share, int(orders[0][:, 1].sum()))
    return found


def _paired_marks(
    one: Sequence[ResultRow], other: Sequence[ResultRow], top: int, *, criteria: bool
) -> tuple[Marks, Marks]:
    first, second = Marks(top), Marks(top)
    for old, new in zip(one, other, strict=True):
        pairs: list[tuple[int | None, int | None, int | None]]
        if criteria:
            scores = old.gold.criteria_scores
            pairs = [(gold, old.marks.get(name), new.marks.get(name)) for name, gold in scores.items()]
        else:
            pairs = [(old.gold.overall, old.overall, new.overall)]
        for gold, mark_before, mark_after in pairs:
            if mark_before is not None and mark_after is not None:
                first.add(gold, mark_before, old.question_id)
                second.add(gold, mark_after, old.question_id)
    return first, second


def _difference(one: Array, other: Array, statistic: Statistic, n: int) -> dict[str, Any]:
    values = statistic(np.stack([one.sum(axis=0), other.sum(axis=0)]))
    return {
        "before": None if np.isnan(values[0]) else round(float(values[0]), 6),
        "after": None if np.isnan(values[1]) else round(float(values[1]), 6),
        "difference": dump(s.paired_difference(one, other, statistic, n)),
        "p": s.permutation_p(one, other, statistic),
    }


def _change(old: ResultRow, new: ResultRow) -> dict[str, Any]:
    """One answer whose mark moved; `worse_by` is how much further from gold it is now."""
    gold = old.gold.overall
    worse = 0
    if gold is not None and old.overall is not None:
        worse = abs(new.overall - gold) - abs(old.overall - gold) if new.overall is not None else 9
    return {
        "id": old.id,
        "set": old.set,
        "kind": old.kind,
        "question_id": old.question_id,
        "gold": gold,
        "before": old.overall,
        "after": new.overall,
        "worse_by": worse,
        "reasons": {
            verdict.id: {"before": _verdict(old, verdict.id), "after": _verdict(new, verdict.id)}
            for verdict in old.criteria
            if old.marks.get(verdict.id) != new.marks.get(verdict.id)
        },
    }


def _verdict(row: ResultRow, name: str) -> dict[str, Any] | None:
    found = next((verdict for verdict in row.criteria if verdict.id == name), None)
    return None if found is None else {"score": found.score, "reason": found.reason}
