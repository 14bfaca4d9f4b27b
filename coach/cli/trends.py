"""`coach progress`: how marks move beyond the grader's noise, and what is never practised."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from coach.cli import console, wiring
from coach.errors import UsageError
from coach.progress.overview import Overview, Row, Series, make_overview
from coach.schema.question import ROUNDS
from coach.store.marks import read_marks

if TYPE_CHECKING:
    from coach.cli.wiring import Rooms

app = typer.Typer(add_completion=False)


@app.command()
def progress(
    series: Annotated[
        int, typer.Option(min=0, help="Which series, counted from the latest; 0 shows all of them.")
    ] = 1,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write one page with plots, to keep or print.")
    ] = None,
    as_data: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> None:
    """Show how your marks move, by round and criterion, and what you never practise.

    Marks of different graders, prompts, rubrics, guides or levels are never mixed: each makes a series
    of its own. "Better" and "worse" are said only beyond the grader's noise.

    Example: coach progress

    Example: coach progress --html progress.html
    """
    rooms = wiring.load()
    overview = overview_of(rooms)
    if as_data:
        typer.echo(json.dumps(as_json(overview), ensure_ascii=False))
        return
    if not overview.series:
        typer.echo("No answer is graded yet. `coach practice` begins.", err=True)
        return
    if html is not None:
        _write_page(html, overview, rooms.corpus.rubric.top)
        return
    if series > len(overview.series):
        raise UsageError(f"There are {len(overview.series)} series; --series 1 is the latest.")
    _print(overview, overview.series[series - 1 : series] if series else overview.series, rooms)


def overview_of(rooms: Rooms) -> Overview:
    """Everything that the marks of this data folder say."""

    return make_overview(
        read_marks(rooms.database),
        rooms.noise_of,
        rounds={name: _round_title(name) for name in ROUNDS},
        criteria={item.id: item.title for item in rooms.corpus.rubric.criteria},
    )


def _round_title(name: str) -> str:
    words = name.replace("_", " ")
    return (
        words.replace("ml ", "ML ")
        if words.startswith("ml ")
        else words[0].upper() + words[1:].replace(" ai", " AI")
    )


def _print(overview: Overview, shown: tuple[Series, ...], rooms: Rooms) -> None:
    from coach.progress.screen import render_overview

    out = console.out()
    fancy = out.is_terminal and not out.is_dumb_terminal and out.encoding.startswith("utf")
    out.print(render_overview(overview, shown, rooms.corpus.rubric.top, fancy=fancy))


def _write_page(path: Path, overview: Overview, top: int) -> None:
    from coach.llm.files import write_whole
    from coach.progress.pages import progress_page
    from coach.text.dates import day_words

    made = f"Made on {day_words(datetime.now(UTC).isoformat())} by coach progress."
    write_whole(path, [progress_page(overview, top, made)], mode=0o600)
    typer.echo(f"{path} holds the page; it is readable by you alone until you share it.", err=True)


def as_json(overview: Overview) -> dict[str, Any]:
    """The overview as JSON values; points are [moment, mark, deviation]."""
    return {
        "answers": overview.answers,
        "again": overview.again,
        "series": [_series(series) for series in overview.series],
        "rounds": [asdict(row) for row in overview.rounds],
        "criteria": [asdict(row) for row in overview.criteria],
    }


def _series(series: Series) -> dict[str, Any]:
    return {
        "maker": asdict(series.maker),
        "changed": series.changed,
        "first_at": series.first_at,
        "last_at": series.last_at,
        "noise": asdict(series.noise),
        "overall": _row(series.overall),
        "rounds": [_row(row) for row in series.rounds],
        "criteria": [_row(row) for row in series.criteria],
        "self_rating": asdict(series.own) if series.own else None,
        "retries": asdict(series.retries),
    }


def _row(row: Row) -> dict[str, Any]:
    points = [[point.at, point.value, round(point.spread, 3)] for point in row.points]
    return {"name": row.name, "title": row.title, **asdict(row.trend), "points": points}
