"""Takes apart a clause that asks for several things in one breath. Text only; whether parts ask for anything
is decided by who reads them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_JOIN = re.compile(
    r"(?:,\s*)?\b(?:and|or|plus|then)\s+(?:also\s+|whether\s+|if\s+)?|;\s+|\s&\s", re.IGNORECASE
)
_ALTERNATIVE = re.compile(r",?\s+(?:or|and)\s+|,\s+", re.IGNORECASE)
_DETERMINER = frozenset(("the", "a", "an", "our", "any", "some", "by", "in", "of", "its"))
MOST_WORDS = 3  # of one member of a list, without its article
MOST_JOINS = 4  # of one clause that are tried


def halves(clause: str) -> Iterator[tuple[str, str]]:
    """The clause cut in two at each of its joins."""
    for found in list(_JOIN.finditer(clause))[:MOST_JOINS]:
        first, second = clause[: found.start()].strip(" ,;"), clause[found.end() :].strip(" ,;")
        if first and second:
            yield first, second


def alternatives(clause: str) -> Iterator[tuple[str, str]]:
    """The clause with one member of a list at a time: "did model or rules change" is two questions."""
    for found in list(_ALTERNATIVE.finditer(clause))[:MOST_JOINS]:
        before, after = clause[: found.start()].split(), clause[found.end() :].split()
        for kept in _starts(before):
            for end in _ends(after):
                yield " ".join([*before, *after[end:]]), " ".join([*before[:kept], *after])


def _starts(words: list[str]) -> Iterator[int]:
    """Where the last member of a list may begin in the words before a join."""
    for size in range(1, min(MOST_WORDS, len(words) - 1) + 1):
        start = len(words) - size
        while start > 1 and words[start - 1].lower() in _DETERMINER:
            start -= 1
        yield start


def _ends(words: list[str]) -> Iterator[int]:
    """Where the first member of a list may end in the words after a join."""
    articles = next((n for n, word in enumerate(words) if word.lower() not in _DETERMINER), len(words))
    yield from range(articles + 1, min(articles + MOST_WORDS, len(words)) + 1)
