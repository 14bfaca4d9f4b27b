"""`coach history`: what was practised, listed, shown and searched; the modules beside it carry and delete."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from coach.cli import console, history_delete, history_files, wiring
from coach.cli.history_choice import Kind, RoundName, Since, find_id, moment, round_of
from coach.cli.history_open import open_finder
from coach.cli.json_output import print_json
from coach.errors import UsageError
from coach.store.listing import Line, Wanted, list_sessions, search_history

if TYPE_CHECKING:
    from coach.cli.wiring import Rooms
    from coach.report.grade import Legend
    from coach.report.history_parts import SessionView
    from coach.schema.pressing import LeftOpen
    from coach.store.drills import DrillRecord
    from coach.store.records import AttemptRecord, SessionRecord

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="What you practised: every session with its answers and grades.\n\nExample: coach history list",
)
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
SHOWN = 20


@app.command("list")
def list_(
    round_: RoundName = None,
    question: Annotated[str | None, typer.Option(help="Sessions that asked this question.")] = None,
    kind: Kind = None,
    since: Since = None,
    limit: Annotated[int, typer.Option(min=0, help="How many at most; 0 means all.")] = SHOWN,
    as_data: Json = False,
) -> None:
    """List sessions, the latest first.

    Example: coach history list --round debugging --since 30d

    Example: coach history list --limit 0 --json
    """
    wanted = Wanted(
        kind=kind,
        round=round_of(round_),
        question=question,
        since=moment(since),
        limit=limit + 1 if limit else -1,
    )
    lines = list_sessions(wiring.load().database, wanted)
    more, lines = len(lines) > limit > 0, lines[:limit] if limit else lines
    if as_data:
        print_json([vars(line) for line in lines])
    elif not lines:
        typer.echo("Nothing yet. `coach practice` begins." if _any(wanted) else "No session fits.", err=True)
    else:
        _print_list(lines)
    if more:
        typer.echo(f"Only the latest {limit} are listed; --limit 0 lists all.", err=True)


def _any(wanted: Wanted) -> bool:
    return (wanted.kind, wanted.round, wanted.question, wanted.since) == (None, None, None, None)


def _print_list(lines: list[Line]) -> None:
    from coach.report.history import render_list
    from coach.text.sanitize import for_terminal

    if console.out().is_terminal:
        console.out().print(render_list(lines))
        return
    for line in lines:
        marks = " ".join("-" if mark is None else str(mark) for mark in line.marks)
        cells = (line.id, line.updated_at, line.kind, ",".join(line.questions), marks or "-")
        typer.echo("\t".join(" ".join(for_terminal(cell).split()) for cell in cells))


@app.command()
def show(
    session: Annotated[
        str | None, typer.Argument(metavar="ID", help="A session's id or its beginning; else the latest.")
    ] = None,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a report to keep or share.")
    ] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print it as Markdown.")] = False,
    as_data: Json = False,
) -> None:
    """Show a session: what was asked and said, the grade, what a retry moved.

    The HTML page holds this session and nothing else of yours; it needs no other file.

    Example: coach history show 20261121-3f9a1c

    Example: coach history show --html report.html
    """
    if sum((html is not None, markdown, as_data)) > 1:
        raise UsageError("Choose one of --html, --markdown and --json.")
    rooms = wiring.load()
    record = _record(rooms, find_id(rooms.database, session))
    if as_data:
        print_json(record.model_dump(mode="json"))
    elif html is not None:
        _write_page(html, _view(rooms, record))
    elif markdown:
        from coach.report.history_markdown import session_markdown

        _write_out(session_markdown(_view(rooms, record)))
    else:
        _print_session(rooms, record)


def _record(rooms: Rooms, session: str) -> SessionRecord | DrillRecord:
    from coach.store.drills import Drills
    from coach.store.history import History

    drills = list_sessions(rooms.database, Wanted(kind="drill"))
    if any(line.id == session and line.kind.startswith("drill ") for line in drills):
        return Drills(rooms.database).get(session)
    return History(rooms.database).get(session)


def _view(rooms: Rooms, record: Any) -> SessionView:
    from coach.report.history_view import view_drill, view_session
    from coach.store.records import SessionRecord

    legend, guides = _legend(rooms, record), rooms.corpus.digest
    if isinstance(record, SessionRecord):
        return view_session(record, legend, guides, rooms.retry_noise, open_finder(rooms))
    return view_drill(record, legend, guides)


def _legend(rooms: Rooms, record: Any) -> Legend:
    from coach.report.grade import Legend
    from coach.store.records import SessionRecord

    scores = record.setup.scores if isinstance(record, SessionRecord) else True
    return Legend(rooms.corpus.rubric.by_id(), rooms.corpus.passages, scores=scores)


def _print_session(rooms: Rooms, record: Any) -> None:
    from coach.report.history import render_drill, render_session
    from coach.store.records import SessionRecord

    legend = _legend(rooms, record)
    if isinstance(record, SessionRecord):
        left = open_finder(rooms)
        part = render_session(
            record, legend, rooms.retry_noise, lambda a: (*_left_open(left(a)), *_exercise(a))
        )
    else:
        part = render_drill(record, legend)
    console.out().print(part)


def _left_open(items: Sequence[LeftOpen]) -> Sequence[Any]:
    from rich.text import Text

    from coach.report.pressed import render_left_open

    return (Text(), *render_left_open(items)) if items else ()


def _exercise(attempt: AttemptRecord) -> Sequence[Any]:
    """What an exercise saw, as it was shown after the grade."""
    if attempt.report is None:
        return ()
    from rich.text import Text

    from coach.cli.drill_exercises_show import render_kept

    return (Text(), render_kept(attempt.report))


def _write_page(path: Path, view: SessionView) -> None:
    from coach.llm.files import write_whole
    from coach.report.pages import session_page

    write_whole(path, [session_page(view)], mode=0o600)
    typer.echo(f"{path} holds the report; it is readable by you alone until you share it.", err=True)


def _write_out(text: str) -> None:
    sys.stdout.write(text)


@app.command()
def search(
    words: Annotated[list[str], typer.Argument(metavar="WORD...", help="All of them must occur.")],
    limit: Annotated[int, typer.Option(min=1, help="How many texts at most.")] = SHOWN,
    as_data: Json = False,
) -> None:
    """Find what you were asked or said: every text that holds all the words, the latest first.

    Example: coach history search precision threshold
    """
    asked = " ".join(words)
    if not asked.split():
        raise UsageError("Say what to look for: coach history search threshold")
    found = search_history(wiring.load().database, asked, limit=limit)
    if as_data:
        print_json([vars(item) for item in found])
    elif not found:
        typer.echo("Nothing that you practised holds these words.", err=True)
    else:
        from coach.report.history import render_found

        console.out().print(render_found(found, asked))


app.command("export")(history_files.export)
app.command("import")(history_files.import_)
app.command("delete")(history_delete.delete)
