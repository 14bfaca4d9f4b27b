"""Runs exercises at a terminal, through a pipe or over a file, on the seat that practice uses."""

from __future__ import annotations

import asyncio
import json
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import typer

from coach.cli import console, wiring
from coach.cli.drill_exercises_ask import (
    Asker,
    Unread,
    make_picker,
    open_shelf,
    report_on,
    titles_of,
    worked_answer,
)
from coach.cli.drill_exercises_show import render_exercise, render_kept
from coach.cli.practice_host import Host, Warming, as_json
from coach.cli.practice_pipe import input_lines, run_piped
from coach.cli.practice_screen import Screen, open_screen
from coach.cli.practice_setup import GraderChoice, begin_session, choose_model, make_desk
from coach.cli.wiring import Rooms
from coach.drills.grader import DrillGrader
from coach.drills.report import Report
from coach.drills.shelf import Shelf
from coach.errors import UsageError
from coach.guides.contents import load_contents
from coach.guides.corpus import read_text
from coach.guides.exercises import DrillKind
from coach.interview.session import Session
from coach.report.grade import render_grade
from coach.resources import corpus_dir
from coach.schema.grade import Grader
from coach.store.exercise_reports import ExerciseReports
from coach.store.history import History
from coach.store.profile import Profiles
from coach.store.records import Setup

LONGEST = 100_000
_EXTRACTED = (".pdf", ".docx", ".html", ".htm")
ENGLISH = "What the exercise looks for is found by English words, so nothing was looked for here."
ELSEWHERE = "The answer hardly speaks of this case: what was seen in it may belong to another one."
NOTHING_OF_YOURS = (
    "Your story bank and your audit hold no decision yet (coach story add, coach audit add), so this is a"
    " prepared one: answer as if it were yours."
)


@dataclass(frozen=True)
class Wanted:
    """The command line. `resume` is a session's id, or "" for the latest, or None for a new one."""

    kind: DrillKind
    name: str | None
    grader: GraderChoice
    resume: str | None
    scores: bool
    as_data: bool
    document: Path | None = None
    in_editor: bool = False

    @property
    def session_kind(self) -> str:
        return f"exercise {self.kind}"


def run(wanted: Wanted) -> int:
    """Run exercises until the person leaves or the input ends; 1 where one has no mark."""
    document = _read(wanted.document) if wanted.document else None
    rooms = wiring.load()
    screen = open_screen(as_data=wanted.as_data)
    with ThreadPoolExecutor(1, thread_name_prefix="warm") as warm, asyncio.Runner() as runner:
        try:
            shelf = open_shelf(rooms, wanted.kind)
            host = _host(rooms, wanted, shelf, screen, runner, warm)
            results = _Results(host, shelf, as_data=wanted.as_data)
            host.graded = results.add
            host.recalled = results.again
            _introduce(host, wanted, shelf)
            _lead(host, wanted, document, warm)
        finally:
            warm.shutdown(wait=True, cancel_futures=True)
            runner.run(rooms.hang_up())
            rooms.close()
        results.close()
    return 0 if screen.interactive or results.all_graded else 1


def _host(
    rooms: Rooms,
    wanted: Wanted,
    shelf: Shelf,
    screen: Screen,
    runner: asyncio.Runner,
    warm: ThreadPoolExecutor,
) -> Host:
    history = History(rooms.database)
    earlier = _earlier(history, wanted) if wanted.resume is not None else None
    pick = make_picker(shelf, wanted.name, history)
    local: Future[Grader] = warm.submit(rooms.local_grader)
    chat = choose_model(rooms, wanted.grader, screen, runner)
    setup = earlier[1] if earlier else _setup(rooms, wanted, shelf, "llm" if chat else "local")
    desk = make_desk(rooms, local, chat, screen, setup.level)
    desk = replace(
        desk,
        grader=DrillGrader(
            Warming(local) if chat is None else desk.grader, shelf, load_contents(corpus_dir(), rooms.corpus)
        ),
        quick=Unread(english_only=chat is None),
        interviewer=Asker(shelf, chat, rooms.prompts),
        secrets_of=lambda question: (),
        leanings=lambda task: {},
    )
    session = begin_session(desk, setup, earlier[0] if earlier else None)
    return Host(
        rooms=rooms,
        runner=runner,
        session=session,
        screen=screen,
        pick=pick,
        chat=chat,
        asks_as="the committee" if wanted.kind == "devil" else "the coach",
        come_back=f"coach drill {wanted.kind} --session {session.id}",
        card=render_exercise,
        example=lambda question: worked_answer(shelf, question),
    )


def _setup(rooms: Rooms, wanted: Wanted, shelf: Shelf, grader: str) -> Setup:
    """Every exercise of a kind has the same number of steps, but for a decision that few attacks fit."""
    steps = max(shelf.drill(name).steps for name in shelf.titles())
    level = Profiles(rooms.database).load().level or "senior"
    return Setup(kind=wanted.session_kind, level=level, grader=grader, follow_ups=steps, scores=wanted.scores)


def _earlier(history: History, wanted: Wanted) -> tuple[str, Setup]:
    """The session to go on with: the one named, else the latest of this kind."""
    found = wanted.resume or history.latest(wanted.session_kind)
    if found is None:
        raise UsageError(f"There is nothing to go on with. `coach drill {wanted.kind}` begins one.")
    setup = history.get(found).setup
    if setup.kind != wanted.session_kind:
        raise UsageError(f"{found} is a session of kind {setup.kind}, not {wanted.session_kind}.")
    return found, setup


