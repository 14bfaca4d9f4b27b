"""Tells whether a text is English, the one language that the local grader was fitted on."""

from __future__ import annotations

from coach.grading.local.common import COMMON
from coach.grading.local.tokens import split_words

_ENGLISH = COMMON | frozenset(
    "me my he she his her him us am been being because before after first where why yes no like get got make "
    "made take work want need know think see use used look tell two new now time people way than don't it's "
    "i'd i'm we'd that's isn't doesn't didn't wouldn't can't won't".split()
)
ENOUGH_WORDS = 12
LEAST_SHARE = 0.18


def is_english(text: str) -> bool:
    """False for a text of other letters than Latin, or with few of English's commonest words.

    A dozen words or fewer are too few to tell and count as English when they are in Latin letters.
    """
    if not text.isascii():
        letters = [c for c in text if c.isalpha()]
        if letters and sum(c.isascii() for c in letters) < 0.8 * len(letters):
            return False
    words = [word for word in split_words(text) if word[0] != "#"]
    if len(words) <= ENOUGH_WORDS:
        return True
    return sum(word in _ENGLISH for word in words) / len(words) >= LEAST_SHARE
