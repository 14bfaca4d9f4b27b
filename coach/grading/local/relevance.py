"""How well an answer fits its question, compared with all other questions. Gives numbers, no marks.

Each content word of a question looks for its nearest word in the answer; a question's fit is the mean
of these, weighted by how telling the word is, and put on one scale by what the guides' passages reach.
Beside it stand the nearness of the whole texts, and the share of the question's words in the answer.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from coach.grading.local.overlap import NAMES as OVERLAP_NAMES
from coach.grading.local.overlap import Overlap, content_words
from coach.grading.local.standing import standing
from coach.grading.local.vectors import Array, WordVectors, length
from coach.guides.corpus import Corpus

NAMES = (
    *("log_rank", "fit", "margin", "overlap", "log_rank_whole", "near_whole", "margin_whole"),
    *OVERLAP_NAMES,
)


# How like an answer is to a question: fit, nearness of whole texts, shared words, shared words of the guides.
LIKENESS = ("fit", "whole", "asked", "guides")


class Look(NamedTuple):
    """The numbers of NAMES; LIKENESS to the own question and, (questions, LIKENESS), to all known ones.

    `column` is the own question's place among these, None where it is not one of them.
    """

    numbers: list[float]
    own: NDArray[np.float64]
    every: NDArray[np.float64]
    column: int | None


@dataclass(frozen=True)
class _Asked:
    """A question as its content words; `rows` are their vectors, `weights` how telling they are."""

    words: tuple[str, ...]
    rows: Array
    weights: Array
    stems: frozenset[str]
    whole: Array
    mean: float
    spread: float


class Relevance:
    """Compares answers with their own question and with `questions`, the texts of all known ones.

    `grounds` are the passages that ground each of these questions.
    """

    def __init__(
        self,
        vectors: WordVectors,
        questions: Sequence[str],
        grounds: Sequence[Sequence[str]],
        passages: Iterable[str],
    ) -> None:
        passages = list(passages)
        self._vectors = vectors
        self._overlap = Overlap(questions, grounds, passages)
        self._background = [content_words(text) for text in passages]
        self._seen_in = Counter(word for words in self._background for word in words)
        self._middle = np.mean([vectors.mean(words) for words in self._background], axis=0)
        self._ask = lru_cache(maxsize=4_000)(self._prepare)
        self._others = [self._ask(text) for text in questions]
        self._column = {text: n for n, text in enumerate(questions)}
        self._stacked = np.concatenate([asked.rows for asked in self._others])
        self._starts = np.cumsum([0] + [len(asked.words) for asked in self._others[:-1]])
        self._share = np.concatenate([asked.weights for asked in self._others])
        self._columns: dict[str, list[int]] = {}
        for n, word in enumerate(word for asked in self._others for word in asked.words):
            self._columns.setdefault(word, []).append(n)
        self._near = lru_cache(maxsize=20_000)(self._nearness)
        self._means = np.array([asked.mean for asked in self._others])
        self._spreads = np.array([asked.spread for asked in self._others])
        self._wholes = np.stack([asked.whole for asked in self._others])

    @classmethod
    def over(cls, corpus: Corpus, vectors: WordVectors) -> Relevance:
        """Over the corpus's questions and guides."""
        asked = corpus.questions.values()
        return cls(
            vectors,
            [question.text for question in asked],
            [[passage.text for passage in corpus.ground(question)] for question in asked],
            [passage.text for passage in corpus.passages.values()],
        )

    def measure(self, question: str, ground: Sequence[str], answer: str) -> list[float]:
        """The numbers of NAMES for one answer: log share of questions that fit better, fit, margin."""
        return self.look(question, ground, answer).numbers

    def look(self, question: str, ground: Sequence[str], answer: str) -> Look:
        """The numbers of NAMES for one answer, and how like it is to every known question."""
        words = content_words(answer)
        column = self._column.get(question)
        if not words:
            nothing = [0.0, -3.0, -3.0, 0.0, 0.0, -1.0, -3.0, 0.0, 0.0, -3.0, 0.0, 0.0, -3.0]
            return Look(
                nothing, np.zeros(len(LIKENESS)), np.zeros((len(self._others), len(LIKENESS))), column
            )
        asked = self._ask(question)
        fit = (self._fit(asked, words) - asked.mean) / asked.spread
        fits = (self._fit_all(words) - self._means) / self._spreads
        near = self._overlap.near(question, ground, words)
        shared = len(asked.stems.intersection(self._overlap.stems(words))) / len(asked.stems)
        whole = self._whole(words)
        wholes = (self._wholes @ whole).astype(np.float64)
        own_whole = float(asked.whole @ whole)
        numbers = [*standing(fit, fits), shared, *standing(own_whole, wholes), *near.numbers()]
        every = np.stack([fits, wholes, near.all_asked, near.all_guides], axis=1)
        guides = float(every[:, 3].mean()) if math.isnan(near.guides) else near.guides
        return Look(numbers, np.array([fit, own_whole, near.asked, guides]), every, column)

    def _prepare(self, question: str) -> _Asked:
        words = tuple(content_words(question)) or ("question",)
        total = len(self._background) + 1
        telling = np.array([max(math.log(total / (self._seen_in[w] + 1)), 0.1) for w in words])
        rows = np.stack([self._vector(word) for word in words])
        asked = _Asked(
            words,
            rows,
            (telling / telling.sum()).astype(np.float32),
            frozenset(self._overlap.stems(words)),
            self._whole(list(words)),
            0.0,
            1.0,
        )
        reached = np.array([self._fit(asked, passage) for passage in self._background])
        return replace(asked, mean=float(reached.mean()), spread=max(float(reached.std()), 1e-6))

    def _whole(self, words: list[str]) -> Array:
        """Direction of a text from the middle of the guides, of unit length."""
        away = self._vectors.mean(words) - self._middle
        return np.asarray(away / max(length(away), 1e-6), dtype=np.float32)

    def _fit(self, asked: _Asked, words: list[str]) -> float:
        rows = self._vectors.table.take(self._vectors.rows(words), axis=0)
        best = (asked.rows @ rows.T).max(axis=1) if len(rows) else np.zeros(len(asked.words))
        there = set(words)
        best = np.maximum(best, [float(word in there) for word in asked.words])
        return float(asked.weights @ best)

    def _fit_all(self, words: list[str]) -> NDArray[np.float64]:
        best = np.maximum.reduce([self._near(word) for word in words])
        return np.add.reduceat(best * self._share, self._starts).astype(np.float64)

    def _nearness(self, word: str) -> Array:
        """Nearness of one answer word to every word of every known question; 1 where it is the same."""
        near = self._stacked @ self._vector(word)
        near = np.maximum(near, 0)
        if word in self._columns:
            near[self._columns[word]] = np.maximum(near[self._columns[word]], 1)
        return np.asarray(near, dtype=np.float32)

    def _vector(self, word: str) -> Array:
        row = self._vectors.find(word)
        return (
            np.zeros(self._vectors.dimensions, dtype=np.float32) if row is None else self._vectors.table[row]
        )
