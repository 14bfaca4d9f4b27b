"""Checks a follow-up, whoever wrote it, before the candidate sees it. Writes none.

One question, under 45 words, about something said or left out, asked once, and no answer in it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from coach.interview.words import holds, quoted, runs, stems, without_quotes, words

Kind = Literal["count", "length", "topic", "misquote", "repeat", "leak"]

LIMIT = 45
_LEAK_RUN = 6
_LEAK_STEMS = 4
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")


@dataclass(frozen=True)
class Fault:
    """What is wrong with a follow-up, in words that its writer can act on."""

    kind: Kind
    why: str


@dataclass(frozen=True)
class Basis:
    """What a follow-up is checked against.

    `said` is all that the candidate said; `topic` is the vocabulary of the criterion pressed;
    `earlier` are the questions already asked, the main one first; `secrets` are texts that hold
    a good answer.
    """

    said: str
    topic: str
    earlier: tuple[str, ...]
    secrets: tuple[str, ...] = ()


def faults(text: str, basis: Basis) -> tuple[Fault, ...]:
    """Everything wrong with the follow-up `text`; empty where it may be asked."""
    tests = (_count, _length, _misquote, _topic, _repeat, _leak)
    return tuple(fault for test in tests if (fault := test(text, basis)) is not None)


def _count(text: str, basis: Basis) -> Fault | None:
    own = without_quotes(text).replace("？", "?").strip()
    if own.count("?") == 1 and own.rstrip("\"'”’)").endswith("?"):
        return None
    return Fault("count", "it must be exactly one question and end with its question mark")


def _length(text: str, basis: Basis) -> Fault | None:
    if len(text.split()) < LIMIT:
        return None
    return Fault("length", f"it must have fewer than {LIMIT} words")


def _misquote(text: str, basis: Basis) -> Fault | None:
    known = "\n".join((basis.said, *basis.earlier))
    for quote in quoted(text):
        if not holds(known, quote):
            return Fault("misquote", f'the candidate never said "{quote}"')
    return None


def _topic(text: str, basis: Basis) -> Fault | None:
    """Two words of theirs or of the criterion, or a quote of three words or more, tie it to the case."""
    if any(len(words(quote)) >= 3 and holds(basis.said, quote) for quote in quoted(text)):
        return None
    own = stems(text)
    shared = own & (stems(basis.said) | stems(basis.topic))
    if len(shared) >= min(2, max(1, len(own))):
        return None
    return Fault("topic", "it must be about something that the candidate said or left out on the criterion")


def _repeat(text: str, basis: Basis) -> Fault | None:
    for earlier in basis.earlier:
        if _alike(without_quotes(text), without_quotes(earlier)) >= 0.6 or _alike(text, earlier) >= 0.75:
            return Fault("repeat", f'it repeats an earlier question: "{earlier}"')
    return None


def _alike(one: str, other: str) -> float:
    """Share of stems in common (Jaccard); bare texts without carrying words are compared as they are."""
    left, right = stems(one), stems(other)
    if not left or not right:
        return float(words(one) == words(other))
    return len(left & right) / len(left | right)


def _leak(text: str, basis: Basis) -> Fault | None:
    own = without_quotes(text)
    open_text = "\n".join((basis.said, *basis.earlier))
    fresh_runs = {run for run in runs(own, _LEAK_RUN) if len(stems(" ".join(run))) >= 3}
    fresh_runs -= runs(open_text, _LEAK_RUN)
    fresh = stems(own) - stems(open_text)
    for secret in basis.secrets:
        if fresh_runs & runs(secret, _LEAK_RUN):
            return Fault("leak", "it gives words of a good answer away")
        for sentence in _SENTENCE.split(secret):
            whole = stems(sentence)
            shared = len(fresh & whole)
            if shared >= _LEAK_STEMS or (shared >= 2 and shared >= 0.75 * len(whole)):
                return Fault("leak", "it gives the substance of a good answer away")
    return None
