"""Why the local grader gave a level: sentences that carried it, signs seen and missed, in words.

The words are the rubric's own signs and anchors; a sign is matched to an answer by its wording.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from coach.grading.local.model import LocalModel
from coach.grading.local.relevance import content_words
from coach.grading.local.tokens import Sentence, split_sentences, split_words
from coach.grading.local.vectors import WordVectors
from coach.schema.rubric import Criterion, Rubric, Sign

LONGEST_QUOTE = 240
# Nearness to the criterion leads; how much a sentence raised the level breaks near ties.
RAISED_WEIGHT = 0.05
# Word vectors nearer than this mean much the same.
NEAR = 0.2
MOST_CACHED = 100_000


@dataclass(frozen=True)
class Weighed:
    """A sentence of the answer, the part it belongs to, and what it adds to each head."""

    turn: int | None
    sentence: Sentence
    words: list[str]
    vector: np.ndarray[tuple[int], np.dtype[np.float32]]
    score: np.ndarray[tuple[int], np.dtype[np.float64]]


class Explainer:
    """Weighs sentences and matches them to the signs of criteria."""

    def __init__(self, model: LocalModel, vectors: WordVectors, rubric: Rubric) -> None:
        self._model = model
        self._vectors = vectors
        self._of_text = lru_cache(maxsize=4_000)(self._vector)
        self._of_word = lru_cache(maxsize=20_000)(self._word)
        self._shared_by = rubric.criteria
        self._shared = Counter(word for item in rubric.criteria for word in set(_words_of(item)))
        self._none = np.zeros(vectors.dimensions, dtype=np.float32)
        known: dict[str, tuple[dict[str, int], Any, Any]] = {}
        cached: dict[tuple[str, str], float] = {}
        self._known, self._cached = known, cached

    def weigh(self, parts: list[tuple[int | None, str]]) -> list[Weighed]:
        """Every sentence of the candidate's texts with its contribution to each head."""
        found = []
        for turn, text in parts:
            for sentence in split_sentences(text):
                words = list(dict.fromkeys(split_words(sentence.text)))
                score = np.mean([self._of_word(word) for word in words], axis=0)
                content = content_words(sentence.text)
                found.append(Weighed(turn, sentence, content, self._vectors.mean(words), score))
        return found

    def choose(
        self, weighed: list[Weighed], criteria: tuple[Criterion, ...], heads: list[int], goods: list[bool]
    ) -> list[list[Weighed]]:
        """For each criterion the one or two sentences that speak to it and carried its level, best first.

        What a sentence shares with all criteria of the question does not count, so that each
        criterion is shown the words that are its own. A level that is a yes takes the sentences that
        raised it.
        """
        if not weighed:
            return [[] for _ in criteria]
        near = np.column_stack([self._nearness(weighed, criterion) for criterion in criteria])
        near = near - near.mean(axis=1, keepdims=True)
        scores = np.stack([item.score[heads] for item in weighed])
        spread = np.maximum(scores.std(axis=0), 1e-6)
        raised = (scores - scores.mean(axis=0)) / spread * RAISED_WEIGHT
        worth = near + np.where(goods, raised, 0.0)
        best = np.argsort(-worth, axis=0, kind="stable")
        return [[weighed[n] for n in best[: 2 if good else 1, column]] for column, good in enumerate(goods)]

    def _nearness(
        self, weighed: list[Weighed], criterion: Criterion
    ) -> np.ndarray[Any, np.dtype[np.float64]]:
        """How much each sentence speaks in the criterion's own words: the mean of its three nearest."""
        return np.array(
            [
                sum(sorted((self._tells(word, criterion) for word in item.words), reverse=True)[:3]) / 3
                for item in weighed
            ]
        )

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

    def _tells(self, word: str, criterion: Criterion) -> float:
        key = (word, criterion.id)
        if key not in self._cached:
            if len(self._cached) >= MOST_CACHED:
                self._cached.clear()
            self._cached[key] = self._word_tells(word, criterion)
        return self._cached[key]

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

    def _word(self, word: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """What a word alone adds to each head; enough to tell which sentence carried a level."""
        return self._model.grams.score([word]) + self._model.score_subwords([word])

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
