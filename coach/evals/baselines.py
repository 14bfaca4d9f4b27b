"""Trivial baselines: what agreement comes for nothing. Each predicts one question from the others.

`constant` says the most frequent mark, `length` knows the number of characters alone, `tfidf` is a
ridge regression on words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from coach.evals.gold import GoldRow
from coach.evals.measure import Block, Marks

Floats = NDArray[np.float64]
Predict = Callable[[Sequence[str], Floats, Sequence[str]], Floats]
_RIDGE = 0.1
NAMES = ("quadratic_weighted_kappa", "exact", "within_one", "bias", "order")


def trivial_baselines(rows: Sequence[GoldRow], top: int) -> dict[str, Block]:
    """Agreement of each with the overall gold marks; empty where there are fewer than two questions."""
    rows = [row for row in rows if row.overall is not None]
    if len({row.cluster for row in rows}) < 2:
        return {}
    return {
        "constant": _measure(rows, _constant, top),
        "length": _measure(rows, _length, top),
        "tfidf": _measure(rows, _tfidf, top),
    }


def agreement_of(marks: Marks) -> Block:
    """The figures that graders and baselines are compared by."""
    block = marks.agreement()
    return {name: block[name] for name in NAMES}


def _measure(rows: Sequence[GoldRow], predict: Predict, top: int) -> Block:
    marks = Marks(top)
    clusters = np.array([row.cluster for row in rows])
    texts = [row.answer.said() for row in rows]
    gold = np.array([row.overall for row in rows], dtype=np.float64)
    for cluster in dict.fromkeys(clusters.tolist()):
        out = clusters == cluster
        known = [text for text, skip in zip(texts, out, strict=True) if not skip]
        asked = [text for text, use in zip(texts, out, strict=True) if use]
        predicted = predict(known, gold[~out], asked)
        for level, mark in zip(gold[out], predicted, strict=True):
            marks.add(int(level), int(np.clip(np.floor(mark + 0.5), 1, top)), str(cluster))
    return agreement_of(marks)


def _constant(_: Sequence[str], gold: Floats, asked: Sequence[str]) -> Floats:
    levels, counts = np.unique(gold, return_counts=True)
    return np.full(len(asked), levels[np.argmax(counts)])


def _length(known: Sequence[str], gold: Floats, asked: Sequence[str]) -> Floats:
    lengths = np.log1p([len(text) for text in known])
    spread = float(lengths.var())
    slope = float(((lengths - lengths.mean()) * gold).mean()) / spread if spread > 0 else 0.0
    return np.asarray(gold.mean() + slope * (np.log1p([len(text) for text in asked]) - lengths.mean()))


def _tfidf(known: Sequence[str], gold: Floats, asked: Sequence[str]) -> Floats:
    """Ridge regression on word weights, its predictions spread as widely as the known marks are.

    Ridge shrinks predictions towards the mean, which weighted kappa punishes; how much is read off
    leave-one-out predictions of the known answers.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer

    if not any(char.isalnum() for text in known for char in text):
        return _constant(known, gold, asked)
    words = TfidfVectorizer(token_pattern=r"\w+")
    rows = words.fit_transform(known)
    kernel = (rows @ rows.T).toarray()
    inverse = np.linalg.inv(kernel + _RIDGE * np.eye(len(gold)))
    weights = inverse @ (gold - gold.mean())
    left_out = gold - weights / np.diag(inverse)
    raw = gold.mean() + (words.transform(asked) @ rows.T).toarray() @ weights
    spread = gold.std() / left_out.std() if left_out.std() > 0 else 1.0
    return np.asarray(gold.mean() + (raw - left_out.mean()) * spread)
