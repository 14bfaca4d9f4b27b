"""Words and sentences of an answer, with spans. Knows nothing of marks."""

from __future__ import annotations

import re
from dataclasses import dataclass

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*|\d[\d.,]*%?")
_SENTENCE = re.compile(r"[^.!?\n]+(?:[.!?](?=\d)[^.!?\n]*)*[.!?]*[\"'”’)]*|\n+")


@dataclass(frozen=True)
class Sentence:
    """A sentence as it stands in the text; `start` and `end` are code-point offsets into it."""

    text: str
    start: int
    end: int


def split_words(text: str) -> list[str]:
    """Lower-case words; a number becomes # marks for its size (at most three), with % where it has one."""
    return [_normal(word) for word in _WORD.findall(text)]


def split_sentences(text: str) -> list[Sentence]:
    """Sentences with at least one word, without the white space around them."""
    found = []
    for match in _SENTENCE.finditer(text):
        raw = match.group(0)
        body = raw.strip()
        if body and _WORD.search(body):
            start = match.start() + raw.index(body)
            found.append(Sentence(body, start, start + len(body)))
    return found


def _normal(word: str) -> str:
    if word[0].isdigit():
        return "#%" if word.endswith("%") else "#" * min(len(word.rstrip(".,").split(".")[0]), 3)
    return word.lower().replace("’", "'")
