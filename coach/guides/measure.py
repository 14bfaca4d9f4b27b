"""Measures retrieval on judged queries: recall@1, recall@5 with its interval, MRR and nDCG@10.

Computes figures and prints nothing. Definitions: Manning, Raghavan, Schütze, Introduction to
Information Retrieval, chapter 8; relevance is binary.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from pydantic import ValidationError

from coach.errors import DatasetError
from coach.guides.corpus import read_text
from coach.guides.search import Method, Searcher
from coach.schema.base import Frozen

METHODS: tuple[Method, ...] = ("bm25", "vectors", "fusion")
_RESAMPLES = 2000
_SEED = 7


class RetrievalRow(Frozen):
    """A query in a candidate's words; `relevant` is empty where the guides hold no answer.

    `part` tells the sets apart: `first` to `fourth` were looked at while the search was made, `fifth`
    was not, and `off_subject` has no answer in the guides.
    """

    id: str
    part: str
    query: str
    relevant: tuple[str, ...]


@dataclass(frozen=True)
class Figures:
    """Means over queries, each between 0 and 1.

    `low` and `high` bound recall@5: 2.5% and 97.5% quantiles over 2000 resamples of the queries.
    """

    part: str
    method: Method
    recall_at_1: float
    recall_at_5: float
    low: float
    high: float
    mrr: float
    ndcg_at_10: float
    queries: int


def read_queries(path: Path) -> list[RetrievalRow]:
    """Rows of eval/retrieval.jsonl; DatasetError names the line that is wrong."""
    rows = []
    for number, line in enumerate(read_text(path).splitlines(), start=1):
        try:
            rows.append(RetrievalRow.model_validate(json.loads(line)))
        except (ValueError, ValidationError) as error:
            raise DatasetError(f"{path}, line {number}: not a retrieval query: {error}") from error
    return rows


def measure(searcher: Searcher, rows: Sequence[RetrievalRow]) -> list[Figures]:
    """Figures for each method over the rows that have relevant passages: all, then each part."""
    judged = [row for row in rows if row.relevant]
    found = {
        method: {row.id: [hit.passage.id for hit in searcher.search(row.query, 10, method)] for row in judged}
        for method in METHODS
    }
    parts = {"all": judged}
    for row in judged:
        parts.setdefault(row.part, []).append(row)
    return [
        _figures(part, method, within, found[method]) for part, within in parts.items() for method in METHODS
    ]


def _figures(
    part: str, method: Method, rows: Sequence[RetrievalRow], found: Mapping[str, Sequence[str]]
) -> Figures:
    def of_each(score: Callable[[Sequence[str], frozenset[str]], float]) -> list[float]:
        return [score(found[row.id], frozenset(row.relevant)) for row in rows]

    recall = of_each(lambda ids, relevant: recall_at(ids, relevant, 5))
    low, high = _interval(recall)
    return Figures(
        part=part,
        method=method,
        recall_at_1=fmean(of_each(lambda ids, relevant: recall_at(ids, relevant, 1))),
        recall_at_5=fmean(recall),
        low=low,
        high=high,
        mrr=fmean(of_each(reciprocal_rank)),
        ndcg_at_10=fmean(of_each(lambda ids, relevant: ndcg_at(ids, relevant, 10))),
        queries=len(rows),
    )


def _interval(values: Sequence[float]) -> tuple[float, float]:
    """The 95% percentile bootstrap interval of a mean; always the same draws."""
    import numpy as np

    drawn = np.random.default_rng(_SEED).choice(values, size=(_RESAMPLES, len(values))).mean(axis=1)
    low, high = np.quantile(drawn, (0.025, 0.975))
    return float(low), float(high)


def recall_at(found: Sequence[str], relevant: frozenset[str], k: int) -> float:
    """Share of the relevant passages among the first k; of k where there are more than k."""
    return len(relevant.intersection(found[:k])) / min(len(relevant), k)


def reciprocal_rank(found: Sequence[str], relevant: frozenset[str]) -> float:
    """1 / rank of the first relevant passage; 0 where none was found."""
    return next((1.0 / rank for rank, i in enumerate(found, start=1) if i in relevant), 0.0)


def ndcg_at(found: Sequence[str], relevant: frozenset[str], k: int) -> float:
    """Discounted gain of the first k against that of the best order, with discount log2(rank + 1)."""
    gain = sum(1.0 / math.log2(rank + 1) for rank, i in enumerate(found[:k], start=1) if i in relevant)
    best = sum(1.0 / math.log2(rank + 1) for rank in range(1, min(len(relevant), k) + 1))
    return gain / best
