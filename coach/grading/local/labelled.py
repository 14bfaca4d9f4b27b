"""Labelled answers as the fits see them: rows of gold files, and everything that is measured of them."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from coach.grading.local.aim import Kinds
from coach.grading.local.carrying import NAMES as CARRYING
from coach.grading.local.carrying import Carrying
from coach.grading.local.cues import Cues
from coach.grading.local.explain import Explainer
from coach.grading.local.features import Features, extract, pieces
from coach.grading.local.own_text import own_words
from coach.grading.local.relevance import Relevance
from coach.grading.local.sentences import SentenceNearness
from coach.grading.local.vectors import WordVectors
from coach.guides.corpus import Corpus

OFF_TOPIC_KIND = "off_topic"
_STOPS = re.compile(r"[.!?;:,]+(?=\s|$)")
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Row:
    """One labelled answer as the fit sees it; `source` is the gold file's name."""

    id: str
    source: str
    question_id: str
    question: str
    answer: str
    overall: int
    criteria: dict[str, int]
    off_topic: bool
    copy: bool = False


@dataclass(frozen=True)
class Grams:
    """Which grams each row holds: a sparse table of ones, (rows, names)."""

    names: list[str]
    table: Any

    @classmethod
    def of(cls, held: list[list[str]]) -> Grams:
        names = sorted({gram for grams in held for gram in grams})
        index = {gram: n for n, gram in enumerate(names)}
        columns = np.array([index[gram] for grams in held for gram in grams], dtype=np.intp)
        ends = np.cumsum([0, *(len(grams) for grams in held)])
        ones = np.ones(len(columns))
        return cls(names, sparse.csr_matrix((ones, columns, ends), shape=(len(held), len(names))))

    def take(self, chosen: NDArray[np.intp]) -> Grams:
        return Grams(self.names, self.table[chosen])


@dataclass(frozen=True)
class Likeness:
    """How like answers are to questions, as `relevance` measures it.

    `numbers` is (rows, numbers), `own` (rows, LIKENESS), `every` (rows, questions, LIKENESS), `column` each
    row's own question. `questions` is what `Aim` must know of them, (questions, kinds).
    """

    numbers: Floats
    own: Floats
    every: Floats
    column: NDArray[np.intp]
    questions: Floats

    def take(self, chosen: NDArray[np.intp]) -> Likeness:
        return Likeness(
            self.numbers[chosen], self.own[chosen], self.every[chosen], self.column[chosen], self.questions
        )


@dataclass(frozen=True)
class Measured:
    """Rows with their features; vectors is (rows, dimensions), carrying (rows, criteria, numbers).

    `moved` holds the same answers as answers to another question each.
    """

    rows: list[Row]
    words: Grams
    grams: Grams
    subwords: Grams
    vectors: Floats
    carrying: Floats
    likeness: Likeness
    moved: Likeness

    def take(self, chosen: NDArray[np.intp]) -> Measured:
        return Measured(
            [self.rows[n] for n in chosen],
            self.words.take(chosen),
            self.grams.take(chosen),
            self.subwords.take(chosen),
            self.vectors[chosen],
            self.carrying[chosen],
            self.likeness.take(chosen),
            self.moved.take(chosen),
        )

    @cached_property
    def overall(self) -> Floats:
        return np.array([row.overall for row in self.rows], dtype=float)

    @cached_property
    def originals(self) -> NDArray[np.intp]:
        """Positions of the rows that are no copies."""
        return np.flatnonzero([not row.copy for row in self.rows])


def gold_files(folder: Path) -> list[Path]:
    """The labelled answers that the shipped model is fitted on."""
    return [folder / "dev.jsonl", folder / "hard-dev.jsonl", *sorted(folder.glob("train-*.jsonl"))]


def recording_files(folder: Path) -> list[Path]:
    """A language model's recorded reports on the same answers; what they quote teaches what to quote."""
    return [folder / "main.jsonl", folder / "samples.jsonl"]


