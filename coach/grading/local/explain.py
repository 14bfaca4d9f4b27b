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
from coach.grading.local.tokens import Sentence, split_sentences
from coach.grading.local.vectors import WordVectors
from coach.schema.rubric import Criterion, Rubric, Sign

LONGEST_QUOTE = 240
# Word vectors nearer than this mean much the same.
NEAR = 0.2
MOST_CACHED = 50_000
BEST_WORDS = 3
# Nearness, nearness beyond that to the other criteria, length, place, first or not.
NUMBERS = 5
Table = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Weighed:
    """A sentence of the answer, the part it belongs to, its content words and their mean vector."""

    turn: int | None
    sentence: Sentence
    words: list[str]
    vector: np.ndarray[tuple[int], np.dtype[np.float32]]


class Explainer:
    """Weighs sentences and matches them to the signs of criteria."""

    def __init__(self, vectors: WordVectors, rubric: Rubric) -> None:
        self._vectors = vectors
        self._of_text = lru_cache(maxsize=4_000)(self._vector)
        self._shared_by = rubric.criteria
        self._shared = Counter(word for item in rubric.criteria for word in set(_words_of(item)))
        self._none = np.zeros(vectors.dimensions, dtype=np.float32)
        known: dict[str, tuple[dict[str, int], Any, Any]] = {}
        cached: dict[tuple[str, ...], dict[str, list[float]]] = {}
        self._known, self._cached = known, cached

    def weigh(self, parts: list[tuple[int | None, str]]) -> list[Weighed]:
        """Every sentence of the candidate's texts."""
        found = []
        for turn, text in parts:
            for sentence in split_sentences(text):
                words = content_words(sentence.text)
                found.append(Weighed(turn, sentence, words, self._vectors.mean(words)))
        return found

    def choose(
        self,
        weighed: list[Weighed],
        criteria: tuple[Criterion, ...],
        goods: list[bool],
        pointing: Pointing,
    ) -> list[list[Weighed]]:
        """For each criterion the sentences that it is judged by, best first: two for a level that is a yes.

        What makes such a sentence is learnt from the quotes that a language model gave for the same criteria.
        """
        if not weighed:
            return [[] for _ in criteria]
        vectors = np.stack([item.vector for item in weighed])
        tables = self.numbers(weighed, criteria)
        chosen = []
        for numbers, criterion, good in zip(tables, criteria, goods, strict=True):
            worth = pointing.score(numbers, vectors, criterion.id)
            best = np.argsort(-worth, kind="stable")[: 2 if good else 1]
            chosen.append([weighed[n] for n in best])
        return chosen

    def numbers(self, weighed: list[Weighed], criteria: tuple[Criterion, ...]) -> list[Table]:
        """For each criterion a table (sentences, NUMBERS): what is measured besides the words."""
        near = self._nearness(weighed, criteria)
        apart = near - near.mean(axis=1, keepdims=True)
        place = np.arange(len(weighed)) / len(weighed)
        length = np.log1p([len(item.words) for item in weighed])
        return [
            np.column_stack([near[:, n], apart[:, n], length, place, place == 0])
            for n in range(len(criteria))
        ]

    def _nearness(self, weighed: list[Weighed], criteria: tuple[Criterion, ...]) -> Table:
        """How much each sentence speaks in each criterion's own words: the mean of its three nearest.

        Shape (sentences, criteria).
        """
        known = self._cached.setdefault(tuple(criterion.id for criterion in criteria), {})
        near = np.zeros((len(weighed), len(criteria)))
        for n, item in enumerate(weighed):
            if item.words:
                told = np.array([self._tells(word, criteria, known) for word in item.words])
                near[n] = np.sort(told, axis=0)[-BEST_WORDS:].sum(axis=0) / BEST_WORDS
        return near

    def _word_tells(self, word: str, criterion: Criterion) -> float:
        """Nearness of a word to the criterion's nearest key word, times how telling that key word is."""
        words, table, telling = self._keys(criterion)
        if word in words:
            return float(telling[words[word]])
        row = self._vectors.find(word)
        if row is None:
            return 0.0
        return float((np.maximum(table @ self._vectors.table[row] - NEAR, 0) * telling).max())

    def _keys(self, criterion: Criterion) -> tuple[dict[str, int], Any, Any]:
        if criterion.id not in self._known:
            self._known[criterion.id] = self._key_words(criterion)
        return self._known[criterion.id]

    def _tells(
        self, word: str, criteria: tuple[Criterion, ...], known: dict[str, list[float]]
    ) -> list[float]:
        """What a word tells of each criterion; words and criteria repeat from answer to answer."""
        if word not in known:
            if len(known) >= MOST_CACHED:
                known.clear()
            known[word] = [self._word_tells(word, criterion) for criterion in criteria]
        return known[word]

    def _key_words(self, criterion: Criterion) -> tuple[dict[str, int], Any, Any]:
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
        return {word: n for n, word in enumerate(words)}, table, telling

    def match(self, weighed: list[Weighed], signs: tuple[Sign, ...]) -> list[tuple[Sign, float]]:
        """Signs with the nearness of the answer's nearest sentence, nearest first."""
        if not weighed or not signs:
            return [(sign, 0.0) for sign in signs]
        table = np.stack([item.vector for item in weighed])
        near = [(sign, float((table @ self._of_text(sign.text)).max())) for sign in signs]
        return sorted(near, key=lambda item: -item[1])

    def _vector(self, text: str) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
        return self._vectors.mean(content_words(text))


def _words_of(criterion: Criterion) -> list[str]:
    texts = [criterion.title, criterion.asks, *(sign.text for sign in criterion.signs.good), *criterion.good]
    return content_words(" ".join(texts))


def reason(criterion: Criterion, level: int, top: int, signs: list[tuple[Sign, float]]) -> str:
    """The level's anchor, and for a yes the sign that the answer comes nearest to."""
    anchor = criterion.levels.get(level, "")
    nearest = f" Closest to: {signs[0][0].text}" if signs and level * 2 > top else ""
    return (
        f"Worded like level {level} answers: {anchor}{nearest}".strip()
        if anchor
        else (f"Worded like answers at level {level} of {top}.{nearest}")
    )


def advice(criterion: Criterion, level: int, top: int, signs: list[tuple[Sign, float]]) -> str:
    """The signs that the answer is farthest from, as things to say next time."""
    if level >= top:
        return ""
    missed = [sign.text.rstrip(".") for sign, _ in signs[::-1][:2]]
    if missed:
        return "A stronger answer " + "; it ".join(text[:1].lower() + text[1:] for text in missed) + "."
    return criterion.asks
