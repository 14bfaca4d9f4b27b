"""The options by which sessions are chosen, and what their values mean. Reads ids, changes nothing."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from coach.errors import UsageError
from coach.schema.question import ROUNDS
from coach.store.database import Database
from coach.store.listing import list_sessions

RoundName = Annotated[str | None, typer.Option("--round", help="A round, such as debugging.")]
Kind = Annotated[str | None, typer.Option(help="practice, loop or drill.")]
Since = Annotated[str | None, typer.Option(metavar="DAY", help="A day, such as 2026-11-01, or 7d, 4w.")]
_AGO = re.compile(r"(\d{1,4})([dw])")


def round_of(name: str | None) -> str | None:
    """The round, or UsageError that lists them."""
    if name is not None and name not in ROUNDS:
        raise UsageError(f"There is no round {name!r}. Rounds: {', '.join(ROUNDS)}.")
    return name


def moment(text: str | None, *, now: datetime | None = None) -> str | None:
    """The beginning of a day of this machine, as it is stored: ISO 8601 in UTC."""
    if text is None:
        return None
    today = (now or datetime.now(UTC)).astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
    ago = _AGO.fullmatch(text.strip())
    try:
        if ago:
            day = today - timedelta(days=int(ago[1]) * (7 if ago[2] == "w" else 1))
        else:
            day = datetime.strptime(text.strip(), "%Y-%m-%d").astimezone()
    except ValueError as error:
        raise UsageError(f"{text!r} is no day. Give one such as 2026-11-01, or 7d, or 4w.") from error
    return day.astimezone(UTC).isoformat(timespec="milliseconds")


def find_id(database: Database, given: str | None) -> str:
    """The one session whose id is, or begins with, what was given; the latest where nothing was."""
    ids = [line.id for line in list_sessions(database)]
    if not ids:
        raise UsageError("Nothing was practised yet. `coach practice` begins.")
    if given is None:
        return ids[0]
    found = [name for name in ids if name == given] or [name for name in ids if name.startswith(given)]
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(f"{len(found)} sessions begin with {given}, such as {found[0]} and {found[1]}.")
    raise UsageError(f"There is no session {given!r}. `coach history list --limit 0` lists them all.")