def read_rows(paths: Sequence[Path]) -> list[Row]:
    """Labelled answers of gold files, in the files' order."""
    rows = []
    for path in paths:
        for line in path.read_text(encoding="utf-8").splitlines():
            data = json.loads(line)
            rows.append(
                Row(
                    id=data["id"],
                    source=path.stem,
                    question_id=data["question_id"],
                    question=data["question"],
                    answer=data["answer"],
                    overall=data["overall"],
                    criteria=data["criteria_scores"],
                    off_topic=data["kind"] == OFF_TOPIC_KIND,
                )
            )
    return rows


def with_copies(rows: Sequence[Row]) -> list[Row]:
    """The rows, and a copy of each in lower case without punctuation that deserves the same marks."""
    return [*rows, *(replace(row, answer=_STOPS.sub("", row.answer.lower()), copy=True) for row in rows)]


def _subwords(features: Features) -> list[str]:
    """The distinct pieces of an answer's words."""
    return list(dict.fromkeys(piece for word in features.words for piece in pieces(word)))


def measure(
    rows: list[Row], corpus: Corpus, vectors: WordVectors, sentences: SentenceNearness | None = None
) -> Measured:
    """Features of every row, and its relevance to its question; with `sentences`, theirs as well."""
    texts = [own_words(row.answer) for row in rows]
    features = [extract(text) for text in texts]
    relevance = Relevance.over(corpus, vectors)
    own = [row.question_id for row in rows]
    return Measured(
        rows,
        Grams.of([item.words for item in features]),
        Grams.of([item.grams for item in features]),
        Grams.of([_subwords(item) for item in features]),
        np.array([vectors.mean(item.words) for item in features], dtype=float),
        _carrying(rows, texts, corpus, vectors),
        _likeness(texts, own, corpus, relevance, sentences),
        _likeness(texts, _others(own, list(corpus.questions)), corpus, relevance, sentences),
    )


def kinds_of(corpus: Corpus) -> Kinds:
    """The rounds and the criteria that the corpus's questions have."""
    rounds = sorted({question.round for question in corpus.questions.values() if question.round})
    return Kinds(tuple(rounds), tuple(criterion.id for criterion in corpus.rubric.criteria))


def _carrying(rows: list[Row], texts: list[str], corpus: Corpus, vectors: WordVectors) -> Floats:
    """(rows, criteria, numbers), NaN for a criterion that the row has no mark on."""
    carrying = Carrying(Explainer(vectors, corpus.rubric), Cues())
    place = {criterion.id: n for n, criterion in enumerate(corpus.rubric.criteria)}
    table = np.full((len(rows), len(place), len(CARRYING)), np.nan)
    for n, (row, text) in enumerate(zip(rows, texts, strict=True)):
        told = carrying.told(text)
        criteria = corpus.criteria_of(tuple(row.criteria))
        numbers = carrying.measure(told, carrying.shown(told, criteria), criteria)
        table[n, [place[name] for name in row.criteria]] = numbers
    return table


def _others(own: Sequence[str], questions: list[str]) -> list[str]:
    """For each row another question than its own, the same for a row and its copy."""
    half = len(own) // 2
    drawn = np.random.default_rng(0).integers(1, len(questions), size=len(own))
    if list(own[:half]) == list(own[half:]):
        drawn[half:] = drawn[:half]
    return [
        questions[(questions.index(mine) + step) % len(questions)]
        for mine, step in zip(own, drawn, strict=True)
    ]


def _likeness(
    texts: list[str],
    asked: Sequence[str],
    corpus: Corpus,
    relevance: Relevance,
    sentences: SentenceNearness | None,
) -> Likeness:
    questions = [corpus.questions[name] for name in asked]
    grounds = {name: [p.text for p in corpus.ground(corpus.questions[name])] for name in set(asked)}
    looks = [
        relevance.look(question.text, grounds[question.id], text)
        for question, text in zip(questions, texts, strict=True)
    ]
    more = [
        sentences.measure(question.text, text) if sentences else []
        for question, text in zip(questions, texts, strict=True)
    ]
    place = {name: n for n, name in enumerate(corpus.questions)}
    return Likeness(
        np.array([[*look.numbers, *extra] for look, extra in zip(looks, more, strict=True)]),
        np.array([look.own for look in looks]),
        np.array([look.every for look in looks]),
        np.array([place[name] for name in asked]),
        kinds_of(corpus).table(list(corpus.questions.values())),
    )
