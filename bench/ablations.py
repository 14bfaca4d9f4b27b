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
from coach.grading.local.aim import Kinds
from coach.grading.local.fit import cross_validate
from coach.grading.local.labelled import (
    Grams,
    Likeness,
    Measured,
    Row,
    gold_files,
    kinds_of,
    measure,
    read_rows,
    with_copies,
)
from coach.grading.local.model import fade
from coach.grading.local.modelfile import blend_marks, criterion_marks, levels_of
from coach.grading.local.vectors import WordVectors
from coach.guides.corpus import load_corpus
from coach.resources import corpus_dir, eval_dir

GOLD = "dev"
TRIED = (
    "signs as patterns (shares of words that decide, price, measure, defer): built, and taken out again, for"
    " without them the criteria agree better, by 0.017 [0.004, 0.030]",
    "boosted trees, extra trees and support vectors on the shape in place of ridge (no better, slower)",
    "answers stuffed with terms as further copies (lists of terms are set aside instead)",
    "made-up pairs of an answer and another question, with the words' nearness alone (caught more, wronged"
    " more); they are used now that the asked question is set against all others",
    "follow-up angles as further words of a question, a learnt map from answers to question vectors, further"
    " made-up pairs per answer (none caught more at the same price)",
    "the sentences nearest to a criterion as features of their own (criteria no better, 0.771 to 0.780)",
    "regular expressions in place of word classes for signs (area under the curve 0.62 against 0.65, slower)",
    "nearness of sentences to a sign's text for advice (adds nothing to marks, frequency and word classes)",
)


def without(grams: Grams) -> Grams:
    return Grams(grams.names, grams.table * 0)


def unlike(likeness: Likeness) -> Likeness:
    """The same answers, as like to one question as to any other, and with nothing known of the questions."""
    return replace(
        likeness,
        numbers=likeness.numbers * 0,
        own=likeness.own * 0,
        every=likeness.every * 0,
        questions=likeness.questions * 0,
    )


def deaf(likeness: Likeness) -> Likeness:
    """Without what rounds and criteria the questions are of."""
    return replace(likeness, questions=likeness.questions * 0)


CUTS: dict[str, Callable[[Measured], Measured]] = {
    "word grams": lambda data: replace(data, grams=without(data.grams)),
    "subwords": lambda data: replace(data, subwords=without(data.subwords)),
    "word vectors": lambda data: replace(data, vectors=data.vectors * 0),
    "what carries a criterion (its words, its signs)": lambda data: replace(data, carrying=data.carrying * 0),
    "relevance to the question": lambda data: replace(
        data, likeness=unlike(data.likeness), moved=unlike(data.moved)
    ),
    "what round and criteria an answer sounds like": lambda data: replace(
        data, likeness=deaf(data.likeness), moved=deaf(data.moved)
    ),
    "copies in lower case": lambda data: data.take(data.originals),
    "train-1 (further labelled answers)": lambda data: data.take(
        np.flatnonzero([not row.source.startswith("train") for row in data.rows])
    ),
}


class Marks:
    """Cross-validated marks of the gold answers, as tables for the statistics."""

    def __init__(self, data: Measured, kinds: Kinds) -> None:
        marks, beside = (values[data.originals] for values in cross_validate(data, kinds))
        rows = [data.rows[n] for n in data.originals]
        parts = [list(told.values()) for told in criterion_marks(marks, beside, rows, kinds)]
        wanted = np.array([row.overall for row in rows], dtype=float)
        overall = levels_of(blend_marks(fade(marks[:, -1], beside), parts, wanted)[1], wanted)
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
    kinds = kinds_of(corpus)
    rows = read_rows(gold_files(eval_dir() / "gold"))
    data = measure(with_copies(rows), corpus, WordVectors())
    whole = Marks(data, kinds)
    parts = []
    for name, cut in CUTS.items():
        parts.append({"without": name, **_changes(whole, Marks(cut(data), kinds))})
        print(name, parts[-1], file=sys.stderr, flush=True)
    if folder is not None:
        richer = Marks(measure(with_copies(rows), corpus, WordVectors(), nearness(corpus, folder)), kinds)
        parts.append({"without": "(with a sentence embedder added)", **_changes(whole, richer)})
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


def _changes(whole: Marks, other: Marks) -> dict[str, Any]:
    return {
        "quadratic_weighted_kappa": _change(whole.overall, other.overall, s.quadratic_weighted_kappa),
        "criteria": _change(whole.criteria, other.criteria, s.quadratic_weighted_kappa),
        "order": _change(whole.order, other.order, s.share),
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
