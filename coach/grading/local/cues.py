"""Which good signs of the rubric an answer shows, by classes of words that stand together in a sentence.

Knows wording only: a sign that is said in other words is not seen. Gives counts, no marks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache, reduce
from operator import or_
from pathlib import Path

from coach.grading.local.tokens import split_words
from coach.text.yaml_text import parse_yaml

FILE = Path(__file__).with_name("cues.yaml")
SHORTEST_STEM = 3
# Who writes without stops is read in windows of this many words, each half over the next.
WINDOW = 28
_SIGNS_OF_MONEY = str.maketrans({"$": " dollars ", "€": " euros ", "£": " pounds "})


class Cues:
    """Every class of words is one bit: a sentence is the union of its words' bits."""

    def __init__(self, path: Path = FILE) -> None:
        data = parse_yaml(path.read_text(encoding="utf-8"))
        bits = {name: 1 << n for n, name in enumerate(data["classes"])}
        self._whole: dict[str, int] = {}
        self._stems: dict[str, int] = {}
        for name, words in data["classes"].items():
            for word in words.split():
                known = self._stems if word.endswith("*") else self._whole
                known[word.rstrip("*")] = known.get(word.rstrip("*"), 0) | bits[name]
        self._lines = {
            sign: tuple(sum(bits[name] for name in set(line.split())) for line in lines)
            for sign, lines in data["signs"].items()
        }
        self._bits = lru_cache(maxsize=50_000)(self._bits_of)

    @property
    def signs(self) -> frozenset[str]:
        return frozenset(self._lines)

    def read(self, sentences: Iterable[str]) -> list[int]:
        """The classes that each sentence, or window of a long one, holds words of, as bits."""
        found = []
        for sentence in sentences:
            told = [self._bits(word) for word in split_words(sentence.translate(_SIGNS_OF_MONEY))]
            for start in range(0, max(len(told) - WINDOW // 2, 1), WINDOW // 2):
                found.append(reduce(or_, told[start : start + WINDOW], 0))
        return found

    def count(self, read: Sequence[int], sign: str) -> int:
        """How many of the sentences show the sign; 0 for a sign that is not known."""
        lines = self._lines.get(sign, ())
        count = 0
        for bits in read:  # as any() and sum() would, in half the time
            for line in lines:
                if bits & line == line:
                    count += 1
                    break
        return count

    def _bits_of(self, word: str) -> int:
        bits = self._whole.get(word, 0)
        for end in range(SHORTEST_STEM, len(word) + 1):
            bits |= self._stems.get(word[:end], 0)
        return bits
