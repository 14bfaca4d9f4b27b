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

from coach.grading.local.features import Features, extract, pieces
from coach.grading.local.grader import own_words
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


@dataclass(frozen=True)
class Measured:
    """Rows with their features; vectors is (rows, dimensions), relevance (rows, numbers)."""

    rows: list[Row]
    grams: Grams
    subwords: Grams
    vectors: Floats
    relevance: Floats

    def take(self, chosen: NDArray[np.intp]) -> Measured:
        return Measured(
            [self.rows[n] for n in chosen],
            Grams(self.grams.names, self.grams.table[chosen]),
            Grams(self.subwords.names, self.subwords.table[chosen]),
            self.vectors[chosen],
            self.relevance[chosen],
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
    relevance = Relevance.over(corpus, vectors)
    grounds = {key: [p.text for p in corpus.ground(item)] for key, item in corpus.questions.items()}
    texts = [own_words(row.answer) for row in rows]
    features = [extract(text) for text in texts]
    return Measured(
        rows,
        Grams.of([item.grams for item in features]),
        Grams.of([_subwords(item) for item in features]),
        np.array([vectors.mean(item.words) for item in features], dtype=float),
        np.array(
            [
                relevance.measure(row.question, grounds[row.question_id], text)
                + (sentences.measure(row.question, text) if sentences else [])
                for row, text in zip(rows, texts, strict=True)
            ]
        ),
    )
