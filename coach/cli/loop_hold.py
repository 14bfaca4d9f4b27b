"""Starts a loop or takes one up, and holds its rounds."""

from __future__ import annotations

import asyncio
import json
import random
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime

import typer

from coach.cli import wiring
from coach.cli.loop_rounds import Floor, hold_at_terminal, hold_piped
from coach.cli.loop_view import book_of, preset_of, standing_of
from coach.cli.practice_host import as_json
from coach.cli.practice_pipe import input_lines, read_blocks
from coach.cli.practice_screen import open_screen
from coach.cli.practice_setup import GraderChoice, choose_model, tell_level_limit
from coach.cli.wiring import Rooms
from coach.errors import UsageError
from coach.interview.session import Session
from coach.schema.grade import Grader
from coach.schema.loop import Preset
from coach.store.loops import Loops, LoopSetup
from coach.store.profile import Profiles
from coach.store.records import Mode


@dataclass(frozen=True)
class Begin:
    """A new loop."""

    preset: str
    rounds: int | None
    short: bool
    level: str | None
    mode: Mode
    timed: bool
    scores: bool


@dataclass(frozen=True)
class Resume:
    """The loop of that id, or the latest; one of its rounds, or the next."""

    loop_id: str | None
    round_id: str | None


def hold(wish: Begin | Resume, *, grader: GraderChoice, as_data: bool) -> int:
    """Hold rounds until the person leaves or the input ends; 1 where an answer could not be graded."""
    rooms, screen = wiring.load(), open_screen(as_data=as_data)
    results = _Results(as_data=as_data)
    with ThreadPoolExecutor(1, thread_name_prefix="warm") as warm, asyncio.Runner() as runner:
        try:
            round_id = wish.round_id if isinstance(wish, Resume) else None
            plan = _plan(rooms, wish) if isinstance(wish, Begin) else None
            loop_id = "" if plan else _resumed(rooms, wish)
            local: Future[Grader] = warm.submit(rooms.local_grader)
            chat = choose_model(rooms, grader, screen, runner)
            if plan is not None and isinstance(wish, Begin):
                loop_id = Loops(rooms.database).start(plan, _setup(rooms, wish))
            today = datetime.now(UTC).astimezone().date()
            floor = Floor(rooms, runner, screen, local, chat, loop_id, today)
            results.loop_id = loop_id
            floor.graded = results.add
            _introduce(floor)
            if screen.interactive:
                hold_at_terminal(floor, round_id)
            else:
                hold_piped(floor, iter(read_blocks(input_lines())), round_id)
        finally:
            warm.shutdown(wait=True, cancel_futures=True)
            runner.run(rooms.hang_up())
            rooms.close()
    return 0 if screen.interactive or results.all_graded else 1


def _plan(rooms: Rooms, wish: Begin) -> Preset:
    """The preset as it will be held: the number of rounds, one question each, in its own order."""
    preset = preset_of(book_of(rooms), wish.preset)
    most, fewest = len(preset.rounds), preset.fewest
    if wish.rounds is not None and not fewest <= wish.rounds <= most:
        allowed = f"{fewest} to {most}" if most > fewest else f"{fewest}"
        raise UsageError(f"The loop {preset.id} has {allowed} rounds.")
    plan = preset.with_rounds(wish.rounds or fewest)
    if wish.short:
        plan = plan.with_one_question()
    if plan.shuffled:
        order = random.SystemRandom().sample(plan.rounds, len(plan.rounds))
        plan = plan.model_copy(update={"rounds": tuple(order)})
    return plan


def _resumed(rooms: Rooms, wish: Begin | Resume) -> str:
    standing = standing_of(rooms, wish.loop_id if isinstance(wish, Resume) else None)
    loop_id, coming = standing.loop.id, standing.next
    if coming is None:
        raise UsageError(f"Every round of {loop_id} is done: coach loop debrief {loop_id}")
    return loop_id


def _setup(rooms: Rooms, wish: Begin) -> LoopSetup:
    told = Profiles(rooms.database).load().level
    known = told if told in ("pm", "senior", "principal") else None
    return LoopSetup(
        mode=wish.mode, level=wish.level or known or "senior", timed=wish.timed, scores=wish.scores
    )


def _introduce(floor: Floor) -> None:
    loop = floor.standing().loop
    who = f"the model {floor.chat.name}" if floor.chat else "the local grader, on this machine"
    when = "after each answer" if loop.setup.mode == "learn" else "in the debrief"
    floor.screen.tell(
        f"{loop.plan.title}, {loop.id}: graded by {who}, marks {when}; level {loop.setup.level}."
    )
    tell_level_limit(floor.screen, loop.setup.level, floor.chat)
    if loop.setup.timed and not floor.screen.interactive:
        floor.screen.tell("Time boxes end a round at a terminal only; nothing is cut short here.")


class _Results:
    """Prints each graded question with --json, and remembers whether all were graded."""

    def __init__(self, *, as_data: bool) -> None:
        self.all_graded = True
        self.loop_id = ""
        self._as_data = as_data

    def add(self, session: Session, round_id: str) -> None:
        grade = session.attempt.grade
        self.all_graded = self.all_graded and grade is not None and grade.status == "graded"
        if self._as_data:
            unicode = (sys.stdout.encoding or "").casefold().replace("-", "") == "utf8"
            data = {"loop": self.loop_id, "round": round_id, **as_json(session)}
            typer.echo(json.dumps(data, ensure_ascii=not unicode))
