"""Nouns of an interview loop: interviewer, round, preset, the committee's challenges and words."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from coach.schema.base import Frozen
from coach.schema.pressing import Lead
from coach.schema.question import Round


class Style(Frozen):
    """One interviewer. `opens`, `closes` and `leads` are said; `cares` and `presses` describe.

    `nothing` closes a round in which nothing was answered; `says` holds the vote in this interviewer's words,
    by mark 1 to 4. Both may be missing in a loop that was begun with an earlier version.
    `follow_ups` is the most that are asked for one question; one that `stays` presses on the same
    criterion until it is answered.
    """

    id: str
    role: str = Field(min_length=1)
    opens: str = Field(min_length=1)
    closes: str = Field(min_length=1)
    cares: str = Field(min_length=1)
    presses: str = Field(min_length=1)
    follow_ups: int = Field(ge=0, le=5)
    stays: bool = False
    nothing: str = ""
    leads: tuple[Lead, ...] = ()
    says: dict[int, str] = {}


class Slot(Frozen):
    """Where one question of a round comes from: the listed ones, else any of `round`."""

    round: Round
    questions: tuple[str, ...] = ()


class RoundPlan(Frozen):
    """One round. `minutes` is its time box, null where it has none; `minutes_from` says whose figure it is.

    `weights` holds the criteria that this interviewer weighs more than once (2 or 3). A round that
    does not count is a talk after the decision. `optional` rounds are added from the lowest number up
    when more rounds are wanted. `opens`, `closes`, `nothing` and `says` take the place of the
    interviewer's own.
    """

    id: str
    title: str
    style: Style
    minutes: int | None = Field(default=None, ge=5, le=240)
    minutes_from: Literal["guides", "coach"] = "coach"
    asks: tuple[Slot, ...] = Field(min_length=1)
    weights: dict[str, int] = {}
    counts: bool = True
    optional: int = Field(default=0, ge=0)
    note: str = ""
    opens: str = ""
    closes: str = ""
    nothing: str = ""
    says: dict[int, str] = {}

    def opening(self) -> str:
        """What the interviewer says first: the round's own words, else the usual ones."""
        return self.opens or self.style.opens

    def closing(self, *, answered: bool) -> str:
        """What the interviewer says last; it gives no mark away."""
        if not answered and (self.nothing or self.style.nothing):
            return self.nothing or self.style.nothing
        return self.closes or self.style.closes

    def vote(self, mark: int) -> str:
        """The vote for a mark in the interviewer's words, or nothing."""
        return self.says.get(mark) or self.style.says.get(mark, "")

    @property
    def core(self) -> frozenset[str]:
        """Criteria that this interviewer cares about most."""
        return frozenset(i for i, weight in self.weights.items() if weight > 1)

    def weight(self, criterion: str) -> int:
        return self.weights.get(criterion, 1)


class Dimension(Frozen):
    """Something that a company reports over all rounds, and the criteria that show it."""

    id: str
    title: str
    asks: str
    criteria: tuple[str, ...] = Field(min_length=1)


class Preset(Frozen):
    """A whole loop. `passages` are the guide passages that its figures come from."""

    id: str
    title: str
    about: str
    length: str = ""
    passages: tuple[str, ...] = Field(min_length=1)
    rounds: tuple[RoundPlan, ...] = Field(min_length=1)
    dimensions: tuple[Dimension, ...] = ()
    shuffled: bool = False

    @property
    def fewest(self) -> int:
        return sum(1 for item in self.rounds if not item.optional)

    def with_rounds(self, wanted: int) -> Preset:
        """The loop of `wanted` rounds: what is not optional, and the first of the others, in order."""
        extra = sorted((item.optional, n) for n, item in enumerate(self.rounds) if item.optional)
        chosen = {n for _, n in extra[: wanted - self.fewest]}
        kept = [item for n, item in enumerate(self.rounds) if not item.optional or n in chosen]
        return self.model_copy(update={"rounds": tuple(kept)})

    def with_one_question(self) -> Preset:
        """The same loop with the first question of each round alone."""
        short = [item.model_copy(update={"asks": item.asks[:1]}) for item in self.rounds]
        return self.model_copy(update={"rounds": tuple(short)})


class Challenge(Frozen):
    """What the devil's advocate asks where one of `criteria` was weak."""

    id: str
    criteria: tuple[str, ...] = Field(min_length=1)
    text: str = Field(min_length=1)
    passage: str


class Words(Frozen):
    """Sentences of the committee; each names its blanks in braces.

    `rules` tells how it decides; `coach.loops` does it. `stance` holds what an interviewer says first,
    by mark 1 to 4; `outcome` and `meaning` are by outcome; `why` are reasons and `change` what would turn
    the decision, by kind.
    """

    rules: tuple[str, ...] = Field(min_length=1)
    stance: dict[int, str]
    outcome: dict[str, str]
    meaning: dict[str, str]
    why: dict[str, str]
    change: dict[str, str]


class LoopBook(Frozen):
    """corpus/loops.yaml. `softer`: for a level, the criteria of which a 3 asks less than one level up."""

    presets: dict[str, Preset]
    challenges: tuple[Challenge, ...]
    softer: dict[str, tuple[str, ...]]
    words: Words
