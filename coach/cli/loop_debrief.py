"""Holds the debrief of a loop and grades again what was not graded."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from coach.cli import wiring
from coach.cli.json_output import print_json
from coach.cli.loop_view import book_of, standing_of
from coach.cli.practice_screen import Screen, open_screen
from coach.cli.practice_setup import GraderChoice, choose_model, make_desk
from coach.cli.wiring import Rooms
from coach.errors import SetupError, UsageError
from coach.guides.pressing import load_pressing
from coach.interview.attempt import Attempt
from coach.llm.port import ChatModel
from coach.loops.debrief import Ground, hold_debrief
from coach.loops.findings import Debrief
from coach.loops.markdown import write_markdown
from coach.loops.show_debrief import Key, render_debrief
from coach.loops.standing import Standing
from coach.loops.wording import word_cases
from coach.resources import corpus_dir
from coach.schema.grade import Grader
from coach.store.human_marks import HumanMark, HumanMarks
from coach.store.loops import Loops


def show_debrief(
    loop_id: str | None,
    *,
    now: bool,
    grader: GraderChoice,
    scores: bool,
    full: bool,
    markdown: Path | None,
    as_data: bool,
) -> int:
    """Show, write or print the debrief; 1 where a round that was held has no mark."""
    rooms, screen = wiring.load(), open_screen(as_data=as_data)
    with asyncio.Runner() as runner:
        try:
            standing = standing_of(rooms, loop_id)
            _ready(standing, now=now)
            pressing = load_pressing(corpus_dir(), rooms.corpus)
            criteria, levels = rooms.corpus.rubric.by_id(), tuple(rooms.corpus.levels)
            ground = Ground(book_of(rooms), criteria, levels, pressing)
            shown = scores and standing.loop.setup.scores
            found = hold_debrief(_with_scores(standing, shown), ground, _human(rooms, standing))
            chat = choose_model(rooms, grader, screen, runner)
            found = _worded(rooms, screen, runner, standing, found, chat)
            key = Key(ground.criteria, ground.book.words.outcome, shown)
        finally:
            runner.run(rooms.hang_up())
            rooms.close()
    if markdown is not None:
        _write(markdown, write_markdown(found, key))
        screen.tell(f"Written to {markdown}.")
    if as_data:
        print_json(found.model_dump(mode="json"))
    elif markdown is None:
        screen.show(render_debrief(found, key, full=full))
        if not full:
            screen.tell(f"Every mark with its reason: coach loop debrief {found.loop} --full")
    return 1 if any(item.state == "ungraded" for item in found.rounds) else 0


def grade_again(loop_id: str | None, choice: GraderChoice) -> int:
    """Grade every answer of a loop that has no mark; 1 where one still has none."""
    rooms, screen = wiring.load(), open_screen(as_data=False)
    left = done = 0
    with ThreadPoolExecutor(1) as warm, asyncio.Runner() as runner:
        try:
            standing = standing_of(rooms, loop_id)
            local: Future[Grader] = warm.submit(rooms.local_grader)
            chat = choose_model(rooms, choice, screen, runner)
            desk = make_desk(rooms, local, chat, screen, standing.loop.setup.level)
            for record in (item for each in standing.rounds for item in each.graded):
                if record.grades[-1].grade.status == "graded":
                    continue
                answer = Attempt.of(record, 0).answer()
                with screen.busy("Grading"):
                    grade = runner.run(desk.grader.grade(desk.task_of(record.question, answer)))
                desk.sessions.add_grade(record.id, grade)
                left, done = (left + 1, done) if grade.overall is None else (left, done + 1)
        finally:
            warm.shutdown(wait=True, cancel_futures=True)
            runner.run(rooms.hang_up())
            rooms.close()
    screen.tell(f"{done} graded, {left} still without a mark." if done or left else "Nothing was ungraded.")
    return 1 if left else 0


def _ready(standing: Standing, *, now: bool) -> None:
    open_rounds = [item.plan.title for item in standing.counted if item.stage != "done"]
    if open_rounds and not now:
        raise UsageError(
            f"Still to come: {', '.join(open_rounds)}. `coach loop continue {standing.loop.id}` goes on;"
            " --now holds the debrief as things stand, and shows the marks so far."
        )


def _with_scores(standing: Standing, scores: bool) -> Standing:
    setup = standing.loop.setup.model_copy(update={"scores": scores})
    return Standing(standing.loop.model_copy(update={"setup": setup}), standing.rounds)


def _human(rooms: Rooms, standing: Standing) -> dict[str, tuple[HumanMark, ...]]:
    marks = HumanMarks(rooms.database)
    return {item.session.id: marks.of(item.session.id) for item in standing.rounds if item.session}


def _worded(
    rooms: Rooms,
    screen: Screen,
    runner: asyncio.Runner,
    standing: Standing,
    found: Debrief,
    chat: ChatModel | None,
) -> Debrief:
    """The debrief with its cases in a model's words, kept ones first; as it is where there is no model."""
    if chat is None:
        return found
    kept = {item.basis: item.text for item in standing.loop.cases if item.model == chat.name}
    with screen.busy("The interviewers argue"):
        worded, fresh = runner.run(word_cases(found, standing, chat, rooms.prompts, kept))
    for case in fresh:
        Loops(rooms.database).keep_case(case)
    return worded


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise SetupError(f"{path} cannot be written: {error.strerror}.") from error
