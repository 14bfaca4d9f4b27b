"""Learns which good signs an answer shows, from the signs that a language model reported for it.

The replies are the recorded ones of the eval suite. Fits take a second and need scikit-learn.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from coach.grading.local.carrying import Carrying
from coach.grading.local.cues import Cues
from coach.grading.local.explain import Explainer
from coach.grading.local.labelled import Row
from coach.grading.local.own_text import own_words
from coach.grading.local.quoted import Told
from coach.grading.local.shown import numbers
from coach.grading.local.vectors import WordVectors
from coach.guides.corpus import Corpus

# Marks above which an answer is no plain no, and is one of the best; for how many cases the common share
# counts.
NO_PLAIN_NO, ONE_OF_THE_BEST = 2.2, 2.6
COMMON, COMMON_BEST, SMALLEST = 3.0, 3.5, 0.02


@dataclass(frozen=True)
class Case:
    """One good sign of one criterion of one answer: its share of the reports that saw it."""

    sign: str
    mark: float
    times: int
    share: float


def fit_shown(
    told: Sequence[Told], rows: Sequence[Row], marks: Sequence[dict[str, float]], corpus: Corpus
) -> dict[str, Any]:
    """The block `shown` of the model file; `marks` are the rows' cross-validated marks by criterion."""
    from sklearn.linear_model import LogisticRegression

    cases = _cases(told, {row.id: mark for row, mark in zip(rows, marks, strict=True)}, corpus)
    signs = _signs(cases)
    table = np.array([numbers(case.mark, signs[case.sign][0], case.times) for case in cases])
    mean, spread = table.mean(axis=0), np.maximum(table.std(axis=0), 1e-6)
    seen = [case.share >= 0.5 for case in cases]
    fit = LogisticRegression(max_iter=2000).fit((table - mean) / spread, seen)
    return {
        "mean": [round(float(value), 5) for value in mean],
        "spread": [round(float(value), 5) for value in spread],
        "weights": [round(float(value), 5) for value in fit.coef_[0]],
        "bias": round(float(fit.intercept_[0]), 5),
        "signs": {name: [round(value, 4) for value in pair] for name, pair in sorted(signs.items())},
    }


def _cases(told: Sequence[Told], marks: dict[str, dict[str, float]], corpus: Corpus) -> list[Case]:
    carrying = Carrying(Explainer(WordVectors(), corpus.rubric), Cues())
    criteria = corpus.rubric.by_id()
    answers = {item.row.id: item.row.answer for item in told}
    reported: dict[tuple[str, str], list[tuple[str, ...]]] = defaultdict(list)
    for item in told:
        for report in item.reply.criteria:
            reported[item.row.id, report.id].append(report.signs)
    cases = []
    for (answer, name), reports in sorted(reported.items()):
        good = criteria[name].signs.good
        told_by = carrying.told(own_words(answers[answer]))
        [counts] = carrying.shown(told_by, [criteria[name]])
        for sign, times in zip(good, counts, strict=True):
            share = sum(sign.id in report for report in reports) / len(reports)
            cases.append(Case(sign.id, marks[answer][name], times, share))
    return cases


def _signs(cases: Sequence[Case]) -> dict[str, tuple[float, float]]:
    """For each sign its usual log odds and its share among the best answers, drawn to the common ones."""
    fair = [case for case in cases if case.mark > NO_PLAIN_NO]
    common = sum(case.share for case in fair) / len(fair)
    found = {}
    for sign in sorted({case.sign for case in cases}):
        mine = [case.share for case in fair if case.sign == sign]
        best = [case.share for case in fair if case.sign == sign and case.mark > ONE_OF_THE_BEST]
        usual = (sum(mine) + COMMON * common) / (len(mine) + COMMON)
        share = (sum(best) + COMMON_BEST * common) / (len(best) + COMMON_BEST)
        found[sign] = (math.log((usual + SMALLEST) / (1 - usual + SMALLEST)), share)
    return found
