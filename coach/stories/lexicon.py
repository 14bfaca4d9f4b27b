"""How telling the words of a question are, measured on the questions and guides of the corpus."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping
from functools import cached_property

from coach.guides.corpus import Corpus
from coach.guides.terms import synonym_map, terms

# What a word of the same meaning is worth, against the word itself.
SYNONYM = 0.5
# From so many bits on a word tells one text from another.
RARE = 3.0
# Two texts that hold the same figure need not have anything in common.
_FIGURE = re.compile(r"\d+|two|three|four|five|six|seven|eight|nine|ten|hundr\w*|thousand|million|half")


class Lexicon:
    """Rarity of stems, in bits."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus

    def wanted(self, text: str) -> dict[str, float]:
        """Stems of a text, and those that mean the same, with how much a match on each says."""
        own = {term: self.rarity(term) for term in terms(text)}
        alike = {
            other: SYNONYM * weight for term, weight in own.items() for other in self._synonyms.get(term, ())
        }
        return alike | own

    def rarity(self, term: str) -> float:
        """How telling a stem is; 0 for one that is everywhere."""
        texts = len(self._background)
        return max(0.0, math.log2((texts + 1) / (self._spread.get(term, 0) + 1)) - 1.0)

    def telling(self, held: Mapping[str, float]) -> list[str]:
        """The stems that are rare enough to say something; figures are not."""
        return [
            term for term, weight in held.items() if weight >= RARE * SYNONYM and not _FIGURE.fullmatch(term)
        ]

    @cached_property
    def _background(self) -> list[set[str]]:
        questions = [question.text for question in self._corpus.questions.values()]
        return [set(terms(text)) for text in (*questions, *(p.text for p in self._corpus.passages.values()))]

    @cached_property
    def _spread(self) -> Mapping[str, int]:
        return Counter(term for held in self._background for term in held)

    @cached_property
    def _synonyms(self) -> dict[str, frozenset[str]]:
        return synonym_map(self._corpus.synonyms)
