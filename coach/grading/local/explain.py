"""Why the local grader gave a level: sentences that carried it, signs seen and missed, in words.

The words are the rubric's own signs and anchors; a sign is matched to an answer by its wording.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from coach.grading.local.model import Pointing
from coach.grading.local.overlap import content_words
from coach.grading.local.shown import DEEPER
from coach.grading.local.tokens import Sentence, split_sentences
from coach.grading.local.vectors import WordVectors
from coach.schema.rubric import Criterion, Rubric, Sign

LONGEST_QUOTE = 240
# Word vectors nearer than this mean much the same.
NEAR = 0.2
MOST_CACHED = 20_000
BEST_WORDS = 3
# A sentence with fewer content words is quoted only where nothing else was said.
FEWEST_WORDS = 2
# Nearness, nearness beyond that to the other criteria, length, place, first or not.
NUMBERS = 5
Table = np.ndarray[Any, np.dtype[np.float64]]
Vectors = np.ndarray[Any, np.dtype[np.float32]]


@dataclass(frozen=True)
class Weighed:
    """A sentence of the answer, the part it belongs to, its content words and their mean vector."""

    turn: int | None
    sentence: Sentence
    words: list[str]
    vector: np.ndarray[tuple[int], np.dtype[np.float32]]


@dataclass
class _Telling:
    """What words tell of one criterion: its key words with their vectors and how telling each of them is.

    `values` remembers what each word told, by its number; NaN where it was not asked yet.
    """

    criterion: Criterion
    words: dict[str, int]
    table: Vectors
    weights: Table
    values: Table

    def tells(self, word: str, vector: Vectors | None) -> float:
        """Nearness of a word to the criterion's nearest key word, times how telling that key word is."""
        if word in self.words:
            return float(self.weights[self.words[word]])
        if vector is None:
            return 0.0
        near = self.table @ vector
        near -= np.float32(NEAR)
        return float(np.maximum.reduce(np.maximum(near, 0, out=near) * self.weights))


