"""What a message means because of the one before it: an answer to "do you mean a or b?", "and on Sunday?"."""

from __future__ import annotations

import re
from collections.abc import Sequence

_CHOICES = (
    re.compile(r"(?:the\s+)?(?:1|a|first|1st|former|yes|y|yep|yeah|sure|exactly)(?:\s+one)?"),
    re.compile(r"(?:the\s+)?(?:2|b|second|2nd|latter|last)(?:\s+one)?"),
)
_BOTH = re.compile(
    r"(?:i\s+mean\s+|i\s+want\s+)?(?:both|all|1\s*(?:and|\+|,)\s*2|a\s+and\s+b)(?:\s+of\s+(?:them|these|those))?"
)
_NEITHER = re.compile(r"(?:neither|none|no|nope|nothing)(?:\s+of\s+(?:them|these|those|the\s+two|both))?")
_POLITE = re.compile(r"^(?:i\s+mean\s+|take\s+|show\s+(?:me\s+)?)|\s*(?:please|thanks)$|[()\s.,!]+$|^[(\s]+")
# Opens a question that leans on the one before: "and for Android only?", "what about last Tuesday?"
FOLLOWS = re.compile(
    r"^(?:and|but|or|also|so)\b(?!\s+(?:then|also|now|next)\b)|^(?:what|how)\s+about\b|^(?:(?:the\s+)?same|only|just|even)\s+(?:for|in|on|at|with|among)\b"
    r"|^(?:for|in|on|at|before|after|until|since|outside|above|below|over|under|without|with|by)\s+(?=.*\?$)",
    re.IGNORECASE,
)
# Names only the time, or what was shown before.
_LEANS = re.compile(
    r"\b(?:it|that|this|those|these|them|they|he|she|who)\b"
    r"|\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)days?|yesterday|today|weekends?|weeks?|months?|years?|days?|nights?"
    r"|january|february|march|april|may|june|july|august|september|october|november|december|\d+(?:st|nd|rd|th)?)\b",
    re.IGNORECASE,
)
MOST_WORDS = 7  # of such a question; a longer one says itself what it asks for


def picked(message: str, options: Sequence[str]) -> tuple[str, ...] | None:
    """Those of one or two `options` that an answer picks, none for "neither"; None where it picks none."""
    text = message.strip().casefold()
    for _ in range(2):
        text = _POLITE.sub("", text)
    if _NEITHER.fullmatch(text):
        return ()
    if _BOTH.fullmatch(text):
        return tuple(options)
    for option, pattern in zip(options, _CHOICES, strict=False):
        if pattern.fullmatch(text) and not (len(options) > 1 and text.startswith("y")):
            return (option,)
    return None


def follows(message: str) -> bool:
    """True for a short question that names only what is different from the one before it."""
    text = message.strip()
    return FOLLOWS.match(text) is not None and len(text.split()) <= MOST_WORDS


def leans(message: str) -> bool:
    """True for such a question that names but a time, or what was shown before: "and last Tuesday?"."""
    return _LEANS.search(message) is not None
