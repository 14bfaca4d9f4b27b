"""How near an answer's meaning is to its question's, by a sentence embedder. Gives numbers, no marks.

Used where the user has such a model (`COACH_EMBEDDER=sentence:FOLDER`); words alone tell much of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from coach.grading.local.standing import standing
from coach.grading.local.tokens import split_sentences

NAMES = ("log_rank_text", "near_text", "margin_text", "log_rank_best", "near_best", "margin_best")
BEST = 3
Array = NDArray[np.float32]
Embed = Callable[[list[str]], Array]


class SentenceNearness:
    """Compares answers with their own question and with `questions`; `embed` gives unit vectors."""

    def __init__(self, embed: Embed, questions: Sequence[str]) -> None:
        self._embed = embed
        self._questions = list(questions)
        self._other = lru_cache(maxsize=1_000)(lambda text: embed([text])[0])

    @cached_property
    def _table(self) -> Array:
        return self._embed(self._questions)

    def measure(self, question: str, answer: str) -> list[float]:
        """The numbers of NAMES for one answer: of the whole text, and of its nearest sentences."""
        parts = [sentence.text for sentence in split_sentences(answer)] or [answer]
        vectors = self._embed([answer, *parts])
        asked = self._vector(question)
        numbers = []
        for near, own in (
            (self._table @ vectors[0], float(asked @ vectors[0])),
            (_best(vectors[1:] @ self._table.T), float(_best(vectors[1:] @ asked[:, None])[0])),
        ):
            numbers += standing(own, near)
        return numbers

    def _vector(self, question: str) -> Array:
        if question in self._questions:
            return np.asarray(self._table[self._questions.index(question)])
        return np.asarray(self._other(question))


def _best(near: Array) -> Array:
    """Mean of the nearest few sentences, for each column."""
    return np.asarray(np.sort(near, axis=0)[-BEST:].mean(axis=0))
