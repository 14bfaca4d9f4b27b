"""The fitted model as a file: what is in it, its cross-validated figures, its text. Fits through `fit`.

Cut points, errors and figures come from cross-validation in which no question stands on both sides of a
split; the weights are then fitted on everything.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coach.grading.local.aim import Kinds
from coach.grading.local.aimfit import AimFit
from coach.grading.local.fit import Fit, cross_validate
from coach.grading.local.labelled import Floats, Row, kinds_of, measure, read_rows, with_copies
from coach.grading.local.model import SCALE, fade
from coach.grading.local.quoted import fit_pointing, measure_quoted, quoted_by_model, reports_of
from coach.grading.local.sentences import SentenceNearness
from coach.grading.local.shownfit import fit_shown
from coach.grading.local.vectors import WordVectors
from coach.guides.corpus import Corpus


def train(paths: Sequence[Path], recordings: Sequence[Path], corpus: Corpus) -> dict[str, Any]:
    """The whole model file as data. The recordings are those of a model that quoted the same answers."""
    rows = read_rows(paths)
    kinds = kinds_of(corpus)
    vectors = WordVectors()
    data = measure(with_copies(rows), corpus, vectors)
    marks, beside = (values[data.originals] for values in cross_validate(data, kinds))
    told = reports_of(rows, recordings)
    return {
        "about": "The local grader's weights, in ten-thousandths. Written by `make model`.",
        "data": {
            "sha256": digest_of([*paths, *recordings]),
            "files": [path.name for path in [*paths, *recordings]],
            "answers": len(rows),
        },
        **describe(Fit(data, kinds), rows, marks, beside),
        "pointing": fit_pointing(measure_quoted(quoted_by_model(told), corpus, vectors)),
        "shown": fit_shown(told, rows, criterion_marks(marks, beside, rows, kinds), corpus),
    }


def fit_sentences(paths: Sequence[Path], corpus: Corpus, sentences: SentenceNearness) -> dict[str, Any]:
    """The block `relevance_by_sentences`: relevance with an embedder's numbers beside those of the words."""
    from sklearn.linear_model import LogisticRegression

    rows = read_rows(paths)
    numbers = measure(rows, corpus, WordVectors(), sentences).likeness.numbers
    mean, spread = numbers.mean(axis=0), np.maximum(numbers.std(axis=0), 1e-6)
    fit = LogisticRegression(max_iter=1000).fit((numbers - mean) / spread, [row.off_topic for row in rows])
    return _chance(mean, spread, fit.coef_[0], float(fit.intercept_[0]))


def _chance(mean: Floats, spread: Floats, weights: Floats, bias: float) -> dict[str, Any]:
    return {
        "mean": _rounded(mean),
        "spread": _rounded(spread),
        "weights": _rounded(weights),
        "bias": round(bias, 5),
    }


def _sounding(aim: AimFit) -> dict[str, Any]:
    words, vectors = np.split(aim.weights, [len(aim.words.names)])
    return {
        "rounds": list(aim.kinds.rounds),
        "criteria": list(aim.kinds.criteria),
        "bias": _rounded(aim.bias),
        "middle": _rounded(aim.middle),
        "spread": _rounded(aim.spread),
        "rank": _rounded(aim.rank),
        "vectors": _scaled(vectors),
        "words": _gram_table(aim.words.names, aim.words.idf, words),
    }


def criterion_marks(
    marks: Floats, beside: Floats, rows: Sequence[Row], kinds: Kinds
) -> list[dict[str, float]]:
    """For each row its criteria's continuous marks, faded."""
    faded = fade(marks, beside[:, None])
    return [
        {name: float(faded[n, kinds.criteria.index(name)]) for name in row.criteria}
        for n, row in enumerate(rows)
    ]


def digest_of(paths: Sequence[Path]) -> str:
    """SHA-256 hex of the files' texts, one after the other."""
    return hashlib.sha256("".join(path.read_text(encoding="utf-8") for path in paths).encode()).hexdigest()


def describe(fit: Fit, rows: Sequence[Row], marks: Floats, beside: Floats) -> dict[str, Any]:
    """A fit as the model file holds it; cut points and errors are those of the rows' out-of-fold marks."""
    faded = fade(marks[:, -1], beside)
    of_criteria = [list(told.values()) for told in criterion_marks(marks, beside, rows, fit.aim.kinds)]
    flat = np.array([value for values in of_criteria for value in values])
    gold = np.array([mark for row in rows for mark in row.criteria.values()], float)
    wanted = np.array([row.overall for row in rows], dtype=float)
    aim = fit.aim
    blend, overall = blend_marks(faded, of_criteria, wanted)
    return {
        "heads": fit.heads,
        "bias": _rounded(fit.bias),
        "blend": blend,
        "criteria": _noise(flat, gold),
        "overall": _noise(overall, wanted),
        "relevance": _chance(aim.mean, aim.scale, aim.chance_weights, aim.chance_bias),
        "carrying": {
            "mean": _rounded(fit.carrying_mean),
            "spread": _rounded(fit.carrying_spread),
            "weights": _scaled(fit.carrying_weights),
        },
        "sounding": _sounding(aim),
        "figures": _figures(list(rows), flat, gold, overall),
        **_weights(fit),
    }


