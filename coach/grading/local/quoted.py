"""Learns which sentences a criterion is judged by, from the quotes that a language model gave as evidence.

The replies are the recorded ones of the eval suite. Fits take seconds and need scikit-learn.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from coach.grading.evidence import EvidenceFinder
from coach.grading.local.explain import Explainer, Weighed
from coach.grading.local.labelled import Floats, Row
from coach.grading.local.model import SCALE, Pointing
from coach.grading.local.vectors import WordVectors
from coach.grading.reply import GradeReply, read_reply
from coach.grading.request import subject_of
from coach.guides.corpus import Corpus
from coach.llm.recordings import Recordings
from coach.schema.answer import Answer
from coach.schema.rubric import Criterion

PENALTY = 0.1
VECTOR_WEIGHT = 3.0
FOLDS = 8
# A sentence counts as quoted where more than half of it, and of 40 characters, lies in a quote.
COVERED = 0.5
SURELY = 20


@dataclass(frozen=True)
class Quoted:
    """One graded answer: for each criterion the spans that were quoted."""

    row: Row
    spans: dict[str, list[tuple[int, int]]]


@dataclass(frozen=True)
class Pointed:
    """One (answer, criterion): its sentences as numbers and vectors, and which of them were quoted."""

    question: str
    criterion: str
    numbers: Floats
    vectors: NDArray[np.float32]
    quoted: NDArray[np.bool_]


@dataclass(frozen=True)
class Told:
    """A language model's recorded report on one labelled answer that serves its question."""

    row: Row
    reply: GradeReply


def reports_of(rows: Sequence[Row], recordings: Sequence[Path]) -> list[Told]:
    """The recorded reports on these rows, but for answers that do not serve their question."""
    by_subject = {subject_of(row.question_id, Answer.of(row.answer)): row for row in rows}
    found = []
    for recording in Recordings.load(*recordings):
        row = by_subject.get(recording.subject)
        if row is None or recording.purpose != "grade":
            continue
        reply = read_reply(recording.reply.content)
        if reply.serves_question != "no":
            found.append(Told(row, reply))
    return found


def quoted_by_model(told: Sequence[Told]) -> list[Quoted]:
    """Where in the answers the quotes of the reports stand."""
    found = []
    for item in told:
        finder = EvidenceFinder(Answer.of(item.row.answer))
        spans = {
            report.id: [
                (piece.start, piece.end)
                for piece in map(finder.find, report.quotes)
                if piece.start is not None and piece.end is not None
            ]
            for report in item.reply.criteria
        }
        found.append(Quoted(item.row, spans))
    return found


def measure_quoted(quoted: Sequence[Quoted], corpus: Corpus, vectors: WordVectors) -> list[Pointed]:
    """Every criterion of every report that quoted something, over answers of two sentences or more."""
    explainer = Explainer(vectors, corpus.rubric)
    criteria = corpus.rubric.by_id()
    return [
        pointed
        for item in quoted
        for pointed in _pointed(item, explainer, tuple(criteria[name] for name in item.spans))
    ]


def _pointed(item: Quoted, explainer: Explainer, criteria: tuple[Criterion, ...]) -> Iterator[Pointed]:
    weighed = explainer.weigh(list(Answer.of(item.row.answer).parts()))
    if len(weighed) < 2:
        return
    vectors = np.stack([one.vector for one in weighed])
    tables = explainer.numbers(weighed, criteria)
    for criterion, numbers in zip(criteria, tables, strict=True):
        marked = np.array([_covered(one, item.spans[criterion.id]) for one in weighed])
        if marked.any():
            yield Pointed(item.row.question_id, criterion.id, numbers, vectors, marked)


def _covered(item: Weighed, spans: list[tuple[int, int]]) -> bool:
    start, end = item.sentence.start, item.sentence.end
    shared = max((min(end, high) - max(start, low) for low, high in spans), default=0)
    return shared > max(SURELY, (end - start) * COVERED)


def fit_pointing(pointed: Sequence[Pointed]) -> dict[str, Any]:
    """The block `pointing` of the model file, with how often its first choice was quoted too."""
    found = _fit(pointed)
    return {
        "figures": _figures(pointed),
        "mean": _rounded(found.mean),
        "spread": _rounded(found.spread),
        "weights": _rounded(found.weights),
        "shared": _scaled(found.shared),
        "own": {name: _scaled(row) for name, row in found.own.items()},
    }


def _fit(pointed: Sequence[Pointed]) -> Pointing:
    from sklearn.linear_model import LogisticRegression

    names = sorted({item.criterion for item in pointed})
    numbers = np.vstack([item.numbers for item in pointed])
    vectors = np.vstack([item.vectors for item in pointed]).astype(np.float64) * VECTOR_WEIGHT
    which = np.concatenate([np.full(len(item.quoted), names.index(item.criterion)) for item in pointed])
    mean, spread = numbers.mean(axis=0), np.maximum(numbers.std(axis=0), 1e-6)
    own = sparse.hstack(
        [
            sparse.csr_matrix(np.column_stack([vectors, np.ones(len(which))]) * (which == n)[:, None])
            for n in range(len(names))
        ]
    )
    table = sparse.hstack([sparse.csr_matrix((numbers - mean) / spread), sparse.csr_matrix(vectors), own])
    fit = LogisticRegression(C=PENALTY, max_iter=1000).fit(
        table.tocsr(), np.concatenate([item.quoted for item in pointed])
    )
    first, shared, rest = np.split(fit.coef_[0], [numbers.shape[1], numbers.shape[1] + vectors.shape[1]])
    rows = rest.reshape(len(names), vectors.shape[1] + 1)
    rows[:, :-1] *= VECTOR_WEIGHT
    return Pointing(mean, spread, first, shared * VECTOR_WEIGHT, dict(zip(names, rows, strict=True)))


def _figures(pointed: Sequence[Pointed]) -> dict[str, float]:
    """Cross-validated by question: share of first choices that were quoted, and that of chance."""
    questions = sorted({item.question for item in pointed})
    hits = []
    for fold in range(FOLDS):
        held = frozenset(questions[fold::FOLDS])
        weights = _fit([item for item in pointed if item.question not in held])
        hits += [
            bool(item.quoted[int(np.argmax(weights.score(item.numbers, item.vectors, item.criterion)))])
            for item in pointed
            if item.question in held
        ]
    chance = float(np.mean([item.quoted.mean() for item in pointed]))
    return {"n": len(hits), "first_choice": round(float(np.mean(hits)), 3), "chance": round(chance, 3)}


def _rounded(values: Floats) -> list[float]:
    return [round(float(value), 5) for value in values]


def _scaled(values: Floats) -> list[int]:
    return [round(float(value) * SCALE) for value in values]
