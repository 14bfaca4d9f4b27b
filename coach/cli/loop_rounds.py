"""Holds the rounds of a loop one after the other, at a terminal or through a pipe.

A round is a practice session with its own interviewer; all that is said goes through the practice host.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain

from coach.cli.loop_clock import RoundClock
from coach.cli.practice_host import Host
from coach.cli.practice_pipe import answer_blocks
from coach.cli.practice_screen import Screen
from coach.cli.practice_setup import make_desk
from coach.cli.wiring import Rooms
from coach.errors import UsageError
from coach.guides.pressing import load_pressing
from coach.interview.select import by_need
from coach.interview.session import Desk, Session
from coach.interview.silence import is_silent
from coach.interview.subject import is_beside
from coach.llm.port import ChatModel
from coach.loops.show import render_closing, render_opening, spent_words
from coach.loops.standing import RoundStanding, Standing, read_standing
from coach.loops.style import StyledInterviewer
from coach.resources import corpus_dir
from coach.schema.grade import Grader
from coach.schema.question import Question
from coach.store.history import History
from coach.store.loops import Loops
from coach.store.profile import Profiles
from coach.store.records import Setup

_LEARN = "In a mock interview nobody helps. A loop in learn mode has it: coach loop start ... --mode learn"
_ONCE = "In a loop every question is asked once. coach practice lets you try again."
_MARKS = "Marks wait for the debrief. A person's mark: coach loop mark"
ALWAYS_BARRED = {"retry": _ONCE, "next": _ONCE, "mark": _MARKS}
MOCK_BARRED = {
    **dict.fromkeys(("hint", "passage", "ask", "example"), _LEARN),
    "dispute": _MARKS,
    **ALWAYS_BARRED,
}


class LoopHost(Host):
    """A practice host that goes on with the next question of its round where none is open."""

    def begin(self) -> None:
        if self.session.is_open:
            super().begin()
        else:
            self.offer_next()
            self.open()


@dataclass
class Floor:
    """What rounds are held with. `graded` is told of every graded question and its round."""

    rooms: Rooms
    runner: asyncio.Runner
    screen: Screen
    local: Future[Grader]
    chat: ChatModel | None
    loop_id: str
    today: date
    graded: Callable[[Session, str], None] = lambda session, round_id: None

    def standing(self) -> Standing:
        return read_standing(Loops(self.rooms.database), History(self.rooms.database), self.loop_id)


def hold_at_terminal(floor: Floor, round_id: str | None = None) -> None:
    """Hold the rounds until the person leaves; asks before each further round."""
    from coach.cli.practice_terminal import run_at_terminal

    wanted = _next(floor, round_id)
    while wanted is not None:
        host = open_round(floor, wanted)
        if not host.over:
            run_at_terminal(host)
        if not host.over:
            return
        _close_round(floor, wanted)
        wanted = _next(floor, None)
        if wanted is None or not wanted.plan.counts:
            return
        title = wanted.plan.title
        if floor.screen.ask(f"Next: {title}. Begin it now? [y/N] ").strip().casefold() not in ("y", "yes"):
            floor.screen.tell(f"Go on later with: coach loop continue {floor.loop_id}")
            return


def hold_piped(floor: Floor, blocks: Iterator[tuple[str, bool]], round_id: str | None = None) -> None:
    """Hold the rounds until the input ends or a /quit. Without input a question is shown and left open."""
    wanted = _next(floor, round_id)
    first = next(blocks, None)
    while wanted is not None:
        host = open_round(floor, wanted)
        if first is None and not host.over:
            host.begin()
            return
        if not host.over and first is not None:
            host.begin()
            # A round that was left before its grade may end before anything is read.
            if not host.over:
                answer_blocks(host, chain([first], blocks))
        if not host.over:
            return
        _close_round(floor, wanted)
        first = next(blocks, None)
        wanted = _next(floor, None) if first is not None else None
        if wanted is not None and not wanted.plan.counts:
            return


def open_round(floor: Floor, item: RoundStanding) -> LoopHost:
    """The host of a round, begun or taken up where it was left; it is `over` where nothing was left to do."""
    loops, setup, plan = Loops(floor.rooms.database), floor.standing().loop.setup, item.plan
    desk = _desk(floor, item, setup.level)
    if item.record is None:
        session = Session.begin(
            desk,
            Setup(
                kind="loop",
                mode=setup.mode,
                level=setup.level,
                grader="llm" if floor.chat else "local",
                follow_ups=plan.style.follow_ups,
                scores=setup.scores,
            ),
        )
        loops.begin_round(floor.loop_id, plan.id, session.id)
    else:
        session = Session(desk, item.record.session_id)
    mock = setup.mode == "mock"
    host = LoopHost(
        rooms=floor.rooms,
        runner=floor.runner,
        session=session,
        screen=floor.screen,
        pick=lambda asked: _pick(floor, plan.id),
        chat=floor.chat,
        quiet=mock,
        barred=MOCK_BARRED if mock else ALWAYS_BARRED,
        asks_as=plan.style.role,
        come_back=f"coach loop continue {floor.loop_id}",
    )
    host.graded = lambda done: _after_grade(floor, host, plan.id)
    if setup.timed and plan.minutes is not None and floor.screen.interactive:
        host.clock = RoundClock(
            plan.minutes * 60,
            item.seconds,
            lambda seconds: loops.set_clock(floor.loop_id, plan.id, seconds),
        )
        host.expired = lambda text: run_out(floor, host, plan.id, text)
    _introduce(floor, item)
    if item.ended:
        run_out(floor, host, plan.id, session.draft)
    return host


def run_out(floor: Floor, host: Host, round_id: str, text: str) -> None:
    """The time is up: what stands in the editor is taken and graded, and the round is closed."""
    Loops(floor.rooms.database).end_round(floor.loop_id, round_id, "time")
    host.over = True
    session = host.session
    if not session.is_open:
        return
    waiting, first = session.attempt.stage, len(session.asked) == 1
    if waiting == "answer" and not text.strip() and not first:
        session.skip()
        return
    if waiting in ("answer", "reply") and (text.strip() or waiting == "answer"):
        session.answer(text)
    host.finish()


def _desk(floor: Floor, item: RoundStanding, level: str) -> Desk:
    desk = make_desk(floor.rooms, floor.local, floor.chat, floor.screen, level)
    return replace(desk, interviewer=StyledInterviewer(desk.interviewer, item.plan))


def _next(floor: Floor, round_id: str | None) -> RoundStanding | None:
    """The round that is asked for, else the next one; UsageError where the one asked for is done."""
    standing = floor.standing()
    if round_id is None:
        return standing.next
    wanted = standing.round(round_id)
    if wanted.stage == "done":
        raise UsageError(f"The round {round_id} is done. coach loop debrief {floor.loop_id} shows it.")
    return wanted


def _pick(floor: Floor, round_id: str) -> Question:
    """A question for the next slot that was not put in this loop yet, the one that needs practice most."""
    standing, corpus = floor.standing(), floor.rooms.corpus
    slot = standing.round(round_id).slot
    listed = [corpus.questions[i] for i in slot.questions if i in corpus.questions]
    pool = listed or [item for item in corpus.questions.values() if item.round == slot.round]
    database = floor.rooms.database
    asked: Collection[str] = standing.asked
    if all(item.id in asked for item in pool):
        # Listed questions may have been drawn by an earlier round.
        pool = [item for item in corpus.questions.values() if item.round == slot.round]
    return by_need(
        pool,
        practised=History(database).practised(),
        profile=Profiles(database).load(),
        today=floor.today,
        asked=asked,
    )


def _after_grade(floor: Floor, host: Host, round_id: str) -> None:
    floor.graded(host.session, round_id)
    grade = host.session.attempt.grade
    if grade is not None and grade.overall is None:
        why = grade.error.message if grade.error else grade.criteria[0].reason
        floor.screen.tell(f"That answer is not graded: {why} `coach loop grade {floor.loop_id}` tries again.")
    if host.over or floor.standing().round(round_id).stage == "done":
        host.over = True
    else:
        host.offer_next()


def _introduce(floor: Floor, item: RoundStanding) -> None:
    standing = floor.standing()
    number = [each.plan.id for each in standing.rounds].index(item.plan.id) + 1
    again = item.record is not None
    floor.screen.show(render_opening(item.plan, number, len(standing.rounds), again=again))
    if item.seconds:
        floor.screen.tell(f"Taken up again, {spent_words(item.seconds, item.plan.minutes)} used.")


def _close_round(floor: Floor, item: RoundStanding) -> None:
    """How the interviewer ends it, and what comes next."""
    standing = floor.standing()
    done = standing.round(item.plan.id)
    answered = _says_something(floor.rooms, done)
    floor.screen.show(render_closing(item.plan, done.seconds, timed_out=done.ended, answered=answered))
    if standing.done:
        floor.screen.tell(f"All rounds that count are done: coach loop debrief {floor.loop_id}")


def _says_something(rooms: Rooms, item: RoundStanding) -> bool:
    """True where something was said in the round that has to do with a question of it."""
    silences = load_pressing(corpus_dir(), rooms.corpus).silences
    for attempt in item.session.attempts if item.session else ():
        criteria = rooms.corpus.criteria_of(attempt.question.criteria)
        said = [turn.text for turn in attempt.turns if turn.role == "candidate"]
        heard = "\n".join(text for text in said if not is_silent(text, silences))
        if heard and not is_beside(heard, attempt.question, criteria):
            return True
    return False
