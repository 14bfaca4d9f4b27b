"""Nouns of the store: what a session, an attempt at a question and a turn look like when read back."""

from __future__ import annotations

from typing import Any, Literal

from coach.schema.answer import Role
from coach.schema.base import Frozen
from coach.schema.grade import Grade
from coach.schema.question import Question
from coach.store.human_marks import HumanMark

Mode = Literal["learn", "mock"]
Author = Literal["candidate", "local", "llm"]
# closing: no further follow-up is wanted, and the grade is still to come.
Status = Literal["open", "closing", "graded", "skipped"]


class Setup(Frozen):
    """How a session is held. `follow_ups` is the most that are asked for one question."""

    kind: str = "practice"
    mode: Mode = "mock"
    level: str = "senior"
    grader: str = "local"
    follow_ups: int = 2
    scores: bool = True


class SpokenTurn(Frozen):
    """One turn as it was given. `criterion` is what an interviewer's turn presses on.

    `seconds` is the time that the candidate took, null where it was not measured.
    """

    role: Role
    text: str
    criterion: str | None = None
    author: Author = "candidate"
    seconds: float | None = None


class Label(Frozen):
    """The user's own mark for a grade that they dispute; no criterion means overall."""

    score: int
    criterion: str | None = None
    note: str = ""


class StoredGrade(Frozen):
    id: int
    grade: Grade
    created_at: str
    labels: tuple[Label, ...] = ()


class AttemptRecord(Frozen):
    """One question put once, with all that was said; `grades` are oldest first.

    `people` are the marks of a person who listened; `report` is what an exercise saw in the answer, as it
    was shown.
    """

    id: int
    question: Question
    status: Status
    retry_of: int | None = None
    created_at: str
    turns: tuple[SpokenTurn, ...] = ()
    draft: str = ""
    grades: tuple[StoredGrade, ...] = ()
    self_rating: int | None = None
    people: tuple[HumanMark, ...] = ()
    report: dict[str, Any] | None = None


class SessionRecord(Frozen):
    id: str
    setup: Setup
    created_at: str
    updated_at: str
    attempts: tuple[AttemptRecord, ...] = ()


class Practised(Frozen):
    """How one question fared: how often it was answered, when last, and its last mark (or null)."""

    question_id: str
    round: str | None
    times: int
    last_overall: int | None
    last_at: str
