"""`coach history export` and `import`: everything that was practised as a file, and back."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from coach.cli import wiring
from coach.cli.history_choice import find_id
from coach.cli.history_open import open_finder
from coach.cli.json_output import print_json
from coach.errors import DatasetError

if TYPE_CHECKING:
    from coach.cli.wiring import Rooms
    from coach.store.merge import Merged


def export(
    sessions: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]...", help="Sessions by id; else everything.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Else standard output.")
    ] = None,
    format_: Annotated[
        Literal["jsonl", "markdown"], typer.Option("--format", help="JSON Lines can be imported again.")
    ] = "jsonl",
    profile: Annotated[bool, typer.Option("--with-profile", help="Your profile as well.")] = False,
) -> None:
    """Export what was practised: JSON Lines, whole and re-importable, or Markdown transcripts to read.

    Without an id everything goes along: sessions, drills, loops, stories, plans, your own marks.

    Example: coach history export -o history.jsonl

    Example: coach history export 20261121-3f9a1c --format markdown
    """
    rooms = wiring.load()
    chosen = [find_id(rooms.database, name) for name in sessions] if sessions else None
    if format_ == "markdown":
        pieces = _transcripts(rooms, chosen)
    else:
        from coach.store.archive import write_archive

        pieces = write_archive(rooms.database, chosen, profile=profile)
    _write(pieces, output)


def _transcripts(rooms: Rooms, chosen: list[str] | None) -> Iterator[str]:
    from coach.report.grade import Legend
    from coach.report.history_markdown import session_markdown
    from coach.report.history_view import view_drill, view_session
    from coach.store.drills import Drills
    from coach.store.history import History
    from coach.store.listing import list_sessions

    history, drills, corpus = History(rooms.database), Drills(rooms.database), rooms.corpus
    left = open_finder(rooms)
    for line in reversed(list_sessions(rooms.database)):
        if chosen is not None and line.id not in chosen:
            continue
        legend = Legend(corpus.rubric.by_id(), corpus.passages)
        if line.kind.startswith("drill "):
            view = view_drill(drills.get(line.id), legend, corpus.digest)
        else:
            record = history.get(line.id)
            legend = Legend(corpus.rubric.by_id(), corpus.passages, scores=record.setup.scores)
            view = view_session(record, legend, corpus.digest, rooms.retry_noise, left)
        yield session_markdown(view) + "\n"


def _write(pieces: Iterable[str], output: Path | None) -> None:
    if output is None or str(output) == "-":
        for piece in pieces:
            sys.stdout.write(piece)
        return
    from coach.llm.files import write_whole

    write_whole(output, pieces, mode=0o600)
    typer.echo(f"{output} is written; it holds your answers and is readable by you alone.", err=True)


def import_(
    file: Annotated[Path, typer.Argument(help="A file of `coach history export`; - is standard input.")],
    as_data: Annotated[bool, typer.Option("--json", help="Print the counts as JSON.")] = False,
) -> None:
    """Take in an exported history; what is here already is not doubled, and all of it is kept or nothing.

    Example: coach history import history.jsonl
    """
    from coach.llm.files import numbered_lines
    from coach.store.merge import merge_archive

    lines = _standard_input() if str(file) == "-" else numbered_lines(file)
    merged = merge_archive(wiring.load().database, lines, "standard input" if str(file) == "-" else str(file))
    if as_data:
        print_json({name: dict(count) for name, count in vars(merged).items()})
    else:
        typer.echo(_told(merged), err=True)


def _standard_input() -> Iterator[tuple[int, str]]:
    try:
        for number, line in enumerate(sys.stdin.buffer, start=1):
            if line.strip():
                yield number, line.decode()
    except UnicodeDecodeError as error:
        raise DatasetError("Standard input is not UTF-8 text.") from error


def _told(merged: Merged) -> str:
    rows = sum(merged.added.values())
    named = ", ".join(
        f"{count:,} {noun}{'' if count == 1 else 's'}"
        for noun in ("session", "drill", "grade")
        if (count := merged.added[f"{noun}s"])
    )
    parts = [f"Added {rows:,} rows" + (f", among them {named}" if named else "") if rows else "Nothing new"]
    if known := sum(merged.known.values()):
        parts.append(f"{known:,} rows were here already")
    if updated := sum(merged.updated.values()):
        parts.append(f"{updated:,} were brought up to date")
    if kept := sum(merged.kept.values()):
        parts.append(f"{kept:,} differ from what is here, which stays")
    return "; ".join(parts) + "."
