"""Finds a quote in a text, whatever its white space, quote marks, dashes and case. Judges nothing.

The span that is returned counts code points of the text as received.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

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
class Folded:
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
        """The span of `quote` in the source; None where it is not there or holds nothing to look for."""
        wanted = Folded(quote).pairs[0].strip(_EDGE)
        text, origin = self.pairs
        at = text.find(wanted) if wanted else -1
        if at < 0:
            return None
        return origin[at], origin[at + len(wanted) - 1] + 1


@lru_cache(maxsize=8192)
def _fold(character: str) -> str:
    if character.isspace():
        return " "
    if not for_terminal(character):
        return ""
    plain = unicodedata.normalize("NFKC", character).translate(_MARKS).translate(_DASHES)
    return plain.casefold()
