"""`coach drill incident`: find the cause of a production problem by asking for one check after another."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from coach.cli import wiring
from coach.cli.drill_kind import Case, Kind
from coach.cli.json_output import print_json
from coach.cli.practice_screen import Screen, open_screen
from coach.errors import UsageError
from coach.guides.incidents import incident_names, load_incident, load_incidents, load_moves
from coach.resources import corpus_dir
from coach.store.drills import Drills

if TYPE_CHECKING:
    from coach.cli.drill_incident_host import Host
    from coach.cli.wiring import Rooms
    from coach.drills.incident_intent import Reader
    from coach.guides.incidents import Incident, Moves
    from coach.llm.port import ChatModel

KIND = "incident"
GraderChoice = Literal["auto", "local", "llm"]


def incident(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="`coach drill list incident` names them.")
    ] = None,
    continue_: Annotated[bool, typer.Option("--continue", help="Go on where you left off.")] = False,
    session: Annotated[str | None, typer.Option(help="Go on with the run of this id.")] = None,
    grader: Annotated[
        GraderChoice,
        typer.Option(help="Who reads your words: rules on this machine, or a model. The mark is by rule."),
    ] = "auto",
    no_scores: Annotated[bool, typer.Option("--no-scores", help="Hide numbers for marks.")] = False,
    as_data: Annotated[bool, typer.Option("--json", help="Print the run as JSON at its end.")] = False,
) -> None:
    """Find the cause of a production problem: ask for checks, limit the harm, prove the cause, mend it.

    You ask in plain words, and get what that check would show and its cost.

    At the end your path is marked beside the shortest good one.

    Through a pipe, blocks separated by lines with only --- are moves.

    Example: coach drill incident complaints-overnight
    """
    if name and (continue_ or session):
        raise UsageError("Give a name for a new run, or --continue or --session for an earlier one.")
    with closing(wiring.load()) as rooms, asyncio.Runner() as runner:
        try:
            screen = open_screen(as_data=as_data)
            host = open_run(rooms, runner, screen, name, "" if continue_ else session, grader)
            host.scores = not no_scores
            _lead(host)
            if as_data:
                print_json(host.as_json())
        finally:
            runner.run(rooms.hang_up())


def cases(rooms: Rooms) -> Sequence[Case]:
    """The incidents, by title; the cause is in none of them."""
    folder = corpus_dir()
    return [Case(item.id, item.title) for item in load_incidents(folder, load_moves(folder))]


KINDS = (Kind(KIND, "find the cause of a production problem, check by check", incident, cases),)


def open_run(
    rooms: Rooms,
    runner: asyncio.Runner,
    screen: Screen,
    name: str | None,
    resume: str | None,
    grader: GraderChoice,
) -> Host:
    """The run that the command line asks for: a new one, or (`resume`, "" for the latest) an earlier one."""
    from coach.cli.drill_incident_host import Host
    from coach.drills.incident_run import Run

    folder, drills = corpus_dir(), Drills(rooms.database)
    moves = load_moves(folder)
    earlier = _earlier(drills, resume) if resume is not None else None
    chosen = load_incident(folder, earlier[1] if earlier else _choose(drills, name), moves)
    chat = _model(rooms, runner, screen, grader)
    reader = _reader(rooms, chosen, moves, chat, screen)
    if earlier:
        run = Run(drills, earlier[0], chosen, moves, reader)
    else:
        run = Run.begin(drills, chosen, moves, reader, "llm" if chat else "local")
    return Host(rooms, runner, run, drills, screen)


def _earlier(drills: Drills, session: str) -> tuple[str, str]:
    """Id and incident of the run to go on with: the one named, else the latest that is open."""
    found = session or drills.latest(KIND)
    if found is None:
        raise UsageError("There is no incident to continue. `coach drill incident` begins one.")
    record = drills.get(found)
    if record.kind != KIND:
        raise UsageError(f"{found} is a drill of kind {record.kind}.")
    if record.status != "open":
        raise UsageError(f"{found} is closed. `coach drill incident {record.name}` begins it anew.")
    return found, record.name


def _choose(drills: Drills, name: str | None) -> str:
    """The incident named, else the first that was not done, else the one done longest ago."""
    names = incident_names(corpus_dir())
    if name is None:
        done = {run.name: n for n, run in enumerate(drills.ended(KIND))}
        return min(names, key=lambda item: (done.get(item, -1), item))
    if name not in names:
        from difflib import get_close_matches

        close = get_close_matches(name, names, n=3)
        hint = (
            f" Did you mean {' or '.join(close)}?"
            if close
            else " `coach drill list incident` names them all."
        )
        raise UsageError(f"There is no incident {name!r}.{hint}")
    return name


def _model(rooms: Rooms, runner: asyncio.Runner, screen: Screen, grader: GraderChoice) -> ChatModel | None:
    from coach.cli.practice_setup import choose_model

    return choose_model(rooms, grader, screen, runner)


def _reader(rooms: Rooms, chosen: Incident, moves: Moves, chat: ChatModel | None, screen: Screen) -> Reader:
    from coach.drills.incident_intent import RuleReader
    from coach.drills.incident_match import Matcher

    rules = RuleReader(
        Matcher(chosen, moves, rooms.nearness), {item.id: item.says for item in chosen.hypotheses}
    )
    if chat is None:
        return rules
    from coach.drills.incident_model import ModelReader

    return ModelReader(chat, rooms.prompts, chosen, moves, rules, say=screen.tell)


def _lead(host: Host) -> None:
    who = host.run.record.setup.get("grader")
    reads = "a model reads your words" if who == "llm" else "your words are read by rule, on this machine"
    host.screen.tell(f"Run {host.run.id}: {reads}. Ask for one check at a time, in plain words; /help.")
    host.begin()
    if host.screen.interactive:
        at_terminal(host)
    else:
        _piped(host)


def _piped(host: Host) -> None:
    from coach.cli.practice_pipe import input_lines, read_blocks

    for text, _ in read_blocks(input_lines()):
        host.echo(text)
        if host.take(text):
            break
    if not host.run.ended:
        host.screen.tell("The incident stays open. Go on with: coach drill incident --continue")


def at_terminal(host: Host) -> None:
    """Play until the run ends or the person leaves. Raises KeyboardInterrupt for Ctrl-C; all is saved."""
    from coach.cli.drill_incident_host import COMMANDS
    from coach.cli.practice_lines import open_editor

    given = [said.text for said in reversed(host.run.said)]
    editor = open_editor(
        {name: command.summary for name, command in COMMANDS.items()},
        given,
        sys.stderr if host.screen.shown.stderr else sys.stdout,
        one_line=True,
    )
    try:
        while not host.run.ended:
            text, _ = host.runner.run(editor.read(host.run.record.draft, host.save_draft))
            if host.take(text):
                break
    except EOFError:
        pass
    except KeyboardInterrupt:
        host.screen.tell(f"Go on later with: coach drill incident --session {host.run.id}")
        raise
    if not host.run.ended:
        host.screen.tell("Saved. coach drill incident --continue comes back to it.")
