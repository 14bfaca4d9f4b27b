"""Words and sentences of an answer, with spans. Knows nothing of marks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*|\d[\d.,]*%?")
_PLAIN_WORD = re.compile(r"[a-z]+(?:'[a-z]+)*|\d[\d.,]*%?", re.ASCII)
_SENTENCE = re.compile(r"[^.!?\n]+(?:[.!?](?=\d)[^.!?\n]*)*[.!?]*[\"'”’)]*|\n+")


@dataclass(frozen=True)
class Sentence:
    """A sentence as it stands in the text; `start` and `end` are code-point offsets into it."""

    text: str
    start: int
    end: int


def split_words(text: str) -> list[str]:
    """Lower-case words; a number becomes # marks for its size (at most three), with % where it has one."""
    if text.isascii():  # most texts are, and half the time is enough for them
        return [word if word[0] >= "a" else _size(word) for word in _PLAIN_WORD.findall(text.lower())]
    return [_normal(word) for word in _WORD.findall(text)]


def split_sentences(text: str) -> list[Sentence]:
    """Sentences with at least one word, without the white space around them."""
    return list(_split(text))


@lru_cache(maxsize=16)  # what is measured of an answer is measured sentence by sentence, several times
def _split(text: str) -> tuple[Sentence, ...]:
    found = []
    for match in _SENTENCE.finditer(text):
        raw = match.group(0)
        body = raw.strip()
        if body and _WORD.search(body):
            start = match.start() + raw.index(body)
            found.append(Sentence(body, start, start + len(body)))
    return tuple(found)


def _normal(word: str) -> str:
    return _size(word) if word[0].isdigit() else word.lower().replace("’", "'")


def _size(number: str) -> str:
    return "#%" if number.endswith("%") else "#" * min(len(number.rstrip(".,").split(".")[0]), 3)
