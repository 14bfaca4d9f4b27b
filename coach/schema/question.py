"""Nouns of what is asked: round, follow-up angle, question."""

from __future__ import annotations

from typing import Literal, get_args

from pydantic import Field

from coach.schema.base import Frozen
from coach.schema.rubric import Sign

Round = Literal[
    "recruiter_screen",
    "hiring_manager",
    "product_sense",
    "technical_deep_dive",
    "ml_system_design",
    "debugging",
    "execution",
    "strategy",
    "responsible_ai",
    "behavioral",
    "communication",
    "portfolio",
    "take_home",
]
ROUNDS: tuple[Round, ...] = get_args(Round)


# What the source of a question begins with that holds words of the candidate's CV or of a job text.
PRIVATE = "private: "


class Angle(Frozen):
    """A follow-up that presses on one criterion; may hold {quote} for the candidate's words."""

    criterion: str
    text: str


class Question(Frozen):
    """One interview question. `round` is None for a question that the corpus does not hold."""

    id: str
    text: str = Field(min_length=1)
    round: Round | None = None
    criteria: tuple[str, ...] = ()
    angles: tuple[Angle, ...] = ()
    passages: tuple[str, ...] = ()
    source: str = ""
    fatal: tuple[Sign, ...] = ()

    @property
    def private(self) -> bool:
        """True where the text holds words of a CV or a job text, which belong in nothing that is shared."""
        return self.source.startswith(PRIVATE)
