"""A small language for phrases that a text may hold, and a search that returns the very words.

`scal* | normali* + before | whole set` matches a sentence, or two that follow each other, that holds one
of the words of every group: `|` parts alternatives, `+` parts groups, `*` ends a stem, `!` opens a group
that must be absent, and `#quantity`, `#money`, `#time`, `#share`, `#rate`, `#number` and `#percentile`
stand for figures. It compares words and understands nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

Span = tuple[int, int]

LONGEST = 220
_STANDS_IN = 3  # fewer other groups would let a mention alone pass for the thing
_SPELLED = (
    r"(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty"
    # "Thousands" and "half as long" are no seconds.
    r"|ninety|a hundred|hundred|a thousand|thousand|a million|half an?|a few|a quarter)\b"
)
_NUMBER = rf"(?:\d[\d.,]*\s?(?:k|m|bn)?|{_SPELLED}(?:[ -]{_SPELLED})?)"
_TIME = (
    rf"(?:{_NUMBER}[\s-]*(?:ms|milliseconds?|s|secs?|seconds?|minutes?|mins?|hours?|h|days?|weeks?|months?"
    r"|quarters?|years?)\b|overnight\b)"
)
_SHARE = (
    rf"(?:{_NUMBER}\s?(?:%|percent\b|per cent\b|percentage points?\b|points?\b|pp\b|pts?\b)"
    rf"|(?:one|{_NUMBER}) (?:(?:in|out of|of|of every|per) (?:every )?|\w+ in ){_NUMBER}\b"
    r"|a (?:third|quarter|fifth|tenth) of\b|half (?:of|the)\b)"
)
_MONEY = (
    rf"(?:[$€£]\s?\d[\d.,]*\s?(?:k|m|bn)?\b"
    rf"|{_NUMBER}\s?(?:usd|eur|gbp|dollars?|euros?|pounds?|cents?|cent|k a (?:month|year))\b)"
)
_UNITS = (
    r"(?:requests?|calls?|users?|customers?|people|rows?|tokens?|queries|documents?|tickets?|cases?|labels?|examples?"
    r"|samples?|items?|orders?|transactions?|payments?|reviewers?|agents?|engineers?|gb|mb|tb|gpus?|qps|rps"
    r"|retries|attempts|words?|passages?|prompts?|clicks?)\b"
)
_FIGURES = {
    "number": rf"\b{_NUMBER}",
    "time": rf"\b{_TIME}",
    "share": rf"(?<!\w){_SHARE}",
    "money": rf"(?<!\w){_MONEY}",
    "quantity": rf"(?:(?<!\w){_MONEY}|\b{_TIME}|(?<!\w){_SHARE}|\b{_NUMBER}\s?(?:\w+ )?{_UNITS})",
    "rate": rf"(?<!\w)(?:{_NUMBER}\s?(?:%|percent|per cent) (?:of|within|on|at least|at most)"
    rf"|(?:one|{_NUMBER}) (?:\w+ )?(?:in|out of|of) {_NUMBER})\b",
    "percentile": r"\b(?:p\s?\d{2}(?:\.\d+)?|\d{2}(?:\.\d+)?th percentile|median|percentile)\b",
}
_SENTENCE = re.compile(
    r"\S(?:(?!(?<=[.!?])\s|(?<=[.!?][)\"'”])\s|\n\s*\n|\n\s*(?:[-*•]|\d+[.)])\s).)*", re.DOTALL
)


class PhraseError(ValueError):
    """A phrase that is not of the language, with the reason."""


@dataclass(frozen=True)
class Phrase:
    """One compiled phrase; `groups` must all match, `absent` must not."""

    groups: tuple[re.Pattern[str], ...]
    absent: tuple[re.Pattern[str], ...]

    def may_match(self, text: str, standing: Sequence[re.Pattern[str]] = ()) -> bool:
        """False where a group has no word in the whole of `text`, which is much quicker to find out."""
        groups = self.groups[1:] if standing else self.groups
        return all(group.search(text) for group in groups)

    def matches(self, text: str, standing: Sequence[re.Pattern[str]] = ()) -> list[Span]:
        """Where each group first matches in `text`, or nothing where one does not.

        A pattern of `standing` may stand in for the first group of three or more.
        """
        if any(pattern.search(text) for pattern in self.absent):
            return []
        found = []
        for place, group in enumerate(self.groups):
            stands = standing if place == 0 and len(self.groups) >= _STANDS_IN else ()
            hits = [group.search(text), *(pattern.search(text) for pattern in stands)]
            hit = next((one for one in hits if one), None)
            if hit is None:
                return []
            found.append(hit.span())
        return found


@lru_cache(maxsize=4096)
def phrase(text: str) -> Phrase:
    """Compile a phrase; PhraseError says what is wrong with it."""
    groups, absent = read_phrase(text)
    return Phrase(
        tuple(re.compile(group, re.IGNORECASE) for group in groups),
        tuple(re.compile(group, re.IGNORECASE) for group in absent),
    )


def read_phrase(text: str) -> tuple[list[str], list[str]]:
    """The patterns of a phrase's groups and of what must be absent, which is quicker than to compile them.

    Raises PhraseError.
    """
    groups: list[str] = []
    absent: list[str] = []
    for part in (piece.strip() for piece in text.split(" + ")):
        (absent if part.startswith("!") else groups).append(_group(part.removeprefix("!"), text))
    if not groups:
        raise PhraseError(f"{text!r} asks for nothing")
    return groups, absent


def find(
    text: str,
    phrases: Iterable[str],
    *,
    unless: re.Pattern[str] | None = None,
    standing: Sequence[re.Pattern[str]] = (),
) -> Span | None:
    """The span of the words in `text` that match one of `phrases`, or None.

    One sentence goes before two; a sentence that `unless` matches is passed over.
    """
    wanted = [one for one in map(phrase, phrases) if one.may_match(text, standing)]
    if not wanted:
        return None
    for start, end in windows(text):
        window = text[start:end]
        if unless is not None and unless.search(window):
            continue
        for one in wanted:
            hits = one.matches(window, standing)
            if hits:
                return _cut(text, (start, end), [(start + a, start + b) for a, b in hits])
    return None


def sentences(text: str) -> list[Span]:
    """Spans of sentences and list items; a line break inside a paragraph ends none."""
    return [(m.start(), m.start() + len(m.group().rstrip())) for m in _SENTENCE.finditer(text)]


def windows(text: str) -> Iterator[Span]:
    """Every sentence, then every two that follow each other in one paragraph."""
    found = sentences(text)
    yield from found
    for (start, end), (after, close) in zip(found, found[1:], strict=False):
        if "\n\n" not in text[end:after]:
            yield start, close


def _group(text: str, whole: str) -> str:
    return "|".join(_alternative(piece.strip(), whole) for piece in text.split("|"))


def _alternative(text: str, whole: str) -> str:
    if not text:
        raise PhraseError(f"{whole!r} has an empty alternative")
    if text.startswith("#"):
        if text[1:] not in _FIGURES:
            raise PhraseError(f"{whole!r}: {text} is no figure; known: {', '.join(_FIGURES)}")
        return _FIGURES[text[1:]]
    words = [
        re.escape(word.removesuffix("*")) + (r"[\w'’]*" if word.endswith("*") else "")
        for word in text.split()
    ]
    opening = r"(?<!\w)" if text[0].isalnum() else ""
    closing = r"(?!\w)" if text[-1].isalnum() else ""
    return opening + r"[\s\-/]+".join(words) + closing


def _cut(text: str, window: Span, hits: list[Span]) -> Span:
    """The whole window, or where that is long the words from the first hit to the last."""
    start, end = window
    if end - start <= LONGEST:
        return window
    first, last = min(a for a, _ in hits), max(b for _, b in hits)
    room = max(0, LONGEST - (last - first)) // 2
    first, last = max(start, first - room), min(end, last + room)
    while first > start and not text[first - 1].isspace():
        first -= 1
    while last < end and not text[last].isspace():
        last += 1
    return first, last
