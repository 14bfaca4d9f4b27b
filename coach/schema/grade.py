"""Nouns of a result: evidence, citation, verdict, grade, and what made it.

Field names and order are those of the rows-out contract, so that a grade dumps as it is written.
"""

from __future__ import annotations

from typing import Literal, Protocol

from pydantic import Field

from coach.schema.answer import Answer
from coach.schema.base import Frozen
from coach.schema.passage import Passage
from coach.schema.question import Question
from coach.schema.rubric import Criterion

Status = Literal["graded", "ungraded", "failed"]
Flag = Literal[
    "injection",
    "control_chars",
    "empty",
    "language",
    "off_topic",
    "unfound_quote",
    "fatal",
    "split",
    "border",
]
ErrorKind = Literal[
    "bad_row",
    "no_answer",
    "unknown_question",
    "no_criteria",
    "too_long",
    "refused",
    "bad_reply",
    "timeout",
    "unavailable",
    "budget",
]
GraderKind = Literal["local", "llm"]


class Evidence(Frozen):
    """A quote of the candidate.

    When `found`, quote == text[start:end] exactly, in code points of the answer as received, or
    of the text of turn number `turn`. When not, `quote` is the grader's text and the span is null.
    """

    quote: str
    start: int | None = None
    end: int | None = None
    found: bool = False
    turn: int | None = None


class Citation(Frozen):
    passage: str
    guide: str


class Verdict(Frozen):
    """One criterion's result. `score` is a level of the rubric's scale, null when ungraded."""

    id: str
    status: Literal["graded", "ungraded"]
    score: int | None
    evidence: tuple[Evidence, ...] = ()
    citations: tuple[Citation, ...] = ()
    reason: str = ""
    advice: str = ""


class GradeError(Frozen):
    kind: ErrorKind
    message: str


class GraderId(Frozen):
    """What made a grade; two grades are comparable only when this is equal (but for `replayed`).

    `prompt`, `rubric` and `guides` are short hashes; `prompt` is the model file's hash for `local`.
    """

    kind: GraderKind
    model: str
    prompt: str
    rubric: str
    guides: str
    replayed: bool = False


class Usage(Frozen):
    """What grades cost. `cost_usd` is null where the price is unknown; `seconds` is wall time."""

    requests: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    cost_usd: float | None = 0.0
    seconds: float = 0.0

    def __add__(self, other: Usage) -> Usage:
        known = self.cost_usd is not None and other.cost_usd is not None
        return Usage(
            requests=self.requests + other.requests,
            prompt_tokens=self.prompt_tokens + other.prompt_tokens,
            cached_tokens=self.cached_tokens + other.cached_tokens,
            completion_tokens=self.completion_tokens + other.completion_tokens,
            cost_usd=(self.cost_usd or 0.0) + (other.cost_usd or 0.0) if known else None,
            seconds=self.seconds + other.seconds,
        )


class Grade(Frozen):
    """Verdicts and the mark that code computed from them. `range` is inclusive [low, high]."""

    status: Status
    overall: int | None
    range: tuple[int, int] | None
    criteria: tuple[Verdict, ...] = ()
    flags: tuple[Flag, ...] = ()
    needs_review: bool = False
    error: GradeError | None = None
    grader: GraderId
    usage: Usage = Usage()


class GradeTask(Frozen):
    """Everything that a grader may know about one answer. It never holds labels or kinds.

    `criteria` is in the order of the question; `passages` are the ones that may be cited;
    `level_note` says what is asked more or less of at the level chosen ("" for senior).
    """

    question: Question
    criteria: tuple[Criterion, ...] = Field(min_length=1)
    answer: Answer
    passages: tuple[Passage, ...] = ()
    level_note: str = ""


class Grader(Protocol):
    """Anything that turns an answer and a rubric into a grade.

    A failure of one task is a grade with status `ungraded` or `failed`; only set-up errors raise.
    """

    async def grade(self, task: GradeTask) -> Grade: ...
