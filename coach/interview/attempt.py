"""One question, answered once: a value that knows what may happen next. Saves and asks nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from coach.errors import UsageError
from coach.schema.answer import Answer, Turn
from coach.schema.grade import Grade
from coach.schema.question import Question
from coach.store.records import AttemptRecord, SpokenTurn

# answer: the question waits for its answer.  reply: a follow-up waits for its answer.
# press: the candidate has spoken and another follow-up may be asked.  ready: only the grade is left.
Stage = Literal["answer", "reply", "press", "ready", "graded", "skipped"]


@dataclass(frozen=True)
class Attempt:
    """The state of one attempt. `limit` is the most follow-ups that may be asked.

    `closing` is True once no further follow-up is wanted. Every move returns a new state; a move
    that the stage does not allow raises UsageError.
    """

    id: int
    question: Question
    limit: int
    turns: tuple[SpokenTurn, ...] = ()
    closing: bool = False
    grades: tuple[tuple[int, Grade], ...] = ()
    skipped: bool = False
    retry_of: int | None = None

    @classmethod
    def of(cls, record: AttemptRecord, limit: int) -> Attempt:
        """The state that a stored attempt was left in."""
        return cls(
            id=record.id,
            question=record.question,
            limit=limit,
            turns=record.turns,
            grades=tuple((kept.id, kept.grade) for kept in record.grades),
            closing=record.status == "closing",
            skipped=record.status == "skipped",
            retry_of=record.retry_of,
        )

    @property
    def stage(self) -> Stage:
        if self.grades:
            return "graded"
        if self.skipped:
            return "skipped"
        if not self.turns:
            return "ready" if self.closing else "answer"
        if self.closing:
            return "ready"
        if self.turns[-1].role == "interviewer":
            return "reply"
        return "press" if len(self.follow_ups) < self.limit else "ready"

    @property
    def follow_ups(self) -> tuple[SpokenTurn, ...]:
        return tuple(turn for turn in self.turns if turn.role == "interviewer")

    @property
    def pressed(self) -> tuple[str, ...]:
        """Criteria that follow-ups pressed on, in order."""
        return tuple(turn.criterion for turn in self.follow_ups if turn.criterion)

    @property
    def grade(self) -> Grade | None:
        """The latest grade."""
        return self.grades[-1][1] if self.grades else None

    def answered(self, turn: SpokenTurn) -> Attempt:
        self._allow("answer", "reply")
        return replace(self, turns=(*self.turns, turn))

    def pressed_on(self, turn: SpokenTurn) -> Attempt:
        self._allow("press")
        return replace(self, turns=(*self.turns, turn))

    def closed(self) -> Attempt:
        """No more follow-ups: the next step is the grade."""
        self._allow("answer", "reply", "press", "ready")
        return replace(self, closing=True)

    def graded(self, grade_id: int, grade: Grade) -> Attempt:
        """A grade may be added to a graded attempt, as when another grader looks at it."""
        self._allow("ready", "graded")
        return replace(self, grades=(*self.grades, (grade_id, grade)), closing=False)

    def answer(self) -> Answer:
        """What is graded: the one text, or the whole exchange up to the candidate's last words.

        A follow-up that was never answered is left out.
        """
        spoken = self.turns
        while spoken and spoken[-1].role == "interviewer":
            spoken = spoken[:-1]
        if len(spoken) <= 1:
            return Answer.of(spoken[0].text if spoken else "")
        return Answer.of([Turn(role=turn.role, text=turn.text) for turn in spoken])

    def _allow(self, *stages: Stage) -> None:
        if self.stage not in stages:
            raise UsageError(f"That cannot be done now: the question is at the stage '{self.stage}'.")
