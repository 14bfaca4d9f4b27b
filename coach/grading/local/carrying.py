"""How much of an answer speaks of one criterion: its words, and the good signs that it shows. No marks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from coach.grading.local.cues import Cues
from coach.grading.local.explain import Explainer
from coach.grading.local.features import lists_terms
from coach.grading.local.overlap import content_words
from coach.grading.local.tokens import split_sentences
from coach.schema.rubric import Criterion

NAMES = ("near_few", "near_many", "signs", "share_of_signs", "log_sentences")
FEW, MANY = 3, 10
Numbers = NDArray[np.float64]


class Carrying:
    """Measures answers against criteria, by nearness of words and by cues of signs."""

    def __init__(self, explainer: Explainer, cues: Cues) -> None:
        self._explainer = explainer
        self._cues = cues

    def told(self, text: str) -> list[str]:
        """The sentences of an answer; one that stands twice counts once, one that lists terms not at all."""
        said = dict.fromkeys(item.text for item in split_sentences(text))
        return [sentence for sentence in said if not lists_terms(sentence)]

    def shown(self, told: Sequence[str], criteria: Sequence[Criterion]) -> list[list[int]]:
        """For each criterion and each of its good signs the number of sentences that show it."""
        read = self._cues.read(told)
        return [[self._cues.count(read, sign.id) for sign in item.signs.good] for item in criteria]

    def measure(
        self, told: Sequence[str], shown: Sequence[Sequence[int]], criteria: tuple[Criterion, ...]
    ) -> Numbers:
        """Shape (criteria, NAMES), from the sentences and what each criterion's signs are `shown`."""
        words = dict.fromkeys(word for sentence in told for word in content_words(sentence))
        near = np.sort(self._explainer.told(list(words), criteria), axis=0)[::-1]
        table = np.zeros((len(criteria), len(NAMES)))
        table[:, 0] = near[:FEW].sum(axis=0) / FEW
        table[:, 1] = near[:MANY].sum(axis=0) / MANY
        for row, counts in zip(table, shown, strict=True):
            seen = sum(1 for count in counts if count)
            row[2:] = seen, seen / max(len(counts), 1), np.log1p(sum(counts))
        return table
