"""Measures what each part of the local grader adds: fitted anew without it, cross-validated by question.

    python -m bench.ablations [FOLDER]

With the folder of a sentence embedder (all-MiniLM-L6-v2) it measures what that would add as well.
Writes eval/ablations.json, which `coach eval report` shows for the local grader.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from bench.local_model import nearness
from coach.evals import statistics as s
from coach.evals.measure import dump
from coach.grading.local.fit import cross_validate
from coach.grading.local.labelled import Grams, Measured, Row, gold_files, measure, read_rows, with_copies
from coach.grading.local.model import fade
from coach.grading.local.modelfile import blend_marks, levels_of
from coach.grading.local.vectors import WordVectors
from coach.guides.corpus import load_corpus
from coach.resources import corpus_dir, eval_dir

GOLD = "dev"
TRIED = (
    "signs as patterns (shares of words that decide, price, measure, defer): built, and taken out again, for"
    " without them the criteria agree better, by 0.017 [0.004, 0.030]",
    "boosted trees, extra trees and support vectors on the shape in place of ridge (no better, slower)",
    "answers stuffed with terms as further copies (lists of terms are set aside instead)",
    "made-up pairs of an answer and another question to fit relevance on (caught more, wronged more)",
)


def without(grams: Grams) -> Grams:
    return Grams(grams.names, grams.table * 0)


CUTS: dict[str, Callable[[Measured], Measured]] = {
    "word grams": lambda data: replace(data, grams=without(data.grams)),
    "subwords": lambda data: replace(data, subwords=without(data.subwords)),
    "word vectors": lambda data: replace(data, vectors=data.vectors * 0),
    "relevance to the question": lambda data: replace(data, relevance=data.relevance * 0),
    "copies in lower case": lambda data: data.take(data.originals),
    "train-1 (further labelled answers)": lambda data: data.take(
        np.flatnonzero([not row.source.startswith("train") for row in data.rows])
    ),
}


class Marks:
    """Cross-validated marks of the gold answers, as tables for the statistics."""

    def __init__(self, data: Measured, criteria: list[str]) -> None:
        marks, beside = (values[data.originals] for values in cross_validate(data, criteria))
        rows = [data.rows[n] for n in data.originals]
        faded = fade(marks, beside[:, None])
        parts = [[float(faded[n, criteria.index(c)]) for c in row.criteria] for n, row in enumerate(rows)]
        wanted = np.array([row.overall for row in rows], dtype=float)
        overall = levels_of(blend_marks(faded[:, -1], parts, wanted)[1], wanted)
        flat_gold = np.array([mark for row in rows for mark in row.criteria.values()], dtype=float)
        flat = levels_of(np.array([value for values in parts for value in values]), flat_gold)
        self.overall = _table([(row, row.overall, int(m)) for row, m in zip(rows, overall, strict=True)])
        owners = [(row, mark) for row in rows for mark in row.criteria.values()]
        self.criteria = _table([(row, mark, int(m)) for (row, mark), m in zip(owners, flat, strict=True)])
        mine = [(row, int(m)) for row, m in zip(rows, overall, strict=True) if row.source == GOLD]
        self.order = s.order_table(
            [row.overall for row, _ in mine], [m for _, m in mine], [row.question_id for row, _ in mine]
        )


def _table(marks: list[tuple[Row, int, int]]) -> s.Array:
    mine = [(row, gold, given) for row, gold, given in marks if row.source == GOLD]
    return s.confusion_table(
        [gold for _, gold, _ in mine],
        [given for _, _, given in mine],
        [row.question_id for row, _, _ in mine],
        4,
    )


def measure_all(folder: str | None) -> dict[str, Any]:
    corpus = load_corpus(corpus_dir())
    criteria = [criterion.id for criterion in corpus.rubric.criteria]
    rows = read_rows(gold_files(eval_dir() / "gold"))
    data = measure(with_copies(rows), corpus, WordVectors())
    whole = Marks(data, criteria)
    parts = []
    for name, cut in CUTS.items():
        left = Marks(cut(data), criteria)
        parts.append(
            {
                "without": name,
                "quadratic_weighted_kappa": _change(whole.overall, left.overall, s.quadratic_weighted_kappa),
                "criteria": _change(whole.criteria, left.criteria, s.quadratic_weighted_kappa),
                "order": _change(whole.order, left.order, s.share),
            }
        )
        print(name, parts[-1], file=sys.stderr, flush=True)
    if folder is not None:
        richer = Marks(measure(with_copies(rows), corpus, WordVectors(), nearness(corpus, folder)), criteria)
        parts.append(
            {
                "without": "(with a sentence embedder added)",
                "quadratic_weighted_kappa": _change(
                    whole.overall, richer.overall, s.quadratic_weighted_kappa
                ),
                "criteria": _change(whole.criteria, richer.criteria, s.quadratic_weighted_kappa),
                "order": _change(whole.order, richer.order, s.share),
            }
        )
    return {
        "gold": GOLD,
        "whole": {
            "quadratic_weighted_kappa": _value(whole.overall, s.quadratic_weighted_kappa),
            "criteria": _value(whole.criteria, s.quadratic_weighted_kappa),
            "order": _value(whole.order, s.share),
        },
        "parts": parts,
        "tried": list(TRIED),
    }


def _value(table: s.Array, statistic: s.Statistic) -> float:
    return round(float(statistic(table.sum(axis=0, keepdims=True))[0]), 3)


def _change(whole: s.Array, left: s.Array, statistic: s.Statistic) -> Any:
    return dump(s.paired_difference(whole, left, statistic, len(whole)))


if __name__ == "__main__":
    path = eval_dir() / "ablations.json"
    path.write_text(
        json.dumps(measure_all(sys.argv[1] if len(sys.argv) > 1 else None), indent=1) + "\n", encoding="utf-8"
    )
