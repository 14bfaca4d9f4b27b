"""From the sentences of an answer to what the model weighs: word grams, subword grams.

Each gram counts once however often it stands, so that repetition earns nothing.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from coach.grading.local.tokens import split_sentences, split_words

MANY_ITEMS = 6
SHORT_ITEM = 3.5


class Features(NamedTuple):
    """Distinct words; grams, which are the words and the pairs of neighbours."""

    words: list[str]
    grams: list[str]


def extract(text: str) -> Features:
    """Features of a text; a sentence that stands twice counts once, one that lists terms not at all."""
    said = split_sentences(text)
    told = [sentence for sentence in said if not lists_terms(sentence.text)] or said
    sentences = list(dict.fromkeys(tuple(split_words(sentence.text)) for sentence in told))
    words = [word for sentence in sentences for word in sentence]
    pairs = [f"{a} {b}" for sentence in sentences for a, b in zip(sentence, sentence[1:], strict=False)]
    distinct = dict.fromkeys(words)
    return Features(
        words=list(distinct),
        grams=[*distinct, *dict.fromkeys(pairs)],
    )


def lists_terms(sentence: str) -> bool:
    """True for many short items one after the other: named, and not applied to anything."""
    commas = sentence.count(",")
    return commas >= MANY_ITEMS and len(split_words(sentence)) / (commas + 1) <= SHORT_ITEM


@lru_cache(maxsize=50_000)
def pieces(word: str) -> tuple[str, ...]:
    """All pieces of 3 to 5 characters of a word between two spaces."""
    padded = f" {word} "
    return tuple(
        padded[start : start + size] for size in (3, 4, 5) for start in range(max(len(padded) - size + 1, 0))
    )
