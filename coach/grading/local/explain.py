"""Why the local grader gave a level: sentences that carried it, signs seen and missed, in words.

The words are the rubric's own signs and anchors; a sign is matched to an answer by its wording.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from coach.grading.local.model import LocalModel
from coach.grading.local.relevance import content_words
from coach.grading.local.tokens import Sentence, split_sentences, split_words
from coach.grading.local.vectors import WordVectors
from coach.schema.rubric import Criterion, Sign

LONGEST_QUOTE = 240


@dataclass(frozen=True)
class Weighed:
    """A sentence of the answer, the part it belongs to, and what it adds to each head."""

    turn: int | None
    sentence: Sentence
    vector: np.ndarray[tuple[int], np.dtype[np.float32]]
    score: np.ndarray[tuple[int], np.dtype[np.float64]]


class Explainer:
    """Weighs sentences and matches them to the signs of criteria."""

    def __init__(self, model: LocalModel, vectors: WordVectors) -> None:
        self._model = model
        self._vectors = vectors
        self._of_text = lru_cache(maxsize=4_000)(self._vector)
        self._of_word = lru_cache(maxsize=20_000)(self._word)

    def weigh(self, parts: list[tuple[int | None, str]]) -> list[Weighed]:
        """Every sentence of the candidate's texts with its contribution to each head."""
        found = []
        for turn, text in parts:
            for sentence in split_sentences(text):
                words = list(dict.fromkeys(split_words(sentence.text)))
                score = np.mean([self._of_word(word) for word in words], axis=0)
                found.append(Weighed(turn, sentence, self._vectors.mean(words), score))
        return found

    def choose(self, weighed: list[Weighed], criterion: Criterion, head: int, *, good: bool) -> list[Weighed]:
        """One or two sentences that speak to the criterion and carried the level most, best first."""
        if not weighed:
            return []
        subject = self._of_text(
            " ".join([criterion.title, criterion.asks, *(s.text for s in criterion.signs.good)])
        )
        sign = 1.0 if good else -1.0
        worth = [float(item.vector @ subject) + sign * float(item.score[head]) for item in weighed]
        order = sorted(range(len(weighed)), key=lambda n: (-worth[n], n))
        return [weighed[n] for n in order[: 2 if good else 1]]

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
