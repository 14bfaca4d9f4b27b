"""`coach loop`: whole interview loops, held over days, and the committee's debrief."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.text import Text

from coach.cli import console, wiring
from coach.cli.json_output import print_json
from coach.cli.wiring import Rooms
from coach.store.records import Mode

app = typer.Typer(
    add_completion=False,
    help="Whole interview loops: rounds with their own interviewers, and a committee that decides.\n\n"
    "Example: coach loop start large-search",
)

GraderChoice = Literal["auto", "local", "llm"]
Level = Literal["pm", "senior", "principal"]
LoopId = Annotated[str | None, typer.Argument(metavar="[ID]", help="Which loop (else the latest).")]
AsData = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.callback(invoke_without_command=True)
def loop(context: typer.Context, as_data: AsData = False) -> None:
    """Without a command: your loops, and what can be done next."""
    if context.invoked_subcommand is None:
        from coach.cli.loop_view import all_standings, show_home, standing_data

        with _rooms() as rooms:
            if as_data:
                print_json([standing_data(item) for item in all_standings(rooms)])
            else:
                show_home(rooms)


@app.command("list")
def list_(
    preset: Annotated[str | None, typer.Argument(metavar="[LOOP]", help="One loop, in full.")] = None,
    as_data: AsData = False,
) -> None:
    """The loops that there are; one of them with its rounds and interviewers.

    Example: coach loop list large-search
    """
    from coach.cli.loop_view import book_of, preset_of
    from coach.loops.show import render_preset, render_presets

    with _rooms() as rooms:
        book = book_of(rooms)
        chosen = [preset_of(book, preset)] if preset else list(book.presets.values())
        if as_data:
            print_json([item.model_dump(mode="json") for item in chosen])
        else:
            known = rooms.corpus.rubric.by_id()
            _show(render_preset(chosen[0], known, book.words.rules) if preset else render_presets(chosen))


@app.command()
def start(
    preset: Annotated[str, typer.Argument(metavar="LOOP", help="Its id: `coach loop list`.")],
    rounds: Annotated[int | None, typer.Option(min=1, help="How many rounds, where that can vary.")] = None,
    short: Annotated[bool, typer.Option("--short", help="One question in each round.")] = False,
    level: Annotated[Level | None, typer.Option(help="Level of the role (else your profile's).")] = None,
    mode: Annotated[Mode, typer.Option(help="learn: feedback after each answer; mock: at the end.")] = "mock",
    grader: Annotated[GraderChoice, typer.Option(help="Who grades and asks follow-ups.")] = "auto",
    timed: Annotated[bool, typer.Option("--timed", help="End a round when its time box is over.")] = False,
    no_scores: Annotated[bool, typer.Option("--no-scores", help="Hide numbers, keep words.")] = False,
    as_data: Annotated[bool, typer.Option("--json", help="Print each graded question as JSON.")] = False,
) -> int:
    """Begin a loop. You may leave it at any point and go on days later.

    Through a pipe, blocks of standard input are the answers, as in `coach practice`.

    Example: coach loop start large-search --level senior

    Example: coach loop start general --rounds 5 --short --json < answers.txt
    """
    from coach.cli.loop_hold import Begin, hold

    wish = Begin(preset, rounds, short, level, mode, timed, not no_scores)
    return hold(wish, grader=grader, as_data=as_data)


@app.command("continue")
def continue_(
    loop_id: LoopId = None,
    round_: Annotated[str | None, typer.Option("--round", help="A round out of its order.")] = None,
    grader: Annotated[GraderChoice, typer.Option(help="Who grades and asks follow-ups.")] = "auto",
    as_data: Annotated[bool, typer.Option("--json", help="Print each graded question as JSON.")] = False,
) -> int:
    """Go on with a loop where it was left.

    Example: coach loop continue
    """
    from coach.cli.loop_hold import Resume, hold

    return hold(Resume(loop_id, round_), grader=grader, as_data=as_data)


@app.command()
def status(loop_id: LoopId = None, as_data: AsData = False) -> None:
    """Where a loop stands: what is done, what comes next.

    Example: coach loop status --json
    """
    from coach.cli.loop_view import next_words, standing_data, standing_of
    from coach.loops.show import render_standing

    with _rooms() as rooms:
        standing = standing_of(rooms, loop_id)
        if as_data:
            print_json(standing_data(standing))
        else:
            _show(render_standing(standing))
            console.err().print(Text(next_words(standing), style="dim"))


@app.command()
def debrief(
    loop_id: LoopId = None,
    now: Annotated[bool, typer.Option("--now", help="As things stand, with rounds still to come.")] = False,
    grader: Annotated[GraderChoice, typer.Option(help="llm: a model words the cases.")] = "auto",
    no_scores: Annotated[bool, typer.Option("--no-scores", help="Hide numbers, keep words.")] = False,
    full: Annotated[bool, typer.Option("--full", help="Every mark with its reason as well.")] = False,
    markdown: Annotated[Path | None, typer.Option(help="Write it to this file as Markdown.")] = None,
    as_data: AsData = False,
) -> int:
    """The committee's debrief: each case, the devil's advocate, the decision and what would change it.

    Example: coach loop debrief --markdown debrief.md
    """
    from coach.cli.loop_debrief import show_debrief

    return show_debrief(
        loop_id,
        now=now,
        grader=grader,
        scores=not no_scores,
        full=full,
        markdown=markdown,
        as_data=as_data,
    )


@app.command()
def mark(
    loop_id: Annotated[str, typer.Argument(metavar="ID", help="Which loop.")],
    round_: Annotated[str, typer.Argument(metavar="ROUND", help="Which round: `coach loop status`.")],
    given: Annotated[int, typer.Option("--mark", min=1, max=4, help="1 clear no to 4 clear yes.")],
    criterion: Annotated[str | None, typer.Option(help="For this criterion alone.")] = None,
    note: Annotated[str, typer.Option(help="Why, in the interviewer's words.")] = "",
    by: Annotated[str, typer.Option(help="Who gave it.")] = "",
) -> None:
    """Keep the mark of a person who interviewed you; it stands beside the coach's.

    Example: coach loop mark loop-20261121-3f9a technical --mark 2 --note "no rollback" --by Ana
    """
    from coach.cli.loop_view import keep_mark

    with _rooms() as rooms:
        keep_mark(rooms, loop_id, round_, given, criterion, note, by)
    console.err().print(Text("Kept. It stands beside the coach's mark in the debrief.", style="dim"))


@app.command()
def grade(
    loop_id: LoopId = None,
    grader: Annotated[GraderChoice, typer.Option(help="Who grades.")] = "auto",
) -> int:
    """Grade again what could not be graded.

    Example: coach loop grade --grader llm
    """
    from coach.cli.loop_debrief import grade_again

    return grade_again(loop_id, grader)


@contextmanager
def _rooms() -> Iterator[Rooms]:
    rooms = wiring.load()
    try:
        yield rooms
    finally:
        rooms.close()


def _show(part: Any) -> None:
    from coach.cli.practice_screen import Screen

    Screen(console.out(), console.err(), interactive=False).show(part)
