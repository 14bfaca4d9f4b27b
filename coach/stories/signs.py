"""Signs that a reader could tick off in a text: seen by rule, with the words that show them, and levelled.

A text is weak under a bad sign that caps it there, or with no good sign; strong with every needed sign
and no bad one; fair otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Literal

from coach.guides.stories import PartLevel, PartSign
from coach.schema.base import Frozen
from coach.text.phrases import find, phrase, windows

# Sees a sign that is counted: the words that show it ("" where none do), or None.
Counter = Callable[[str], str | None]


class SeenSign(Frozen):
    """A sign as it was judged. `quote` holds the text's own words, "" where none show it."""

    id: str
    kind: Literal["good", "bad"]
    text: str
    seen: bool
    quote: str = ""


def see_signs(text: str, signs: Sequence[PartSign], counters: Mapping[str, Counter]) -> tuple[SeenSign, ...]:
    """Every sign, by its phrases or its counter."""
    return settle(signs, {sign.id: _quote(text, sign, counters) for sign in signs})


def settle(signs: Sequence[PartSign], quotes: Mapping[str, str | None]) -> tuple[SeenSign, ...]:
    """Signs from the quotes that show them (None: not seen); one that another outweighs is not seen."""
    shown = {i for i, quote in quotes.items() if quote is not None}
    seen = {sign.id for sign in signs if sign.id in shown and sign.unless not in shown}
    return tuple(
        SeenSign(
            id=sign.id,
            kind=sign.kind,
            text=sign.text,
            seen=sign.id in seen,
            quote=(quotes[sign.id] or "") if sign.id in seen else "",
        )
        for sign in signs
    )


def level_of(signs: Sequence[PartSign], seen: Collection[SeenSign]) -> PartLevel:
    """The level of a text that was told, never `missing`."""
    ids = ids_of(seen)
    caps = [sign.cap for sign in signs if sign.kind == "bad" and sign.id in ids]
    good = [sign for sign in signs if sign.kind == "good"]
    if "weak" in caps or not any(sign.id in ids for sign in good):
        return "weak"
    missing = [sign for sign in good if sign.needed and sign.id not in ids]
    return "fair" if caps or missing else "strong"


def advise(signs: Sequence[PartSign], seen: Collection[SeenSign]) -> tuple[str, ...]:
    """What to mend: bad signs, then needed ones that are not there, else the one that would be better."""
    ids = ids_of(seen)
    bad = [sign.advice for sign in signs if sign.kind == "bad" and sign.id in ids and sign.advice]
    good = [sign for sign in signs if sign.kind == "good" and sign.id not in ids and sign.advice]
    needed = [sign.advice for sign in good if sign.needed]
    return tuple(bad + needed) or tuple(sign.advice for sign in good[:1])


def ids_of(seen: Collection[SeenSign]) -> set[str]:
    return {sign.id for sign in seen if sign.seen}


def hit_words(text: str, said: Sequence[str]) -> str:
    """The very words of `text` that match one of the phrases, "" where none does."""
    for start, end in windows(text):
        window = text[start:end]
        for one in said:
            spans = phrase(one).matches(window)
            if spans:
                return window[min(a for a, _ in spans) : max(b for _, b in spans)]
    return ""


def _quote(text: str, sign: PartSign, counters: Mapping[str, Counter]) -> str | None:
    if sign.id in counters:
        return counters[sign.id](text)
    if sign.kind == "bad":
        # The words themselves are what to change; what a good sign says needs its sentence.
        return hit_words(text, sign.said) or None
    span = find(text, sign.said)
    return text[span[0] : span[1]] if span else None
