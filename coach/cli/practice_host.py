"""Leads one practice session for the terminal and the pipe alike: moves it on and shows what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from rich.console import Group, RenderableType

from coach.cli.practice_screen import Screen
from coach.guides.pressing import load_pressing
from coach.interview.left_open import left_open
from coach.interview.session import Session
from coach.interview.worked import Worked
from coach.report.cards import render_follow_up, render_question, render_said
from coach.report.grade import Legend, render_grade, render_look
from coach.report.movement import compare, render_movement
from coach.report.pressed import render_left_open
from coach.report.words import FLAGS
from coach.resources import corpus_dir
from coach.schema.grade import Grade, Grader, GradeTask
from coach.schema.question import Question
from coach.schema.row import RowOut, Source

if TYPE_CHECKING:
    from coach.cli.wiring import Rooms
    from coach.llm.port import ChatModel

# The questions asked so far -> the next one.
Picker = Callable[[Collection[str]], Question]


class Clock(Protocol):
    """What limits the time of a session; it runs while the candidate writes."""

    def left(self) -> float:
        """Seconds until the time is up, 0 or more."""
        ...

    def start(self) -> None: ...

    def keep(self) -> None:
        """Put on record what is gone by now."""
        ...

    def stop(self) -> None: ...


class Warming:
    """A grader that is still being loaded in another thread; the first grade waits for it."""

    def __init__(self, loading: Future[Grader]) -> None:
        self._loading = loading

    async def grade(self, task: GradeTask) -> Grade:
        grader = await asyncio.wrap_future(self._loading)
        return await grader.grade(task)


@dataclass
class Host:
    """A session, its screen, and what its commands need.

    `later` opens the attempt that was offered and not begun; `chat` is the model in use, if any.
    `graded` is told of every grade, `recalled` of one that is shown again. A
    `quiet` host keeps grades to itself; `over` ends the session.
    `barred` names commands that cannot be given here, and why; `asks_as` is who asks follow-ups,
    `come_back` the command that goes on with this session. `clock` runs where time is limited; when
    it has run out, `expired` is given what stood in the editor. `card` shows a question, `example` gives
    its worked answer where that is not found by its id.
    """

    rooms: Rooms
    runner: asyncio.Runner
    session: Session
    screen: Screen
    pick: Picker
    chat: ChatModel | None = None
    graded: Callable[[Session], None] = lambda session: None
    recalled: Callable[[Session], None] = lambda session: None
    later: Callable[[], Any] | None = None
    passages_read: int = 0
    quiet: bool = False
    over: bool = False
    barred: Mapping[str, str] = field(default_factory=dict)
    asks_as: str = ""
    come_back: str = ""
    clock: Clock | None = None
    expired: Callable[[str], None] = lambda text: None
    card: Callable[[Question], RenderableType] = render_question
    example: Callable[[Question], Worked] | None = None

    def __post_init__(self) -> None:
        self.come_back = self.come_back or f"coach practice --session {self.session.id}"

    @property
    def legend(self) -> Legend:
        return Legend(
            self.rooms.corpus.rubric.by_id(), self.rooms.corpus.passages, scores=self.session.setup.scores
        )

    @property
    def waits(self) -> bool:
        """True where the candidate's next words are an answer."""
        return self.later is not None or (
            self.session.is_open and self.session.attempt.stage in ("answer", "reply")
        )

    def begin(self) -> None:
        """Show where the session stands: its first question, or the place where it was left."""
        if not self.session.asked:
            self.offer_next()
            self.open()
            return
        self._show_standing()
        if self.session.is_open:
            self.advance()
        elif self.session.attempt.stage == "skipped":
            self.offer_next()

    def offer_next(self) -> None:
        """Show the next question; it is put on record by `open`."""
        question = self.pick(self.session.asked)
        self.screen.show(self.card(question))
        self.later = lambda: self.session.ask(question)

    def offer_retry(self) -> None:
        attempt = self.session.attempt
        self.screen.show(self.card(attempt.question))
        self.later = self.session.retry

    def open(self) -> None:
        """Begin the attempt that was offered, if one was."""
        if self.later is not None:
            self.later()
            self.later = None

    def take(self, text: str, *, more: bool = True, seconds: float | None = None) -> None:
        """The candidate's words. Without `more` to come the question is graded at once."""
        self.open()
        self.session.answer(text, seconds=seconds)
        if more:
            self.advance()
        else:
            self.finish()

    def advance(self) -> None:
        """Ask the next follow-up, or grade when there is none."""
        if self.session.attempt.stage == "press":
            self._press()
        if self.session.attempt.stage == "ready":
            self.finish()

    def finish(self) -> None:
        """Grade what was said and show it."""
        asks = self.session.setup.scores and not self.quiet
        own = self.screen.rate(self.rooms.corpus.rubric.top) if asks else None
        if own is not None:
            self.session.rate_self(own)
        with self.screen.busy("Grading"):
            grade = self.runner.run(self.session.grade())
        if not self.quiet:
            self._show_grade(grade, own)
        self.graded(self.session)

    def skip(self) -> None:
        """Leave out what was asked last: a follow-up brings the grade, a question the next one."""
        if self.session.is_open and self.session.attempt.turns:
            self.session.close()
            self.finish()
            return
        if self.session.is_open:
            self.session.skip()
        self.offer_next()

    def _show_grade(self, grade: Grade, own: int | None) -> None:
        self.screen.show(render_grade(grade, self.legend))
        self._show_left_open(grade)
        self._show_self_rating(own, grade)
        before = self.session.before()
        if before is not None:
            movement = compare(before, grade, noise=self.rooms.retry_noise(before, grade))
            self.screen.show(render_movement(movement, self.legend))

    def _press(self) -> None:
        with self.screen.busy("Reading your answer"):
            look = self.runner.run(self.session.look())
        if self.session.setup.mode == "learn":
            self.screen.show(render_look(look, self.legend))
        elif "language" in look.flags:
            # Said at once: nobody should answer follow-ups in the hope of a grade that cannot come.
            self.screen.tell(FLAGS["language"])
        with self.screen.busy("The interviewer is thinking"):
            follow_up = self.runner.run(self.session.press(look))
        if follow_up is None:
            self.screen.tell("There is nothing left to press on.")
            return
        if follow_up.note:
            self.screen.tell(f"The model's follow-up was not used ({follow_up.note}).")
        self._show_follow_up()

    def _show_follow_up(self) -> None:
        turn = self.session.attempt.follow_ups[-1]
        name = self.chat.name if turn.author == "llm" and self.chat else "offline interviewer"
        if self.asks_as:
            name = f"{self.asks_as} ({name.removesuffix(' interviewer')})"
        number = len(self.session.attempt.follow_ups)
        self.screen.show(render_follow_up(turn.text, number, self.session.attempt.limit, f"by {name}"))

    def _show_standing(self) -> None:
        attempt = self.session.attempt
        self.screen.show(self.card(attempt.question))
        said = [turn.text for turn in attempt.turns if turn.role == "candidate"]
        if said and attempt.grade is None:
            self.screen.show(render_said(said))
        if attempt.stage == "reply":
            self._show_follow_up()
        elif attempt.grade is not None:
            self.screen.show(render_grade(attempt.grade, self.legend))
            self._show_left_open(attempt.grade)
            self.recalled(self.session)

    def _show_left_open(self, grade: Grade) -> None:
        """Which follow-ups got no answer to hold on to, where the grade has marks."""
        turns = self.session.attempt.turns
        if grade.status == "graded" and len(turns) > 1:
            pressing = load_pressing(corpus_dir(), self.rooms.corpus)
            parts = render_left_open(left_open(turns, pressing))
            if parts:
                self.screen.show(Group(*parts))

    def _show_self_rating(self, own: int | None, grade: Grade) -> None:
        if own is not None and grade.overall is not None:
            gap = "the same as" if own == grade.overall else f"beside {grade.overall} from"
            self.screen.tell(f"Your own mark: {own}, {gap} the grader.")


def as_json(session: Session) -> dict[str, Any]:
    """What --json prints for one question: the turns as they were given, and the grade as a row out.

    `turn` in the evidence counts in `turns`, also where there was only one.
    """
    attempt = session.attempt
    turns = attempt.turns
    row = None
    if attempt.grade is not None:
        row = RowOut.of(
            _placed(attempt.grade),
            id=f"{session.id}/{attempt.id}",
            row=len(session.asked),
            source=Source(file="practice", line=1),
            extra={"question_id": attempt.question.id, "session": session.id},
        ).model_dump(mode="json")
    return {
        "question": attempt.question.text,
        "question_id": attempt.question.id,
        "turns": [{"role": turn.role, "text": turn.text, "criterion": turn.criterion} for turn in turns],
        "grade": row,
    }


def _placed(grade: Grade) -> Grade:
    verdicts = tuple(
        verdict.model_copy(
            update={
                "evidence": tuple(
                    piece.model_copy(update={"turn": 0}) if piece.found and piece.turn is None else piece
                    for piece in verdict.evidence
                )
            }
        )
        for verdict in grade.criteria
    )
    return grade.model_copy(update={"criteria": verdicts})
