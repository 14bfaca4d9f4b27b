"""From the sentences of an answer to what the model weighs: word grams, subword grams, shape.

Each gram counts once however often it stands, so that repetition earns nothing.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from coach.grading.local.shape import measure_shape
from coach.grading.local.tokens import split_sentences, split_words


class Features(NamedTuple):
    """Distinct words; grams, which are the words and the pairs of neighbours; shape."""

    words: list[str]
    grams: list[str]
    shape: list[float]


def extract(text: str) -> Features:
    """Features of a text; a sentence that stands twice counts once."""
    sentences = list(dict.fromkeys(tuple(split_words(s.text)) for s in split_sentences(text)))
    words = [word for sentence in sentences for word in sentence]
    pairs = [f"{a} {b}" for sentence in sentences for a, b in zip(sentence, sentence[1:], strict=False)]
    distinct = dict.fromkeys(words)
    return Features(
        words=list(distinct),
        grams=[*distinct, *dict.fromkeys(pairs)],
        shape=measure_shape([list(sentence) for sentence in sentences], text.count(",")),
    )


@lru_cache(maxsize=50_000)
def pieces(word: str) -> tuple[str, ...]:
    """All pieces of 3 to 5 characters of a word between two spaces."""
    padded = f" {word} "
    return tuple(
        padded[start : start + size] for size in (3, 4, 5) for start in range(max(len(padded) - size + 1, 0))
    )