def _introduce(host: Host, wanted: Wanted, shelf: Shelf) -> None:
    who = f"the model {host.chat.name}" if host.chat else "the local grader, on this machine"
    host.screen.tell(f"Session {host.session.id}: graded by {who}, level {host.session.setup.level}.")
    own = any(name.startswith(("story-", "audit-")) for name in shelf.titles())
    if wanted.kind == "devil" and not own and wanted.name is None and wanted.resume is None:
        host.screen.tell(NOTHING_OF_YOURS)


def _lead(host: Host, wanted: Wanted, document: str | None, warm: ThreadPoolExecutor) -> None:
    if document is not None:
        host.begin()
        host.take(document, more=False)
        return
    if not host.screen.interactive:
        run_piped(host, input_lines())
        return
    if wanted.in_editor:
        _write_in_editor(host)
    # The editor's library is loaded for a person alone; the search is made ready while they read.
    from coach.cli.practice_terminal import run_at_terminal

    warm.submit(lambda: host.rooms.searcher().warm())
    run_at_terminal(host)


def _write_in_editor(host: Host) -> None:
    """The document from $EDITOR as a draft, which the person sees once more before it is sent."""
    from coach.cli.story_editor import edit

    if not host.session.asked:
        host.session.ask(host.pick(()))
    session = host.session
    head = f"<!--\n{session.attempt.question.text}\n-->\n\n"
    path = host.rooms.settings.data_dir / "drafts" / f"{session.id}.md"
    written = edit(f"{head}{session.draft}", path, _without_brief)
    if written is not None:
        session.save_draft(written)


def _without_brief(text: str) -> str:
    start, _, rest = text.partition("-->")
    return (rest if start.lstrip().startswith("<!--") else text).strip()


def _read(path: Path) -> str:
    """The document's text: as it stands, or out of a PDF, DOCX or HTML file."""
    text = _extracted(path) if path.suffix.lower() in _EXTRACTED else read_text(path)
    if not text.strip():
        raise UsageError(f"{path} is empty.")
    if len(text) > LONGEST:
        raise UsageError(f"{path} has {len(text):,} characters; {LONGEST:,} are the most.")
    return text


def _extracted(path: Path) -> str:
    from coach.guides.read import read_document

    return "\n".join(line.text for line in read_document(path).lines)


class _Results:
    """Shows the report after each grade, prints JSON, and remembers whether all were graded."""

    def __init__(self, host: Host, shelf: Shelf, *, as_data: bool) -> None:
        self.all_graded = True
        self._host = host
        self._shelf = shelf
        self._as_data = as_data
        self._printed = 0
        self._kept = ExerciseReports(host.rooms.database)
        redirected = host.screen.interactive and not as_data and not sys.stdout.isatty()
        self._copy = Screen(console.out(), console.err(), interactive=False) if redirected else None

    def add(self, session: Session) -> None:
        attempt = session.attempt
        self.all_graded = self.all_graded and attempt.grade is not None and attempt.grade.status == "graded"
        host = self._host
        report = self._read(session)
        shown = render_kept(self._keep(session, report))
        host.screen.show(shown)
        if self._copy is not None and attempt.grade is not None:
            for part in (render_exercise(attempt.question), render_grade(attempt.grade, host.legend), shown):
                self._copy.show(part)
        self._print(session, report)

    def again(self, session: Session) -> None:
        """The report of a grade that stood when the session was left; made now if it was not made then."""
        attempt = session.attempt
        kept = self._kept.of(attempt.id)
        if kept is None:
            kept = self._keep(session, self._read(session))
        self._host.screen.show(render_kept(kept))

    def _read(self, session: Session) -> Report:
        drill, host = self._shelf.of(session.attempt.question), self._host
        with host.screen.busy("Looking for what the exercise asks"):
            report = host.runner.run(
                report_on(drill, session.attempt.answer(), host.chat, host.rooms.prompts)
            )
        flags = session.attempt.grade.flags if session.attempt.grade and not host.chat else ()
        if "language" in flags:
            return Report(kind=report.kind, name=report.name, notes=(ENGLISH,))
        return (
            report.model_copy(update={"notes": (*report.notes, ELSEWHERE)})
            if "off_topic" in flags
            else report
        )

    def _keep(self, session: Session, report: Report) -> dict[str, Any]:
        titles = titles_of(self._shelf.of(session.attempt.question))
        kept = {**report.model_dump(mode="json"), "titles": dict(titles)}
        self._kept.keep(session.attempt.id, kept)
        return kept

    def close(self) -> None:
        """A session that ends without any grade still prints what was said."""
        if self._printed == 0 and self._host.session.asked:
            self._print(self._host.session, None)

    def _print(self, session: Session, report: Report | None) -> None:
        self._printed += 1
        if not self._as_data:
            return
        drill = self._shelf.of(session.attempt.question)
        data: dict[str, Any] = {
            "exercise": {"kind": drill.kind, "name": drill.exercise.id, "title": drill.exercise.title},
            **as_json(session),
            "report": report.model_dump(mode="json") if report else None,
        }
        unicode = (sys.stdout.encoding or "").casefold().replace("-", "") == "utf8"
        typer.echo(json.dumps(data, ensure_ascii=not unicode))
