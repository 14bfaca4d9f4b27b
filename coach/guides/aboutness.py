"""Says how much of a query a passage is about, so that an unrelated best hit can be turned down."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence

from coach.guides.entries import Entry
from coach.guides.terms import synonym_map, terms

# What one word of the query earns: named as a subject, merely mentioned, or only by a synonym.
_SUBJECT, _MENTIONED, _SYNONYM = 1.0, 0.5, 0.4


# Words of the whole subject, which `terms` leaves out: who says one hardly asks about something else.
_NAMES_SUBJECT = re.compile(
    r"\b(?:ai|ml|mlops|llms?|gen ?ai|(?:chat ?)?gpt|machine learning|product managers?"
    r"|(?<!\d)(?<!\d )pms?)\b",
    re.IGNORECASE,
)


def names_subject(query: str) -> bool:
    """Whether a query says that it is about AI or product management."""
    return _NAMES_SUBJECT.search(query) is not None


class Aboutness:
    """Word sets of all entries: what each is said to be about, and what it holds."""

    def __init__(self, entries: Sequence[Entry], synonyms: Iterable[Iterable[str]] = ()) -> None:
        self._titles = [frozenset(terms(entry.passage.title)) for entry in entries]
        self._subjects = [entry.subjects for entry in entries]
        self._words = [frozenset(entry.terms) for entry in entries]
        self._counts = Counter(word for words in self._words for word in words)
        self._synonyms = synonym_map(synonyms)

    def weight(self, term: str) -> float:
        """How rare a stem is (its inverse document frequency); most for one that no entry holds."""
        n = self._counts[term]
        return math.log(1.0 + (len(self._words) - n + 0.5) / (n + 0.5))

    def coverage(self, query: str, positions: Iterable[int]) -> float:
        """Share of the query, weighted by rarity, that the best of these entries is about; 0 to 1.

        One word out of several is chance ("paint a wall" beside a hole in the wall) and counts for
        nothing, unless the entry's heading names it.
        """
        wanted = frozenset(terms(query))
        total = sum(self.weight(term) for term in wanted)
        if not total:
            return 0.0
        return max((self._earned(wanted, n) for n in positions), default=0.0) / total

    def _earned(self, wanted: frozenset[str], n: int) -> float:
        credits = {term: credit for term in wanted if (credit := self._credit(term, n))}
        if len(credits) < min(2, len(wanted)) and wanted.isdisjoint(self._titles[n]):
            return 0.0
        return sum(self.weight(term) * credit for term, credit in credits.items())

    def _credit(self, term: str, n: int) -> float:
        if term in self._subjects[n]:
            return _SUBJECT
        if term in self._words[n]:
            return _MENTIONED
        return _SYNONYM if self._synonyms.get(term, frozenset()) & self._subjects[n] else 0.0
