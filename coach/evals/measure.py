"""From result rows to figures: validity and repeatability apart, grounding, slices, confusion.

Pure: reads no files. Ungraded rows are left out of agreement and counted in every block.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from coach.evals import statistics as s
from coach.evals.results import ResultRow
from coach.evals.statistics import Array, Estimate

Block = dict[str, Estimate]


class Marks:
    """Gold and given levels of some answers, with the question of each; the ungraded are counted."""

    def __init__(self, top: int) -> None:
        self.top = top
        self.gold: list[int] = []
        self.given: list[int] = []
        self.clusters: list[str] = []
        self.scales: list[str] = []
        self.hits: list[float] = []
        self.all_clusters: list[str] = []

    def add(self, gold: int | None, given: int | None, cluster: str, scale: str = "") -> None:
        """One mark; marks are put in order only against others of the same question and scale."""
        if gold is None:
            return
        self.hits.append(float(gold == given))
        self.all_clusters.append(cluster)
        if given is not None:
            self.gold.append(gold)
            self.given.append(given)
            self.clusters.append(cluster)
            self.scales.append(scale)

    def table(self) -> Array:
        return s.confusion_table(self.gold, self.given, self.clusters, self.top)

    def agreement(self, prefix: str = "") -> Block:
        """Every agreement figure; the names begin with `prefix`."""
        n, table = len(self.gold), self.table()
        statistics: dict[str, s.Statistic] = {
            "quadratic_weighted_kappa": s.quadratic_weighted_kappa,
            "exact": s.exact_agreement,
            "within_one": s.within_one,
            "bias": s.signed_bias,
        }
        block = {prefix + name: s.estimate(table, statistic, n) for name, statistic in statistics.items()}
        counts = Counter(self.gold)
        for level in range(1, self.top + 1):
            block[f"{prefix}recall_{level}"] = s.estimate(table, s.recall_of(level), counts[level])
        hits = s.mean_table(self.hits, self.all_clusters)
        block[f"{prefix}exact_counting_ungraded"] = s.estimate(hits, s.share, len(self.hits))
        return block | {f"{prefix}order": self.order()}

    def order(self) -> Estimate:
        pairs = s.order_table(self.gold, self.given, self.clusters, self.scales)
        return s.estimate(pairs, s.share, int(pairs[:, 1].sum()))

    def base_rate(self) -> Estimate:
        """Share of the most frequent gold level: the exact agreement of always saying it."""
        common = Counter(self.gold).most_common(1)[0][0] if self.gold else 0
        hits = [float(level == common) for level in self.gold]
        return s.estimate(s.mean_table(hits, self.clusters), s.share, len(hits))


def overall_marks(rows: Iterable[ResultRow], top: int) -> Marks:
    marks = Marks(top)
    for row in rows:
        marks.add(row.gold.overall, row.overall, row.question_id)
    return marks


def criteria_marks(rows: Iterable[ResultRow], top: int, only: str | None = None) -> Marks:
    """All criteria pooled, or one. Marks are pooled by question, so that resampling keeps them together."""
    marks = Marks(top)
    for row in rows:
        for name, gold in row.gold.criteria_scores.items():
            if only in (None, name):
                marks.add(gold, row.marks.get(name), row.question_id, name)
    return marks


def validity(rows: Sequence[ResultRow], top: int) -> dict[str, Block]:
    """Agreement with gold: overall, criteria (pooled, then ID.name), by kind (KIND.name)."""
    names = dict.fromkeys(name for row in rows for name in row.gold.criteria_scores)
    criteria = _pooled(rows, top)
    for name in names:
        own = criteria_marks(rows, top, name).agreement(f"{name}.")
        criteria |= {key: value for key, value in own.items() if not key.endswith("_ungraded")}
    return {"overall": _overall(rows, top), "criteria": criteria, "by_kind": by_kind(rows, top)}


def by_kind(rows: Iterable[ResultRow], top: int) -> Block:
    kinds: dict[str, list[ResultRow]] = defaultdict(list)
    for row in rows:
        if row.kind:
            kinds[row.kind].append(row)
    block: Block = {}
    for kind, members in kinds.items():
        block |= overall_marks(members, top).agreement(f"{kind}.")
    return block


def summary_of(rows: Sequence[ResultRow], top: int) -> dict[str, Block]:
    """Overall and pooled criteria alone: what is shown of a slice."""
    return {"overall": _overall(rows, top), "criteria": _pooled(rows, top)}


def _overall(rows: Sequence[ResultRow], top: int) -> Block:
    marks = overall_marks(rows, top)
    return marks.agreement() | {"base_rate": marks.base_rate()}


def _pooled(rows: Sequence[ResultRow], top: int) -> Block:
    marks = criteria_marks(rows, top)
    return marks.agreement() | {"base_rate": marks.base_rate()}


def repeatability(rows: Sequence[ResultRow], top: int) -> dict[str, Block]:
    """Agreement of a grader with itself over samples of the same answers; gold plays no part."""
    repeats: dict[str, list[ResultRow]] = defaultdict(list)
    for row in rows:
        if row.part in ("main", "samples"):
            repeats[f"{row.set}/{row.id}"].append(row)
    groups = [sorted(group, key=lambda row: row.sample) for group in repeats.values() if len(group) > 1]
    kinds = dict.fromkeys(group[0].kind for group in groups if group[0].kind)
    kind_blocks = [
        _steadiness(_overall_repeats([g for g in groups if g[0].kind == kind]), top, f"{kind}.")
        for kind in kinds
    ]
    return {
        "overall": _steadiness(_overall_repeats(groups), top),
        "criteria": _steadiness(_criteria_repeats(groups), top),
        "by_kind": {name: found for block in kind_blocks for name, found in block.items()},
    }


Repeats = list[tuple[str, list[int | None]]]


def _overall_repeats(groups: list[list[ResultRow]]) -> Repeats:
    return [(group[0].question_id, [row.overall for row in group]) for group in groups]


def _criteria_repeats(groups: list[list[ResultRow]]) -> Repeats:
    return [
        (group[0].question_id, [row.marks.get(name) for row in group])
        for group in groups
        for name in group[0].marks
    ]


def _steadiness(repeats: Repeats, top: int, prefix: str = "") -> Block:
    clusters, levels = [cluster for cluster, _ in repeats], [given for _, given in repeats]
    equal = [float(None not in given and len(set(given)) == 1) for given in levels]
    n = len(levels)
    return {
        f"{prefix}all_equal": s.estimate(s.mean_table(equal, clusters), s.share, n),
        f"{prefix}pair_flip_rate": s.estimate(s.flip_table(levels, clusters), s.share, n),
        f"{prefix}ordinal_alpha": s.estimate(s.coincidence_table(levels, clusters, top), s.ordinal_alpha, n),
    }


def grounding(rows: Sequence[ResultRow]) -> dict[str, Block]:
    """How well grades rest on the answer and the guides, and how many could not be given."""
    rates: dict[str, Callable[[ResultRow], tuple[float, float]]] = {
        "quotes_found": _quotes,
        "citations_valid": lambda row: (row.raw.shown_given, row.raw.shown),
        "citations_named_valid": lambda row: (row.raw.cited_given, row.raw.cited),
        "with_citation": lambda row: (
            sum(bool(v.citations) for v in row.criteria),
            len(row.criteria),
        ),
        "ungraded_rate": lambda row: (row.status != "graded", 1),
        "parse_failure_rate": lambda row: (row.raw.unreadable, max(row.raw.replies - row.raw.repairs, 1)),
        "repair_rate": lambda row: (row.raw.repairs > 0, 1),
        "needs_review_rate": lambda row: (row.needs_review, 1),
    }
    verdicts: dict[str, Callable[[ResultRow], tuple[float, float]]] = {
        "ungraded_rate": lambda row: (sum(v.score is None for v in row.criteria), len(row.criteria)),
        "without_quote": lambda row: (
            sum(not any(e.found for e in v.evidence) for v in row.criteria),
            len(row.criteria),
        ),
    }
    kinds = dict.fromkeys(row.kind for row in rows if row.kind)
    return {
        "overall": {name: _rate(rows, rate) for name, rate in rates.items()},
        "criteria": {name: _rate(rows, rate) for name, rate in verdicts.items()},
        "by_kind": {
            f"{kind}.{name}": _rate([row for row in rows if row.kind == kind], rates[name])
            for kind in kinds
            for name in ("quotes_found", "ungraded_rate")
        },
    }


def _quotes(row: ResultRow) -> tuple[float, float]:
    evidence = [item for verdict in row.criteria for item in verdict.evidence]
    return sum(item.found for item in evidence), len(evidence)


def _rate(rows: Sequence[ResultRow], rate: Callable[[ResultRow], tuple[float, float]]) -> Estimate:
    """A share over rows, with as many items in a row as the second number says."""
    number, count = s.group([row.question_id for row in rows])
    table = np.zeros((count, 2))
    for cluster, row in zip(number, rows, strict=True):
        table[cluster] += rate(row)
    return s.estimate(table, s.share, int(table[:, 1].sum()))


def confusion(marks: Marks) -> list[list[int]]:
    """Counts: rows are gold levels, columns the grader's."""
    if not marks.gold:
        return []
    return [[int(cell) for cell in line] for line in marks.table().sum(axis=0)]


def distribution(rows: Iterable[ResultRow]) -> dict[str, dict[str, int]]:
    """How often each mark was given and each gold mark stands."""
    rows = list(rows)
    given = Counter(str(row.overall or "ungraded") for row in rows)
    gold = Counter(str(row.gold.overall) for row in rows if row.gold.overall is not None)
    return {"given": dict(sorted(given.items())), "gold": dict(sorted(gold.items()))}


def dump(block: Any) -> Any:
    """Estimates as plain numbers, for JSON."""
    if isinstance(block, Estimate):
        return block.model_dump()
    if isinstance(block, dict):
        return {key: dump(value) for key, value in block.items()}
    return block
