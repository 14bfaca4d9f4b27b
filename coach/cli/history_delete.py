"""`coach history delete`: takes sessions out of the files for good, after asking."""

from __future__ import annotations

from typing import Annotated

import typer

from coach.cli import console, wiring
from coach.cli.history_choice import find_id, moment
from coach.errors import UsageError
from coach.store.database import Database
from coach.store.listing import Line, list_sessions

_NAMED = 5


def delete(
    sessions: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]...", help="Sessions or drills by id.")
    ] = None,
    before: Annotated[
        str | None, typer.Option(metavar="DAY", help="All that were last worked on before this day.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every session and drill.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    compact: Annotated[
        bool, typer.Option("--compact", help="Only finish an earlier deletion that a program held up.")
    ] = False,
) -> None:
    """Delete sessions for good: their text is gone from the database, its journal and its backups.

    The profile, stories and the plan stay. Files that you exported are yours to delete.

    Example: coach history delete 20261121-3f9a1c

    Example: coach history delete --before 2026-01-01 --yes
    """
    from coach.store import removal

    database = wiring.load().database
    if compact:
        removal.compact(database)
        return
    doomed = _chosen(database, sessions or [], before, everything=everything)
    if not doomed:
        typer.echo("There is nothing to delete.", err=True)
        return
    if not yes and not _agreed(doomed):
        typer.echo("Nothing was deleted.", err=True)
        return
    count = removal.delete_sessions(database, [line.id for line in doomed])
    typer.echo(f"Deleted {count:,} {_noun(count)} for good.", err=True)


def _chosen(database: Database, given: list[str], before: str | None, *, everything: bool) -> list[Line]:
    if sum((bool(given), before is not None, everything)) != 1:
        raise UsageError("Name sessions by their ids, or give --before DAY, or --all.")
    lines = list_sessions(database)
    if before is not None:
        day = moment(before) or ""
        return [line for line in lines if line.updated_at < day]
    if everything:
        return lines
    ids = {find_id(database, name) for name in given}
    return [line for line in lines if line.id in ids]


def _agreed(doomed: list[Line]) -> bool:
    if not console.at_terminal():
        raise UsageError("Deleting asks first, and nobody can answer here. Add --yes.")
    from coach.report.history import render_list

    console.err().print(render_list(doomed[:_NAMED]))
    if len(doomed) > _NAMED:
        typer.echo(f"and {len(doomed) - _NAMED:,} more", err=True)
    return typer.confirm(f"Delete {len(doomed):,} {_noun(len(doomed))} for good?", err=True)


def _noun(count: int) -> str:
    return "session" if count == 1 else "sessions"
