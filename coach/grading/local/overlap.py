"""Which question's words and which guides' words an answer shares: tf-idf nearness. Gives no marks."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from Stemmer import Stemmer

from coach.grading.local.common import COMMON
from coach.grading.local.standing import standing

NAMES = ("log_rank_asked", "near_asked", "margin_asked", "log_rank_guides", "near_guides", "margin_guides")
_WORD = re.compile(r"[a-z]+")
Array = NDArray[np.float32]


def content_words(text: str) -> list[str]:
    """Distinct words of a text that carry content, in order."""
    return list(_content_words(text))


@lru_cache(maxsize=128)  # the sentences of an answer are asked for twice
def _content_words(text: str) -> tuple[str, ...]:
    return tuple(w for w in dict.fromkeys(_WORD.findall(text.lower())) if len(w) > 2 and w not in COMMON)


class Near(NamedTuple):
    """Nearness to the asked question and to all known ones, then to the passages of each; NaN without any."""

    asked: float
    all_asked: Array
    guides: float
    all_guides: Array

    def numbers(self) -> list[float]:
        """The numbers of NAMES; those of the guides are NaN without passages."""
        guides = [math.nan] * 3 if math.isnan(self.guides) else standing(self.guides, self.all_guides)
        return [*standing(self.asked, self.all_asked), *guides]


class Overlap:
    """Compares answers with `questions` and with `grounds`, the passages that ground each of them.

    Word weights come from `passages`, all texts of the guides, and the questions.
    """

    def __init__(
        self, questions: Sequence[str], grounds: Sequence[Sequence[str]], passages: Sequence[str]
    ) -> None:
        self._stem = lru_cache(maxsize=50_000)(Stemmer("english").stemWord)
        documents = [frozenset(self.stems(content_words(text))) for text in (*passages, *questions)]
        counts = Counter(stem for document in documents for stem in document)
        self._index = {stem: n for n, stem in enumerate(sorted(counts))}
        self._rarest = math.log(len(documents))
        self._idf = np.array([math.log(len(documents) / (1 + counts[s])) for s in self._index], np.float32)
        texts = [*questions, *(" ".join(ground) for ground in grounds)]
        self._split = len(questions)
        self._table = np.stack([self._spread(text) for text in texts], axis=1)
        self._columns = {text: n for n, text in enumerate(texts)}
        self._other = lru_cache(maxsize=4_000)(self._spread)

    def near(self, question: str, ground: Sequence[str], words: list[str]) -> Near:
        """Nearness of an answer's content words to its own question and to all known ones."""
        stems = self.stems(words)
        known = [row for row in map(self._index.get, stems) if row is not None]
        rows = np.array(known, dtype=np.intp)
        weights = self._idf.take(rows)
        unknown = (len(stems) - len(rows)) * self._rarest**2
        norm = max(math.sqrt(float(weights @ weights) + unknown), 1e-6)
        near = weights @ self._table.take(rows, axis=0) / norm

        def own(text: str) -> float:
            column = self._columns.get(text)
            if column is not None:
                return float(near[column])
            return float(weights @ self._other(text)[rows]) / norm

        guides = own(" ".join(ground)) if ground else math.nan
        return Near(own(question), near[: self._split], guides, near[self._split :])

    def stems(self, words: Iterable[str]) -> list[str]:
        """Distinct stems of some words, in order."""
        return list(dict.fromkeys(map(self._stem, words)))

    def _spread(self, text: str) -> Array:
        """Unit tf-idf vector of a text over the known stems."""
        vector = np.zeros(len(self._index), dtype=np.float32)
        rows = [self._index[stem] for stem in self.stems(content_words(text)) if stem in self._index]
        vector[rows] = self._idf[rows]
        return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-6), dtype=np.float32)
