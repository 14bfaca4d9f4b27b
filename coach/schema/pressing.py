"""Nouns of how the offline interviewer presses: doubts, silences, leads. Finds and asks nothing."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from coach.schema.base import Frozen

SLOT = "{quote}"


def _compile(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return re.compile(value, re.IGNORECASE)
    except re.error as error:
        raise ValueError(f"is no regular expression ({error})") from error


def _ask_once(text: str) -> str:
    if text.count("?") != 1 or not text.endswith("?"):
        raise ValueError("a question ends with its only question mark")
    return text


def _lead_in(text: str) -> str:
    if text.count(f'"{SLOT}"') != 1 or "?" in text:
        raise ValueError(f'a lead holds "{SLOT}" once and asks nothing')
    return text


def _hold_no_quote(text: str) -> str:
    if SLOT in text or "?" in text or not text.endswith("."):
        raise ValueError("such a lead is a sentence without a quote")
    return text


Finder = Annotated[re.Pattern[str], BeforeValidator(_compile)]
Asking = Annotated[str, AfterValidator(_ask_once)]
Lead = Annotated[str, AfterValidator(_lead_in)]
BareLead = Annotated[str, AfterValidator(_hold_no_quote)]


class Silence(Frozen):
    """A way of not answering, and the words that show it in a text that says nothing beside them."""

    id: str
    finds: Finder
    leads: tuple[BareLead, ...] = Field(min_length=1)


class Doubt(Frozen):
    """Words that beg for a question back, and what is asked about them, by criterion.

    It does not arise where `unless` is found in the sentence, or in the next one that carries it on; an `own`
    one only where the candidate is who does it.
    """

    id: str
    finds: Finder
    unless: Finder | None = None
    own: bool = False
    weight: int = Field(ge=1, le=4)
    asks: dict[str, tuple[Asking, ...]]


class Ground(Frozen):
    """One criterion: words that speak of it, and questions that fit any claim."""

    speaks: Finder
    asks: tuple[Asking, ...] = ()


class Pressing(Frozen):
    """corpus/pressing.yaml. `leads` carry a quote to a question about it.

    `bridges` carry it to something that was not dealt with, `returns` back to what was asked. A text that
    opens with `takes_back` takes back what was said before of the same thing.
    """

    leads: tuple[Lead, ...] = (f'You said "{SLOT}".',)
    bridges: tuple[Lead, ...] = ()
    returns: tuple[Lead, ...] = ()
    silences: tuple[Silence, ...] = ()
    hedges: Finder | None = None
    takes_back: Finder | None = None
    criteria: dict[str, Ground] = {}
    doubts: tuple[Doubt, ...] = ()

    def asked_of(self, criterion: str) -> tuple[str, ...]:
        """The questions on one criterion that fit any claim."""
        ground = self.criteria.get(criterion)
        return ground.asks if ground else ()

    def spoken(self, criterion: str, text: str) -> set[str]:
        """The different words of `text` that speak of a criterion, cut to their beginnings."""
        ground = self.criteria.get(criterion)
        return {match.group().casefold()[:6] for match in ground.speaks.finditer(text)} if ground else set()


class LeftOpen(Frozen):
    """A follow-up, counted from 1, that got no answer to hold on to.

    `words` are those of the candidate that would fit any case, verbatim; empty where nothing was said.
    """

    number: int
    asked: str
    words: str = ""