class Explainer:
    """Weighs sentences and matches them to the signs of criteria."""

    def __init__(self, vectors: WordVectors, rubric: Rubric) -> None:
        self._vectors = vectors
        self._of_text = lru_cache(maxsize=4_000)(self._vector)
        self._shared_by = rubric.criteria
        self._shared = Counter(word for item in rubric.criteria for word in set(_words_of(item)))
        self._none = np.zeros(vectors.dimensions, dtype=np.float32)
        self._telling: dict[str, _Telling] = {}
        self._numbers: dict[str, int] = {}

    def weigh(self, parts: list[tuple[int | None, str]]) -> list[Weighed]:
        """Every sentence of the candidate's texts."""
        found = []
        for turn, text in parts:
            for sentence in split_sentences(text):
                words = content_words(sentence.text)
                found.append(Weighed(turn, sentence, words, self._vectors.mean(words)))
        return found

    def stack(self, weighed: list[Weighed]) -> Vectors:
        """The sentences' vectors, one below the other."""
        vectors = np.array([item.vector for item in weighed], dtype=np.float32)
        return vectors.reshape(len(weighed), self._vectors.dimensions)

    def choose(
        self,
        weighed: list[Weighed],
        vectors: Vectors,
        criteria: tuple[Criterion, ...],
        goods: list[bool],
        pointing: Pointing,
    ) -> list[list[Weighed]]:
        """For each criterion the sentences that it is judged by, best first: two for a level that is a yes.

        `vectors` holds the sentences' vectors.

        What makes such a sentence is learnt from the quotes that a language model gave for the same criteria.
        """
        if not weighed:
            return [[] for _ in criteria]
        tables = self.numbers(weighed, criteria)
        scant = np.array([len(item.words) < FEWEST_WORDS for item in weighed])
        chosen = []
        for numbers, criterion, good in zip(tables, criteria, goods, strict=True):
            worth = pointing.score(numbers, vectors, criterion.id)
            order = np.lexsort((-worth, scant))
            best = [n for n in order[: 2 if good else 1] if not scant[n]] or [order[0]]
            chosen.append([weighed[n] for n in best])
        return chosen

    def numbers(self, weighed: list[Weighed], criteria: tuple[Criterion, ...]) -> list[Table]:
        """For each criterion a table (sentences, NUMBERS): what is measured besides the words."""
        near = self._nearness(weighed, criteria)
        apart = near - near.mean(axis=1, keepdims=True)
        place = np.arange(len(weighed)) / len(weighed)
        tables = np.empty((len(criteria), len(weighed), NUMBERS))
        tables[:, :, 0] = near.T
        tables[:, :, 1] = apart.T
        tables[:, :, 2] = np.log1p([len(item.words) for item in weighed])
        tables[:, :, 3] = place
        tables[:, :, 4] = place == 0
        return list(tables)

    def _nearness(self, weighed: list[Weighed], criteria: tuple[Criterion, ...]) -> Table:
        """How much each sentence speaks in each criterion's own words: the mean of its three nearest.

        Shape (sentences, criteria).
        """
        near = np.zeros((len(weighed), len(criteria)))
        told = self.told([word for item in weighed for word in item.words], criteria)
        start = 0
        for n, item in enumerate(weighed):
            if item.words:
                end = start + len(item.words)
                best = np.sort(told[start:end], axis=0)[-BEST_WORDS:]
                near[n] = np.add.reduce(best, axis=0) / BEST_WORDS
                start = end
        return near

    def told(self, words: list[str], criteria: tuple[Criterion, ...]) -> Table:
        """What each word tells of each criterion, shape (words, criteria); remembered, since words repeat."""
        self._forget()
        rows = np.array([self._number(word) for word in words], dtype=np.intp)
        table = np.empty((len(words), len(criteria)))
        for column, criterion in enumerate(criteria):
            telling = self._telling_of(criterion)
            told = telling.values[rows]
            for n in np.flatnonzero(np.isnan(told)):
                told[n] = telling.values[rows[n]] = telling.tells(words[n], self._vector_of(words[n]))
            table[:, column] = told
        return table

    def _number(self, word: str) -> int:
        number = self._numbers.get(word)
        if number is None:
            number = self._numbers[word] = len(self._numbers)
        return number

    def _forget(self) -> None:
        """Make room for new words, once too many were seen."""
        if len(self._numbers) > MOST_CACHED:
            self._numbers.clear()
            self._telling.clear()

    def _vector_of(self, word: str) -> Vectors | None:
        row = self._vectors.find(word)
        return None if row is None else self._vectors.table[row]

    def _telling_of(self, criterion: Criterion) -> _Telling:
        found = self._telling.get(criterion.id)
        if found is None or (found.criterion is not criterion and found.criterion != criterion):
            found = self._telling[criterion.id] = self._key_words(criterion)
        if len(found.values) < len(self._numbers):
            more = np.full(len(self._numbers), np.nan)
            found.values = np.concatenate([found.values, more])
        return found

    def _key_words(self, criterion: Criterion) -> _Telling:
        """Words of the criterion's title, question and signs that few other criteria share."""
        words = [
            word
            for word in _words_of(criterion)
            if self._vectors.find(word) is not None and self._shared[word] <= len(self._shared_by) * 0.6
        ] or ["answer"]
        rows = [self._vectors.find(word) for word in words]
        table = np.stack([self._vectors.table[row] if row is not None else self._none for row in rows])
        telling = np.array(
            [np.log(len(self._shared_by) / max(self._shared[word], 1)) + 0.1 for word in words]
        )
        numbers = {word: n for n, word in enumerate(words)}
        return _Telling(criterion, numbers, table, telling, np.full(1000, np.nan))

    def match(self, table: Vectors, signs: tuple[Sign, ...]) -> list[tuple[Sign, float]]:
        """Signs with the nearness of the answer's nearest sentence, nearest first.

        `table` holds the sentences' vectors.
        """
        if not len(table) or not signs:
            return [(sign, 0.0) for sign in signs]
        near = [(sign, float(np.maximum.reduce(table @ self._of_text(sign.text)))) for sign in signs]
        return sorted(near, key=lambda item: -item[1])

    def _vector(self, text: str) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
        return self._vectors.mean(content_words(text))


def _words_of(criterion: Criterion) -> list[str]:
    texts = [criterion.title, criterion.asks, *(sign.text for sign in criterion.signs.good), *criterion.good]
    return content_words(" ".join(texts))


def reason(criterion: Criterion, level: int, closest: str) -> str:
    """The level's anchor, and the sign that the answer comes nearest to, where there is one."""
    anchor = criterion.levels.get(level, "")
    nearest = f" Closest to: {closest}" if closest else ""
    if anchor:
        return f"Worded like level {level} answers: {anchor}{nearest}"
    return f"Worded like answers at level {level} of {criterion.top}.{nearest}"


def advice(criterion: Criterion, level: int, missed: list[str]) -> str:
    """What to say next time: the signs that the answer most likely lacks, or a sentence that stands alone."""
    if level >= criterion.top:
        return ""
    if not missed:
        return criterion.asks
    if missed == [DEEPER]:
        return DEEPER
    parts = [text.rstrip(".") for text in missed]
    return "A stronger answer " + "; it ".join(text[:1].lower() + text[1:] for text in parts) + "."
