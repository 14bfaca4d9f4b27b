"""Nouns of a session arranged for reading: turns in pieces, verdicts, what moved. Text is as it was given."""

from __future__ import annotations

from dataclasses import dataclass

from coach.schema.passage import Passage
from coach.schema.question import Question

PRIVATELY = "A question about your own CV or a job text"


@dataclass(frozen=True)
class Piece:
    """A stretch of what was said; `refs` are the numbers of the criteria that quote it."""

    text: str
    refs: tuple[int, ...] = ()


@dataclass(frozen=True)
class TurnView:
    who: str
    own: bool
    pieces: tuple[Piece, ...]
    seconds: float | None


@dataclass(frozen=True)
class VerdictView:
    """One criterion. `score` is null where it was not graded or numbers are hidden.

    `astray` are quotes of the grader that are not in the answer.
    """

    number: int
    title: str
    words: str
    score: int | None
    top: int
    quotes: tuple[str, ...]
    astray: tuple[str, ...]
    reason: str
    advice: str
    citations: tuple[str, ...]


@dataclass(frozen=True)
class MoveView:
    title: str
    direction: str
    numbers: str


@dataclass(frozen=True)
class GradeView:
    mark: str
    overall: int | None
    by: str
    made_of: str
    notes: tuple[str, ...]
    verdicts: tuple[VerdictView, ...]
    own: int | None = None
    labels: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    moves: tuple[MoveView, ...] = ()
    moves_note: str = ""


@dataclass(frozen=True)
class SeenView:
    """One thing that an exercise looked for, and the candidate's words that show it."""

    text: str
    seen: bool
    quotes: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReportView:
    """What an exercise saw in an answer, beside the grade."""

    verdict: str
    seen: tuple[SeenView, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class AttemptView:
    number: int
    question: Question
    about: str
    again: bool
    state: str
    turns: tuple[TurnView, ...]
    grade: GradeView | None
    report: ReportView | None = None

    @property
    def asked(self) -> str:
        """The question as a page may show it, which may be handed on: without words of a CV or a job text."""
        return PRIVATELY if self.question.private else self.question.text


@dataclass(frozen=True)
class SessionView:
    """`passages` are those that the grades cite; `unknown` ids that the guides do not hold (any more)."""

    id: str
    title: str
    created_at: str
    facts: tuple[tuple[str, str], ...]
    attempts: tuple[AttemptView, ...]
    passages: tuple[Passage, ...] = ()
    unknown: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
