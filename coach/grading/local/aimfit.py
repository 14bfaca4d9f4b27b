"""Fits what `aim` needs, and from it the chance that an answer serves another question. Writes nothing.

Answers moved to another question are further answers that do not serve theirs: they cost nothing to make.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy import sparse

from coach.grading.local.aim import Kinds, bearing, contrast, layers
from coach.grading.local.labelled import Floats, Likeness, Measured
from coach.grading.local.model import CAP_START
from coach.grading.local.relevance import Look
from coach.grading.local.weighted import Weighted, solve

LEAST_ANSWERS = 4
PENALTY, PENALTY_RANK = 0.5, 0.001
INNER_FOLDS = 5
# Of answers to their own question that are a yes, this share may be held at a no for seeming beside it.
WRONGED = 0.035
A_YES, A_LEAN_NO = 3, 2


class AimFit:
    """Fitted on some rows; `chances` gives any rows' chance to serve another question."""

    def __init__(self, data: Measured, kinds: Kinds) -> None:
        from sklearn.linear_model import LogisticRegression

        self.kinds = kinds
        originals = data.take(data.originals)
        off = np.array([row.off_topic for row in originals.rows])
        marks = originals.overall
        self.words = Weighted(originals.words.table, originals.words.names, LEAST_ANSWERS)
        wanted = originals.likeness.questions[originals.likeness.column]
        self.middle = wanted.mean(axis=0)
        self.spread = np.sqrt(np.maximum(self.middle * (1 - self.middle), 1e-4))
        sounds = self._out_of_fold(originals, wanted, off)
        self.weights, self.bias = self._heads(self._table(originals), wanted, off)
        self.rank = self._fit_rank(originals.likeness, sounds, ~off & (marks >= A_LEAN_NO))
        moved = np.flatnonzero(~off & (marks >= A_LEAN_NO))
        numbers = np.vstack(
            [
                self._numbers(originals.likeness, sounds),
                self._numbers(originals.moved.take(moved), sounds[moved]),
            ]
        )
        self.mean, self.scale = numbers.mean(axis=0), np.maximum(numbers.std(axis=0), 1e-6)
        scaled = (numbers - self.mean) / self.scale
        fit = LogisticRegression(C=1.0, max_iter=3000).fit(scaled, [*off, *np.ones(len(moved), dtype=bool)])
        self.chance_weights = fit.coef_[0]
        own = scaled[: len(off)][~off & (marks >= A_YES)] @ self.chance_weights
        # The chance is that of the middle line moved to where a mark begins to be held.
        self.chance_bias = math.log(CAP_START / (1 - CAP_START)) - float(np.quantile(own, 1 - WRONGED))

    def chances(self, data: Measured) -> Floats:
        sounds = (np.asarray(self._table(data) @ self.weights) + self.bias - self.middle) / self.spread
        scaled = (self._numbers(data.likeness, sounds) - self.mean) / self.scale
        return np.asarray(1 / (1 + np.exp(-(scaled @ self.chance_weights + self.chance_bias))))

    def _table(self, data: Measured) -> Any:
        return sparse.hstack([self.words.table(data.words.table), sparse.csr_matrix(data.vectors)]).tocsr()

    def _heads(self, table: Any, wanted: Floats, off: Any) -> tuple[Floats, Floats]:
        """Ridge of what is asked on how it is answered: weights (columns, kinds), bias (kinds,)."""
        table, wanted = table[~off], wanted[~off]
        bias = wanted.mean(axis=0)
        kernel = np.asarray((table @ table.T).todense())
        return np.asarray(table.T @ solve(kernel, wanted - bias, PENALTY)), bias

    def _out_of_fold(self, data: Measured, wanted: Floats, off: Any) -> Floats:
        """What each row sounds like to heads that saw no answer to its question."""
        table = self._table(data)
        names = sorted({row.question_id for row in data.rows})
        sounds = np.zeros_like(wanted)
        for fold in range(INNER_FOLDS):
            held = np.array([row.question_id in names[fold::INNER_FOLDS] for row in data.rows])
            weights, bias = self._heads(table[~held], wanted[~held], off[~held])
            sounds[held] = np.asarray(table[held] @ weights) + bias
        return np.asarray((sounds - self.middle) / self.spread)

    def _layers(self, likeness: Likeness, sounds: Floats) -> list[tuple[Floats, Floats]]:
        return [
            layers(
                Look([], likeness.own[n], likeness.every[n], int(likeness.column[n])),
                sounds[n],
                self.kinds,
                likeness.questions[likeness.column[n]],
                likeness.questions,
            )
            for n in range(len(sounds))
        ]

    def _fit_rank(self, likeness: Likeness, sounds: Floats, used: Any) -> Floats:
        """Weights of the layers that give each row's own question the highest chance among all."""
        from scipy.optimize import minimize

        chosen = np.flatnonzero(used)
        every = np.stack([pair[1] for pair in self._layers(likeness.take(chosen), sounds[chosen])])
        own, rows = likeness.column[chosen], np.arange(len(chosen))

        def loss(weights: Floats) -> tuple[float, Floats]:
            scores = every @ weights
            scores -= scores.max(axis=1, keepdims=True)
            chances = np.exp(scores)
            total = chances.sum(axis=1, keepdims=True)
            surprise = float((np.log(total[:, 0]) - scores[rows, own]).mean())
            slope = np.einsum("nq,nqk->nk", chances / total, every) - every[rows, own]
            penalty = PENALTY_RANK * float(weights @ weights)
            return surprise + penalty, slope.mean(axis=0) + 2 * PENALTY_RANK * weights

        return np.asarray(minimize(loss, np.ones(every.shape[2]), jac=True, method="L-BFGS-B").x)

    def _numbers(self, likeness: Likeness, sounds: Floats) -> Floats:
        """All numbers that the chance rests on; what could not be measured says nothing."""
        found = []
        for n, (asked, every) in enumerate(self._layers(likeness, sounds)):
            own = likeness.questions[likeness.column[n]]
            told = contrast(asked, every, int(likeness.column[n]), self.rank)
            found.append([*likeness.numbers[n], *told, *bearing(asked, sounds[n], own, self.kinds)])
        return np.array(found)
