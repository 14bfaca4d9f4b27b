"""Finds a quote in an answer and returns the exact slice. Decides nothing about marks.

White space, quote marks, dashes and case are folded on both sides to find a quote; the span that
is returned counts code points of the answer as received.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from coach.schema.answer import Answer
from coach.schema.grade import Evidence
from coach.text.sanitize import for_terminal, has_control

_MARKS = str.maketrans(
    {"‘": "'", "’": "'", "‚": "'", "`": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"'}
)
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−"), "-")
_WORD = re.compile(r"\S+")
_RUN = re.compile(r"\s\s")
_PLAIN = str.maketrans("\t\n\r`", "   '")
_EDGE = " \t\n\"'.…,;:()[]"


@dataclass(frozen=True)
class _Folded:
    """A text as it is searched; `origin[i]` is the index in the source of folded character i."""

    source: str

    @cached_property
    def pairs(self) -> tuple[str, Sequence[int]]:
        if self.source.isascii() and not has_control(self.source):
            return self._plain_pairs()
        characters: list[str] = []
        origin: list[int] = []
        for index, character in enumerate(self.source):
            for folded in _fold(character):
                if folded == " " and (not characters or characters[-1] == " "):
                    continue
                characters.append(folded)
                origin.append(index)
        return "".join(characters), origin

    def _plain_pairs(self) -> tuple[str, Sequence[int]]:
        """The same for plain ASCII, word by word; most answers are."""
        if not _RUN.search(self.source) and not self.source[:1].isspace():
            return self.source.lower().translate(_PLAIN), range(len(self.source))
        words: list[str] = []
        origin: list[int] = []
        for match in _WORD.finditer(self.source):
            words.append(match.group())
            origin.extend(range(match.start(), match.end() + 1))
        text = " ".join(words).lower().replace("`", "'")
        if not self.source[-1:].isspace():
            return text, origin[: len(text)]
        return (text + " ", origin) if words else ("", [])

    def find(self, quote: str) -> tuple[int, int] | None:
        text, origin = self.pairs
        at = text.find(quote)
        if at < 0:
            return None
        return origin[at], origin[at + len(quote) - 1] + 1


@lru_cache(maxsize=8192)
def _fold(character: str) -> str:
    if character.isspace():
        return " "
    if not for_terminal(character):
        return ""
    plain = unicodedata.normalize("NFKC", character).translate(_MARKS).translate(_DASHES)
    return plain.casefold()


class EvidenceFinder:
    """Looks quotes up in one answer."""

    def __init__(self, answer: Answer) -> None:
        self._parts = [(turn, _Folded(text)) for turn, text in answer.parts()]

    def find(self, quote: str) -> Evidence:
        """The quote as evidence: the exact slice where it is found, else marked not found."""
        wanted = _Folded(quote).pairs[0].strip(_EDGE)
        if wanted:
            for turn, part in self._parts:
                span = part.find(wanted)
                if span:
                    start, end = span
                    return Evidence(quote=part.source[start:end], start=start, end=end, found=True, turn=turn)
        return Evidence(quote=quote)
