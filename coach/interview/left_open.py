"""Follow-ups that a candidate left open: nothing was said, or only words that would fit any case."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Protocol

from coach.interview.claims import claims, doubtful
from coach.interview.silence import is_silent
from coach.interview.words import words
from coach.schema.pressing import LeftOpen, Pressing

# So many kinds of vague words, none of them slight, in so short a reply without a figure.
KINDS, WEIGHT, LONGEST = 2, 3, 60
_FIGURE = re.compile(r"\d|\b(?:half|third|quarter|double|twice|hundred|thousand|percent)\b", re.IGNORECASE)


class Said(Protocol):
    """A turn of a conversation, whoever keeps it."""

    @property
    def role(self) -> str: ...

    @property
    def text(self) -> str: ...


def left_open(turns: Sequence[Said], pressing: Pressing) -> tuple[LeftOpen, ...]:
    """The follow-ups that got no answer to hold on to, in order; one without a reply yet is none."""
    return tuple(_found(turns, pressing))


def _found(turns: Sequence[Said], pressing: Pressing) -> Iterator[LeftOpen]:
    number = 0
    for turn, reply in zip(turns, turns[1:], strict=False):
        if turn.role != "interviewer":
            continue
        number += 1
        if reply.role != "candidate":
            continue
        if is_silent(reply.text, pressing.silences):
            yield LeftOpen(number=number, asked=turn.text)
        elif words_of := _vague(reply.text, pressing):
            yield LeftOpen(number=number, asked=turn.text, words=words_of)


def _vague(text: str, pressing: Pressing) -> str:
    """The vaguest clause of a reply that says nothing firm; "" where it does."""
    if len(words(text)) > LONGEST or _FIGURE.search(text):
        return ""
    kinds: dict[str, tuple[int, str]] = {}
    for claim in claims([text]):
        for doubt in pressing.doubts:
            cut = doubtful(claim, doubt) if doubt.weight >= WEIGHT else None
            if cut is not None and cut.clause.text:
                kinds.setdefault(doubt.id, (doubt.weight, cut.clause.text))
    return max(kinds.values(), key=lambda kind: kind[0])[1] if len(kinds) >= KINDS else ""
