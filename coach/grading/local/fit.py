"""Fits the weights of the local grader on labelled answers, and splits them by question. Writes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from scipy import sparse

from coach.grading.local.aim import Kinds
from coach.grading.local.aimfit import AimFit
from coach.grading.local.labelled import Floats, Measured
from coach.grading.local.model import ANY, OVERALL, VECTOR_WEIGHT
from coach.grading.local.weighted import Weighted, solve

FOLDS = 8
PENALTY_OVERALL, PENALTY_CRITERIA = 1.0, 2.0
# How much a criterion's own weights may differ from those that all criteria share: over the answer's words,
# over the numbers of what carries it, and how much these numbers count beside the words.
SPECIFIC, SPECIFIC_CARRYING, CARRYING_WEIGHT = 2.0, 0.7, 0.45
MIN_ANSWERS = {"grams": 3, "subwords": 4}


class Fit:
    """Weights fitted on some rows; `predict` gives the continuous marks of any others."""

    def __init__(self, data: Measured, kinds: Kinds) -> None:
        from sklearn.linear_model import Ridge

        self.criteria = list(kinds.criteria)
        self.grams, self.subwords = (
            Weighted(grams.table[data.originals], grams.names, MIN_ANSWERS[name])
            for name, grams in (("grams", data.grams), ("subwords", data.subwords))
        )
        on_topic = data.take(np.flatnonzero([not row.off_topic for row in data.rows]))
        table = self._table(on_topic)
        overall = Ridge(PENALTY_OVERALL).fit(table, on_topic.overall)
        numbers = on_topic.carrying[~np.isnan(on_topic.carrying[..., 0])]
        self.carrying_mean = numbers.mean(axis=0)
        self.carrying_spread = np.maximum(numbers.std(axis=0), 1e-6)
        self._fit_criteria(on_topic, table, overall)
        self.aim = AimFit(data, kinds)

    @property
    def heads(self) -> list[str]:
        return [*self.criteria, ANY, OVERALL]

    def predict(self, data: Measured) -> tuple[Floats, Floats]:
        """Marks of shape (rows, heads), and the chance of each row to serve another question.

        The mark of a criterion that a row was not asked for is NaN.
        """
        marks = np.asarray(self._table(data) @ self.weights + self.bias)
        marks[:, : len(self.criteria)] += np.einsum("nck,kc->nc", self._carrying(data), self.carrying_weights)
        return marks, self.aim.chances(data)

    def _table(self, data: Measured) -> Any:
        return sparse.hstack(
            [
                self.grams.table(data.grams.table),
                self.subwords.table(data.subwords.table),
                sparse.csr_matrix(VECTOR_WEIGHT * data.vectors),
            ]
        ).tocsr()

    def _carrying(self, data: Measured) -> Floats:
        return np.asarray((data.carrying - self.carrying_mean) / self.carrying_spread)

    def _fit_criteria(self, data: Measured, table: Any, overall: Any) -> None:
        """Ridge over every (answer, criterion): shared weights, and each criterion's own beside them.

        Solved by its dual: there are fewer pairs than weights.
        """
        pairs = [
            (n, self.criteria.index(name), mark)
            for n, row in enumerate(data.rows)
            for name, mark in row.criteria.items()
        ]
        rows, which, marks = (np.array(column) for column in zip(*pairs, strict=True))
        numbers = self._carrying(data)[rows, which] * CARRYING_WEIGHT
        same = which[:, None] == which
        words = np.asarray((table @ table.T).todense())[np.ix_(rows, rows)]
        kernel = words * (1 + SPECIFIC**2 * same) + same
        kernel += numbers @ numbers.T * (1 + SPECIFIC_CARRYING**2 * same)
        middle = float(marks.mean())
        dual = solve(kernel, marks - middle, PENALTY_CRITERIA)
        each = dual[:, None] * (which[:, None] == np.arange(len(self.criteria)))
        own, of_numbers = table[rows].T @ each, numbers.T @ each
        shared, levels = own.sum(axis=1), each.sum(axis=0)
        self.weights = np.column_stack([shared[:, None] + SPECIFIC**2 * own, shared, overall.coef_])
        self.bias = np.array([*(middle + levels), middle + levels.mean(), overall.intercept_])
        self.carrying_weights = CARRYING_WEIGHT * (
            of_numbers.sum(axis=1, keepdims=True) + SPECIFIC_CARRYING**2 * of_numbers
        )


def fit_folds(data: Measured, kinds: Kinds) -> Iterator[tuple[frozenset[str], Fit]]:
    """(questions left out, the fit without them), fold by fold; every question is left out once."""
    questions = sorted({row.question_id for row in data.rows})
    np.random.default_rng(0).shuffle(questions)
    for fold in range(FOLDS):
        held = frozenset(questions[fold::FOLDS])
        kept = np.flatnonzero([row.question_id not in held for row in data.rows])
        yield held, Fit(data.take(kept), kinds)


def cross_validate(
    data: Measured, kinds: Kinds, folds: Iterable[tuple[frozenset[str], Fit]] | None = None
) -> tuple[Floats, Floats]:
    """Marks (rows, heads) and chances by fits that never saw the row's question."""
    marks = np.zeros((len(data.rows), len(kinds.criteria) + 2))
    beside = np.zeros(len(data.rows))
    for held, fit in folds or fit_folds(data, kinds):
        out = np.flatnonzero([row.question_id in held for row in data.rows])
        marks[out], beside[out] = fit.predict(data.take(out))
    return marks, beside
