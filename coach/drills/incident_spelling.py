"""Puts misspelt words right, as far as an incident's words know them. Any other word is left alone.

A word is misspelt where nobody knows it and a known one is a slip or two away: a letter too many, too few,
another one, or two of them swapped.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from functools import lru_cache

_WORD = re.compile(r"[A-Za-z]{3,}")
_LONG = 6  # letters; from here on two slips are forgiven


class Speller:
    """Knows the words of `texts`; `is_word` says of any other whether it is a word of the language."""

    def __init__(self, texts: Iterable[str], is_word: Callable[[str], bool]) -> None:
        self._counts = Counter(word for text in texts for word in _WORD.findall(text.lower()))
        self._is_word = is_word
        self._meant = lru_cache(maxsize=512)(self._nearest)

    def corrected(self, text: str) -> str:
        """The text with misspelt words put right; all else, line breaks and case included, as it was."""
        return _WORD.sub(lambda found: self._meant(found.group()), text)

    def _nearest(self, written: str) -> str:
        word = written.lower()
        if word in self._counts or self._is_word(word):
            return written
        most = 2 if len(word) >= _LONG else 1
        near = [
            (slips, -count, known)
            for known, count in self._counts.items()
            if abs(len(known) - len(word)) <= most
            and known[0] in word[:2]
            and (slips := _slips(word, known)) <= most
        ]
        return min(near)[2] if near else written


def _slips(first: str, second: str) -> int:
    """Letters to add, take away, change or swap with their neighbour to get from one word to the other."""
    before: list[int] = []
    row = list(range(len(second) + 1))
    for n, letter in enumerate(first, 1):
        earlier, before, row = before, row, [n]
        for m, other in enumerate(second, 1):
            best = min(before[m] + 1, row[m - 1] + 1, before[m - 1] + (letter != other))
            if n > 1 and m > 1 and letter == second[m - 2] and first[n - 2] == other:
                best = min(best, earlier[m - 2] + 1)
            row.append(best)
    return row[-1]
