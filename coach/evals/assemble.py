"""Puts a run's rows together into its summary: metrics, slices, baselines, stress, gates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from coach.evals import statistics as s
from coach.evals.baselines import agreement_of, trivial_baselines
from coach.evals.bench import Bench
from coach.evals.certainty import measure_certainty, reliability
from coach.evals.gates import check_gates
from coach.evals.levels import measure_levels
from coach.evals.measure import (
    confusion,
    distribution,
    dump,
    grounding,
    overall_marks,
    repeatability,
    summary_of,
    validity,
)
from coach.evals.results import ResultRow
from coach.evals.stress import Outcome, judge_marks


def summarise(bench: Bench, rows: Sequence[ResultRow]) -> dict[str, Any]:
    """The summary as summary.json holds it.

    `metrics` is measured on the first gold set that was graded (`primary`); further sets, the tuning
    and held-out halves and the rounds stand under `slices`. Repeatability takes every answer that was
    graded repeatedly.
    """
    top = bench.rubric.top
    main = [row for row in rows if row.part == "main"]
    primary = next((gold.name for gold in bench.gold if any(r.set == gold.name for r in main)), "")
    first = [row for row in main if row.set == primary]
    metrics = {
        "validity": validity(first, top),
        "repeatability": repeatability(rows, top),
        "grounding": grounding(main),
    }
    others = [row for row in main if row.set != primary]
    metrics["validity"]["by_kind"] |= validity(others, top)["by_kind"] if others else {}
    figures: dict[str, Any] = {
        **dump(metrics),
        "slices": dump(_slices(bench, main, rows, top)),
        "baselines": dump(_baselines(bench, rows, top)),
        "stress": dump(measure_stress(rows)),
        "seniority": dump(measure_levels(rows)),
    }
    gates = check_gates(bench.suite.gates, figures)
    identity = next((row.grader for row in main or rows), None)
    return {
        "suite": bench.suite.name,
        "grader": identity.model_dump() if identity else None,
        "n": len(main),
        "metrics": {name: figures.pop(name) for name in ("validity", "repeatability", "grounding")},
        "gates": [gate.model_dump() for gate in gates],
        **figures,
        "primary": primary,
        "gold": {gold.name: len(gold.rows) for gold in bench.gold},
        "levels": list(bench.rubric.level_names) or [str(n) for n in range(1, top + 1)],
        "tuning_questions": list(bench.suite.tuning_questions),
        "certainty": {
            gold.name: dump(measure_certainty([r for r in main if r.set == gold.name]))
            | {"reliability": reliability([r for r in main if r.set == gold.name])}
            for gold in bench.gold
        },
        "confusion": {
            gold.name: confusion(overall_marks([r for r in main if r.set == gold.name], top))
            for gold in bench.gold
        },
        "distribution": {
            gold.name: distribution([r for r in main if r.set == gold.name]) for gold in bench.gold
        },
    }


def _slices(bench: Bench, main: Sequence[ResultRow], rows: Sequence[ResultRow], top: int) -> dict[str, Any]:
    """Overall and pooled criteria of every set, of its tuning and held-out halves, and of every round."""
    found: dict[str, list[ResultRow]] = defaultdict(list)
    tuning = set(bench.suite.tuning_questions)
    for row in main:
        found[row.set].append(row)
        if tuning:
            found[f"{row.set}:{'tuning' if row.question_id in tuning else 'held-out'}"].append(row)
        if row.set == main[0].set and row.round:
            found[f"round:{row.round}"].append(row)
    ordered = sorted(found, key=lambda name: name.startswith("round:"))
    slices: dict[str, Any] = {name: summary_of(found[name], top) for name in ordered}
    for gold in bench.gold if len(bench.gold) > 1 else ():
        if gold.name not in slices:
            continue
        own = repeatability([row for row in rows if row.set == gold.name], top)
        slices[gold.name]["repeatability"] = {key: own[key] for key in ("overall", "criteria")}
    return slices


def _baselines(bench: Bench, rows: Sequence[ResultRow], top: int) -> dict[str, Any]:
    found: dict[str, dict[str, Any]] = defaultdict(dict)
    for gold in bench.gold:
        graded = {row.id for row in rows if row.part == "main" and row.set == gold.name}
        for name, block in trivial_baselines([r for r in gold.rows if r.id in graded], top).items():
            found[name][gold.name] = block
        plain = [row for row in rows if row.part == "plain" and row.set == gold.name]
        if plain:
            found["plain"][gold.name] = agreement_of(overall_marks(plain, top))
    return dict(found)


def stress_outcomes(rows: Sequence[ResultRow]) -> list[Outcome]:
    """What became of every case and pair; the marks before are the base answers' own clean ones."""
    clean = {row.id: row.overall for row in rows if row.part == "main"}
    cases = [row for row in rows if row.case is not None]
    sides = {(row.case.pair, row.case.side): row.overall for row in cases if row.case and row.case.pair}
    outcomes = []
    for row in cases:
        assert row.case is not None
        if row.case.side == "bad":
            continue
        before = sides.get((row.case.pair, "bad")) if row.case.pair else clean.get(row.case.base)
        name = row.case.pair or row.id
        outcomes.append(judge_marks(name, row.case.family, row.case.direction, before, row.overall))
    return outcomes


def measure_stress(rows: Sequence[ResultRow]) -> dict[str, Any]:
    """Per family: cases, how many could be judged, violations, and the mean shift of the mark."""
    questions = {(row.case.pair or row.id): row.question_id for row in rows if row.case is not None}
    families: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in stress_outcomes(rows):
        families[outcome.family].append(outcome)
    found = {}
    for family, outcomes in families.items():
        judged = [item for item in outcomes if item.judged]
        moved = [item for item in outcomes if item.shift is not None]
        table = s.mean_table([float(m.shift or 0) for m in moved], [questions[m.id] for m in moved])
        found[family] = {
            "direction": outcomes[0].direction,
            "cases": len(outcomes),
            "judged": len(judged),
            "violations": sum(item.violated for item in outcomes),
            "violating": [item.id for item in outcomes if item.violated],
            "mean_shift": s.estimate(table, s.share, len(moved)),
        }
    return found
