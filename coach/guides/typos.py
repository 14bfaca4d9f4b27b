"""Puts misspelt words of a query right where the passages hold one that differs by a slip. No dictionary.

A query may be about anything, so that one slip in a long word is all that is forgiven: incidents, whose words
are few, forgive more (`drills/incident_spelling`), and would make "staff" of "stuff" here.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from difflib import get_close_matches

from coach.guides.terms import FILLER, terms, words

_WRITTEN = re.compile(r"[A-Za-z]{6,}")
# One letter too many, too few or (in longer words) wrong or swapped; "pasta" stays away from "past".
_ALIKE = 0.85
# Longer texts are pasted, not typed.
_MOST_CHARS = 500


class Typos:
    """The words that the passages hold; a word with the stem of one of them needs no correction."""

    def __init__(self, texts: Iterable[str]) -> None:
        held = {word for text in texts for word in words(text)}
        self._stems = {stem for word in held for stem in terms(word)}
        self._alike: dict[tuple[str, int], list[str]] = defaultdict(list)
        for word in sorted(held):
            self._alike[word[0], len(word)].append(word)

    def corrected(self, query: str) -> str:
        """The query with its misspelt words replaced, all else as it was."""
        if len(query) > _MOST_CHARS:
            return query
        return _WRITTEN.sub(lambda found: self._meant(found.group()), query)

    def _meant(self, written: str) -> str:
        word = written.lower()
        if word in FILLER or self._stems.issuperset(terms(word)):
            return written
        near = [other for n in (-1, 0, 1) for other in self._alike.get((word[0], len(word) + n), ())]
        return next(iter(get_close_matches(word, near, 1, _ALIKE)), written)
