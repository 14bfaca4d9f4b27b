"""`coach practice`: practise one question after the other, at a terminal or through a pipe."""

from __future__ import annotations

import asyncio
import json
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Literal, get_args

import typer

from coach.cli import console, wiring
from coach.cli.practice_host import Host, as_json
from coach.cli.practice_pipe import input_lines, run_piped
from coach.cli.practice_screen import Screen, open_screen
from coach.cli.practice_setup import (
    GraderChoice,
    Wish,
    begin_session,
    choose_model,
    earlier_session,
    make_desk,
    make_picker,
    tell_level_limit,
)
from coach.cli.practice_tailor import make_tailor, read_told
from coach.cli.wiring import Rooms
from coach.errors import UsageError
from coach.interview.session import Session
from coach.report.cards import render_question
from coach.report.grade import Legend, render_grade
from coach.schema.grade import Grader
from coach.store.profile import Profiles
from coach.store.records import Mode, Setup

app = typer.Typer(add_completion=False)

Level = Literal["pm", "senior", "principal"]


@dataclass(frozen=True)
class Options:
    """The command line: `resume` is a session's id, or "" for the latest, or None for a new one."""

    wish: Wish
    level: str | None
    mode: Mode
    follow_ups: int
    scores: bool
    grader: GraderChoice
    resume: str | None
    as_data: bool


@app.command()
def practice(
    question: Annotated[str | None, typer.Option(help="Id of the question: `coach questions list`.")] = None,
    round_: Annotated[str | None, typer.Option("--round", help="A round, such as debugging.")] = None,
    topic: Annotated[str | None, typer.Option(help="What it should be about, in your words.")] = None,
    follow_ups: Annotated[int, typer.Option(min=0, max=10, help="Most follow-ups for one question.")] = 2,
    level: Annotated[Level | None, typer.Option(help="Level of the role (else your profile's).")] = None,
    mode: Annotated[Mode, typer.Option(help="learn: feedback after each answer; mock: at the end.")] = "mock",
    grader: Annotated[GraderChoice, typer.Option(help="Who grades and asks follow-ups.")] = "auto",
    continue_: Annotated[bool, typer.Option("--continue", help="Go on where you left off.")] = False,
    session: Annotated[str | None, typer.Option(help="Go on with the session of this id.")] = None,
    job: Annotated[
        str | None, typer.Option(metavar="FILE_OR_TEXT", help="A job description that questions should fit.")
    ] = None,
    cv: Annotated[
        str | None, typer.Option(metavar="FILE", help="Your CV; questions press on what it claims.")
    ] = None,
    no_scores: Annotated[bool, typer.Option("--no-scores", help="Hide numbers, keep words.")] = False,
    as_data: Annotated[bool, typer.Option("--json", help="Print each graded question as JSON.")] = False,
) -> int:
    """Practise: a question, your answer, follow-ups that press on what is weak, and a grade.

    At a terminal you write in an editor. Through a pipe, blocks of standard input separated by lines
    with only --- are the answer, then the answers to follow-ups; a block such as /skip is a command.

    Example: coach practice --round debugging --mode learn

    Example: coach practice --question fraud-realtime --follow-ups 0 --json < answer.md
    """
    if question and (round_ or topic or job or cv):
        raise UsageError("--question names the question; leave out --round, --topic, --job and --cv.")
    options = Options(
        wish=Wish(question, round_, topic, read_told(job, cv)),
        level=level,
        mode=mode,
        follow_ups=follow_ups,
        scores=not no_scores,
        grader=grader,
        resume=session or ("" if continue_ else None),
        as_data=as_data,
    )
    return _practise(wiring.load(), options)


def _practise(rooms: Rooms, options: Options) -> int:
    screen = open_screen(as_data=options.as_data)
    redirected = screen.interactive and not options.as_data and not sys.stdout.isatty()
    copy = Screen(console.out(), console.err(), interactive=False) if redirected else None
    results = _Results(as_data=options.as_data, copy=copy)
    with ThreadPoolExecutor(1, thread_name_prefix="warm") as warm, asyncio.Runner() as runner:
        try:
            host = _host(rooms, options, screen, runner, warm)
            host.graded = lambda session: results.add(session, host.legend)
            _lead(host, warm)
        finally:
            warm.shutdown(wait=True, cancel_futures=True)
            runner.run(rooms.hang_up())
            rooms.close()
        results.close(host.session)
    return 0 if screen.interactive or results.all_graded else 1


def _lead(host: Host, warm: ThreadPoolExecutor) -> None:
    _introduce(host)
    if not host.screen.interactive:
        run_piped(host, input_lines())
        return
    # The editor's library is loaded for a person alone; the search is made ready while they read.
    from coach.cli.practice_terminal import run_at_terminal

    warm.submit(lambda: host.rooms.searcher().warm())
    run_at_terminal(host)


def _host(
    rooms: Rooms, options: Options, screen: Screen, runner: asyncio.Runner, warm: ThreadPoolExecutor
) -> Host:
    """The session that the command line asks for, with its graders loading in the background."""
    earlier = earlier_session(rooms, options.resume or None) if options.resume is not None else None
    picker = make_picker(rooms, options.wish, datetime.now(UTC).astimezone().date())
    local: Future[Grader] = warm.submit(rooms.local_grader)
    chat = choose_model(rooms, options.grader, screen, runner)
    setup = earlier[1] if earlier else _setup(rooms, options, "llm" if chat else "local")
    if options.wish.told.texts:
        tailor = make_tailor(rooms, options.wish.told, screen, runner, chat, options.wish.round)
        picker = partial(tailor.pick, picker)
    desk = make_desk(rooms, local, chat, screen, setup.level)
    session = begin_session(desk, setup, earlier[0] if earlier else None)
    return Host(rooms=rooms, runner=runner, session=session, screen=screen, pick=picker, chat=chat)


def _setup(rooms: Rooms, options: Options, grader: str) -> Setup:
    told = Profiles(rooms.database).load().level
    return Setup(
        mode=options.mode,
        level=options.level or (told if told in get_args(Level) else None) or "senior",
        grader=grader,
        follow_ups=options.follow_ups,
        scores=options.scores,
    )


def _introduce(host: Host) -> None:
    setup = host.session.setup
    who = f"the model {host.chat.name}" if host.chat else "the local grader, on this machine"
    host.screen.tell(
        f"Session {host.session.id}: graded by {who}; {setup.mode} mode, level {setup.level},"
        f" at most {setup.follow_ups} follow-ups."
    )
    tell_level_limit(host.screen, setup.level, host.chat)


class _Results:
    """Prints each graded question with --json, and remembers whether all were graded.

    `copy` takes the grades as text where the session is on the screen and standard output is not.
    """

    def __init__(self, *, as_data: bool, copy: Screen | None) -> None:
        self.all_graded = True
        self._copy = copy
        self._as_data = as_data
        self._printed = 0

    def add(self, session: Session, legend: Legend) -> None:
        grade = session.attempt.grade
        self.all_graded = self.all_graded and grade is not None and grade.status == "graded"
        self._print(session)
        if self._copy is not None and grade is not None:
            self._copy.show(render_question(session.attempt.question))
            self._copy.show(render_grade(grade, legend))

    def close(self, session: Session) -> None:
        """A session that ends without any grade still prints what was said."""
        if self._printed == 0 and session.asked:
            self._print(session)

    def _print(self, session: Session) -> None:
        self._printed += 1
        if self._as_data:
            unicode = (sys.stdout.encoding or "").casefold().replace("-", "") == "utf8"
            typer.echo(json.dumps(as_json(session), ensure_ascii=not unicode))
