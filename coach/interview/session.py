"""One practice session: every move is saved before the next one is made. Shows nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from coach.errors import UsageError
from coach.interview.attempt import Attempt
from coach.interview.follow_up import FollowUp, Interviewer, View
from coach.schema.answer import Answer
from coach.schema.grade import Grade, Grader, GradeTask
from coach.schema.question import Question
from coach.store.history import History
from coach.store.records import Setup, SpokenTurn
from coach.store.sessions import Sessions


@dataclass(frozen=True)
class Desk:
    """Who works on a session.

    `quick` reads each answer to find what is weak; `grader` gives the grade at the end. `task_of`
    makes the grading task for a question and an answer; `secrets_of` gives texts of good answers
    to a question; `aimed` tells whether a text speaks to a grader. `leanings` are a quick reader's marks
    before they are rounded, by criterion; `heard` gives the follow-ups that this candidate was asked lately.
    """

    sessions: Sessions
    history: History
    task_of: Callable[[Question, Answer], GradeTask]
    quick: Grader
    grader: Grader
    interviewer: Interviewer
    secrets_of: Callable[[Question], tuple[str, ...]] = lambda question: ()
    aimed: Callable[[str], bool] = lambda text: False
    leanings: Callable[[GradeTask], Mapping[str, float]] = lambda task: {}
    heard: Callable[[], tuple[str, ...]] = lambda: ()


class Session:
    """The session `id`, with the attempt that is being worked on. Resumes where the store left it."""

    def __init__(self, desk: Desk, session_id: str) -> None:
        self._desk = desk
        record = desk.history.get(session_id)
        self.id = session_id
        self.setup = record.setup
        self.asked = [attempt.question.id for attempt in record.attempts]
        self._attempt: Attempt | None = None
        self.draft = ""
        if record.attempts:
            last = record.attempts[-1]
            self._attempt = Attempt.of(last, record.setup.follow_ups)
            self.draft = last.draft

    @classmethod
    def begin(cls, desk: Desk, setup: Setup) -> Session:
        return cls(desk, desk.sessions.start(setup))

    @property
    def attempt(self) -> Attempt:
        """The attempt being worked on; UsageError before the first question."""
        if self._attempt is None:
            raise UsageError("No question has been asked in this session yet.")
        return self._attempt

    @property
    def is_open(self) -> bool:
        """True while a question waits for an answer, a follow-up or its grade."""
        return self._attempt is not None and self._attempt.stage not in ("graded", "skipped")

    def ask(self, question: Question) -> Attempt:
        """Put a question; one that is still open is skipped."""
        if self.is_open:
            self.skip()
        return self._open(question, retry_of=None)

    def retry(self) -> Attempt:
        """Put the question of the graded attempt once more."""
        if self.attempt.stage != "graded":
            raise UsageError("There is nothing to retry before the grade.")
        return self._open(self.attempt.question, retry_of=self.attempt.id)

    def save_draft(self, text: str) -> None:
        """Keep what is typed and not yet sent."""
        if self.attempt.stage in ("answer", "reply"):
            self._desk.sessions.save_draft(self.attempt.id, text)
            self.draft = text

    def answer(self, text: str, *, seconds: float | None = None) -> Attempt:
        """Take the candidate's words for what was asked last."""
        turn = SpokenTurn(role="candidate", text=text, seconds=seconds)
        moved = self.attempt.answered(turn)
        self._desk.sessions.add_turn(moved.id, len(moved.turns) - 1, turn)
        self.draft = ""
        return self._now(moved)

    async def look(self) -> Grade:
        """A quick grade of the answer so far."""
        return await self._desk.quick.grade(self._desk.task_of(self.attempt.question, self.attempt.answer()))

    async def press(self, look: Grade | None = None) -> FollowUp | None:
        """Ask a follow-up, or close the questioning when there is nothing left to ask."""
        if self.attempt.stage != "press":
            raise UsageError("A follow-up needs an answer to follow.")
        follow_up = await self._desk.interviewer.follow_up(self._view(look or await self.look()))
        if follow_up is None:
            self.close()
            return None
        turn = SpokenTurn(
            role="interviewer", text=follow_up.text, criterion=follow_up.criterion, author=follow_up.author
        )
        moved = self.attempt.pressed_on(turn)
        self._desk.sessions.add_turn(moved.id, len(moved.turns) - 1, turn)
        self._now(moved)
        return follow_up

    def close(self) -> Attempt:
        """No more follow-ups for this question."""
        moved = self.attempt.closed()
        self._desk.sessions.close(moved.id)
        return self._now(moved)

    def skip(self) -> Attempt:
        """Leave the question without a grade; what was said stays in the history."""
        if not self.is_open:
            raise UsageError("There is no open question to skip.")
        self._desk.sessions.skip(self.attempt.id)
        return self._now(self._reload())

    async def grade(self) -> Grade:
        """Grade what was said, follow-ups included, and keep the grade.

        An attempt is graded once; again only while a grade without marks is all that it has.
        """
        grade = self.attempt.grade
        if grade is None and self.attempt.stage != "ready":
            self.close()
        elif grade is not None and grade.status == "graded":
            raise UsageError("This answer is graded.")
        task = self._desk.task_of(self.attempt.question, self.attempt.answer())
        grade = await self._desk.grader.grade(task)
        kept = self._desk.sessions.add_grade(self.attempt.id, grade)
        self._now(self.attempt.graded(kept, grade))
        return grade

    def before(self) -> Grade | None:
        """The grade of the attempt that this one retries, if any."""
        wanted = self.attempt.retry_of
        for record in self._desk.history.get(self.id).attempts:
            if record.id == wanted and record.grades:
                return record.grades[-1].grade
        return None

    def rate_self(self, overall: int) -> None:
        self._desk.sessions.rate_self(self.attempt.id, overall)

    def last_graded(self) -> Attempt | None:
        """What the latest grade of the session is for: this attempt, or one before a retry or next."""
        if self._attempt is not None and self._attempt.grades:
            return self._attempt
        records = [record for record in self._desk.history.get(self.id).attempts if record.grades]
        latest = max(records, key=lambda record: record.grades[-1].id, default=None)
        return Attempt.of(latest, self.setup.follow_ups) if latest else None

    def dispute(self, score: int, *, criterion: str | None = None, note: str = "") -> Attempt:
        """Keep the candidate's own mark beside the latest grade; returns the attempt that it is for."""
        attempt = self.last_graded()
        if attempt is None:
            raise UsageError("There is no grade to dispute yet.")
        self._desk.sessions.add_label(attempt.grades[-1][0], score, criterion=criterion, note=note)
        return attempt

    def _open(self, question: Question, *, retry_of: int | None) -> Attempt:
        attempt_id = self._desk.sessions.open_attempt(self.id, question, retry_of=retry_of)
        self.asked.append(question.id)
        self.draft = ""
        return self._now(
            Attempt(id=attempt_id, question=question, limit=self.setup.follow_ups, retry_of=retry_of)
        )

    def _now(self, attempt: Attempt) -> Attempt:
        self._attempt = attempt
        return attempt

    def _reload(self) -> Attempt:
        return Attempt.of(self._desk.history.get(self.id).attempts[-1], self.setup.follow_ups)

    def _view(self, look: Grade) -> View:
        attempt = self.attempt
        task = self._desk.task_of(attempt.question, attempt.answer())
        return View(
            task=task,
            turns=attempt.turns,
            look=look,
            secrets=self._desk.secrets_of(attempt.question),
            aimed=self._desk.aimed,
            leanings=self._desk.leanings(task),
            heard=self._desk.heard(),
        )
