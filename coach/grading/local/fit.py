"""Fits the weights of the local grader on labelled answers, and splits them by question. Writes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from scipy import sparse

from coach.grading.local.labelled import Floats, Grams, Measured, Row
from coach.grading.local.model import (
    ANY,
    OVERALL,
    VECTOR_WEIGHT,
)

FOLDS = 8
PENALTY_OVERALL, PENALTY_CRITERIA = 1.0, 2.0
SPECIFIC = 0.5
TOLERANCE = 1e-5
MIN_ANSWERS = {"grams": 3, "subwords": 4}


class _Weighted:
    """The grams that enough answers hold, each with its smoothed inverse document frequency.

    Changed copies of an answer are no further answers.
    """

    def __init__(self, data: Measured, grams: Grams, least: int) -> None:
        counts = np.asarray(grams.table[data.originals].sum(axis=0)).ravel()
        self._columns = np.flatnonzero(counts >= least)
        self.idf = np.log((1 + len(data.originals)) / (1 + counts[self._columns])) + 1
        self.names = [grams.names[n] for n in self._columns]

    def table(self, grams: Grams) -> Any:
        """Tf-idf of the rows, each of unit length, (rows, names)."""
        weighted = grams.table[:, self._columns] @ sparse.diags(self.idf)
        norms = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
        return sparse.diags(1 / np.maximum(norms, 1e-9)) @ weighted


class Fit:
    """Weights fitted on some rows; `predict` gives the continuous marks of any others."""

    def __init__(self, data: Measured, criteria: Sequence[str]) -> None:
        from sklearn.linear_model import LogisticRegression, Ridge

        self.criteria = list(criteria)
        self.grams = _Weighted(data, data.grams, MIN_ANSWERS["grams"])
        self.subwords = _Weighted(data, data.subwords, MIN_ANSWERS["subwords"])
        on_topic = data.take(np.flatnonzero([not row.off_topic for row in data.rows]))
        table = self._table(on_topic)
        overall = Ridge(PENALTY_OVERALL).fit(table, on_topic.overall)
        stacked, marks = self._stack(table, on_topic.rows)
        parts = Ridge(PENALTY_CRITERIA, solver="sparse_cg", tol=TOLERANCE).fit(stacked, marks)
        self.weights, self.bias = self._heads(table.shape[1], parts, overall)
        self.relevance_mean = data.relevance.mean(axis=0)
        self.relevance_spread = np.maximum(data.relevance.std(axis=0), 1e-6)
        scaled = (data.relevance - self.relevance_mean) / self.relevance_spread
        chance = LogisticRegression(C=1.0, max_iter=1000).fit(scaled, [row.off_topic for row in data.rows])
        self.relevance_weights, self.relevance_bias = chance.coef_[0], float(chance.intercept_[0])

    @property
    def heads(self) -> list[str]:
        return [*self.criteria, ANY, OVERALL]

    def predict(self, data: Measured) -> tuple[Floats, Floats]:
        """Marks of shape (rows, heads), and the chance of each row to serve another question."""
        marks = np.asarray(self._table(data) @ self.weights + self.bias)
        scaled = (data.relevance - self.relevance_mean) / self.relevance_spread
        return marks, 1 / (1 + np.exp(-(scaled @ self.relevance_weights + self.relevance_bias)))

    def _table(self, data: Measured) -> Any:
        return sparse.hstack(
            [
                self.grams.table(data.grams),
                self.subwords.table(data.subwords),
                sparse.csr_matrix(VECTOR_WEIGHT * data.vectors),
            ]
        ).tocsr()

    def _stack(self, table: Any, rows: list[Row]) -> tuple[Any, Floats]:
        """One row for each (answer, criterion): shared weights, then each criterion's own, weaker ones."""
        pairs = [(n, name, mark) for n, row in enumerate(rows) for name, mark in row.criteria.items()]
        shared = table[[n for n, _, _ in pairs]]
        which = np.array([self.criteria.index(name) for _, name, _ in pairs])
        own = [sparse.diags((which == n) * SPECIFIC) @ shared for n in range(len(self.criteria))]
        ones = sparse.csr_matrix(
            (np.ones(len(which)), (np.arange(len(which)), which)), shape=(len(which), len(self.criteria))
        )
        return sparse.hstack([shared, *own, ones]).tocsr(), np.array([mark for _, _, mark in pairs], float)

    def _heads(self, width: int, parts: Any, overall: Any) -> tuple[Floats, Floats]:
        count = len(self.criteria)
        shared = parts.coef_[:width]
        own = parts.coef_[width : width * (count + 1)].reshape(count, width) * SPECIFIC
        levels = parts.coef_[width * (count + 1) :]
        weights = np.vstack([shared + own, shared, overall.coef_]).T
        bias = np.concatenate(
            [parts.intercept_ + levels, [parts.intercept_ + levels.mean()], [overall.intercept_]]
        )
        return weights, bias


def fit_folds(data: Measured, criteria: Sequence[str]) -> Iterator[tuple[frozenset[str], Fit]]:
    """(questions left out, the fit without them), fold by fold; every question is left out once."""
    questions = sorted({row.question_id for row in data.rows})
    np.random.default_rng(0).shuffle(questions)
    for fold in range(FOLDS):
        held = frozenset(questions[fold::FOLDS])
        kept = np.flatnonzero([row.question_id not in held for row in data.rows])
        yield held, Fit(data.take(kept), criteria)


def cross_validate(
    data: Measured, criteria: Sequence[str], folds: Iterable[tuple[frozenset[str], Fit]] | None = None
) -> tuple[Floats, Floats]:
    """Marks (rows, heads) and chances by fits that never saw the row's question."""
    marks = np.zeros((len(data.rows), len(criteria) + 2))
    beside = np.zeros(len(data.rows))
    for held, fit in folds or fit_folds(data, criteria):
        out = np.flatnonzero([row.question_id in held for row in data.rows])
        marks[out], beside[out] = fit.predict(data.take(out))
    return marks, beside