def _weights(fit: Fit) -> dict[str, Any]:
    """The three blocks of weights, cut out of the one table in the order in which `Fit._table` joins them."""
    ends = np.cumsum([len(fit.grams.names), len(fit.subwords.names)])
    first, second, third = np.split(fit.weights, ends)
    return {
        "vectors": {"weights": _scaled(third)},
        "grams": _gram_table(fit.grams.names, fit.grams.idf, first),
        "subwords": _gram_table(fit.subwords.names, fit.subwords.idf, second),
    }


def _gram_table(names: list[str], idf: Floats, weights: Floats) -> dict[str, list[int]]:
    rows = zip(names, idf, _scaled(weights), strict=True)
    return {gram: [round(float(value) * SCALE), *row] for gram, value, row in rows}


def blend_marks(head: Floats, criteria: list[list[float]], gold: Floats) -> tuple[dict[str, float], Floats]:
    """Least squares of the gold marks on the overall head, the criteria's mean and the least of them."""
    table = np.column_stack(
        [head, [np.mean(c) for c in criteria], [min(c) for c in criteria], np.ones(len(gold))]
    )
    found = np.linalg.lstsq(table, gold, rcond=None)[0]
    names = ("head", "mean", "least", "bias")
    return {name: round(float(value), 5) for name, value in zip(names, found, strict=True)}, table @ found


def _noise(values: Floats, gold: Floats) -> dict[str, Any]:
    """Cut points that give the gold's shares of the levels; standard error around the gold's own scale.

    A fit on few answers is drawn to the middle; the cut points undo that. The error is that of the
    value around its regression on the gold mark.
    """
    shares = [float((gold <= level).mean()) for level in (1, 2, 3)]
    cuts = [float(np.quantile(values, share)) for share in shares]
    slope, base = np.polyfit(gold, values, 1)
    error = float(np.std(values - (slope * gold + base)))
    return {"cuts": [round(cut, 5) for cut in cuts], "error": round(error, 5)}


def _figures(rows: list[Row], flat: Floats, gold: Floats, overall: Floats) -> dict[str, Any]:
    """Cross-validated agreement for each gold file: n, quadratic weighted kappa, exact share."""
    marks = np.array([row.overall for row in rows])
    owners = np.array([row.source for row in rows for _ in row.criteria])
    found = {}
    for source in dict.fromkeys(row.source for row in rows):
        mine = np.array([row.source == source for row in rows])
        found[source] = {
            "answers": int(mine.sum()),
            "overall": _agreement(marks[mine], levels_of(overall, marks)[mine]),
            "criteria": _agreement(gold[owners == source], levels_of(flat, gold)[owners == source]),
        }
    return found


def levels_of(values: Floats, gold: Floats) -> NDArray[np.intp]:
    cuts = _noise(values, np.asarray(gold, float))["cuts"]
    return 1 + np.searchsorted(cuts, values, side="right")


def _agreement(gold: Any, given: Any) -> dict[str, float]:
    from sklearn.metrics import cohen_kappa_score

    kappa = cohen_kappa_score(gold, given, labels=[1, 2, 3, 4], weights="quadratic")
    return {
        "quadratic_weighted_kappa": round(float(kappa), 3),
        "exact": round(float(np.mean(gold == given)), 3),
        "within_one": round(float(np.mean(np.abs(gold - given) <= 1)), 3),
    }


def _rounded(values: Any) -> list[float]:
    return [round(float(value), 5) for value in values]


def _scaled(weights: Floats) -> list[list[int]]:
    return [[round(float(value) * SCALE) for value in row] for row in weights]


def render(model: dict[str, Any]) -> str:
    """The file's text: one line for each gram, so that a change reads well."""
    blocks = ("grams", "subwords", "sounding")
    head = json.dumps({k: v for k, v in model.items() if k not in blocks}, ensure_ascii=False, indent=1)
    parts = [head[: head.rindex("}")].rstrip()]
    for name in blocks:
        lines = ",\n".join(
            f"{json.dumps(gram, ensure_ascii=False)}:{json.dumps(row, separators=(',', ':'))}"
            for gram, row in model[name].items()
        )
        parts.append(f'"{name}":{{\n{lines}\n}}')
    return ",\n".join(parts) + "\n}\n"
