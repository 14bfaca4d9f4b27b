"""Progress as one HTML page that needs no other file: plots, tables, what to make of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from coach.progress.overview import Overview, Row, Series
from coach.progress.plots import draw_line, draw_moves, draw_own
from coach.progress.screen import change_words, own_words, retry_words, series_name
from coach.text.dates import day_words
from coach.text.pages import page_environment

_DRAWN = 3  # series shown with plots; only the latest has one for every line
_LISTED = 30  # series listed at most


def progress_page(overview: Overview, top: int, made: str) -> str:
    """The page as text. `made` says when, in words."""

    def pictures(series: Series, *, lines: bool) -> dict[str, Any]:
        name = series_name(series)
        return {
            "name": name,
            "series": series,
            "overall": draw_line(series.overall, top, f"All marks over time, {name}", height=2.4)
            if series.overall.points
            else None,
            "rounds": draw_moves(series.rounds, top, f"Rounds, {name}") if series.rounds else None,
            "criteria": draw_moves(series.criteria, top, f"Criteria, {name}") if series.criteria else None,
            "own": draw_own(series.own, top, f"Own marks beside the grader's, {name}")
            if series.own
            else None,
            "lines": [
                (row, draw_line(row, top, f"{row.title} over time, {name}", height=1.35))
                for row in (*series.rounds, *series.criteria)
                if lines and len(row.points) > 1
            ],
        }

    template = page_environment(Path(__file__).with_name("templates")).get_template("progress.html.j2")
    return template.render(
        overview=overview,
        drawn=[pictures(series, lines=number == 0) for number, series in enumerate(overview.series[:_DRAWN])],
        others=overview.series[_DRAWN:][:_LISTED],
        top=top,
        made=made,
        day=day_words,
        name_of=series_name,
        own_words=own_words,
        retry_words=retry_words,
        change_words=change_words,
        number=_number,
        now=_now,
    )


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"


def _now(row: Row) -> str:
    if not row.points:
        return ""
    return _number(row.trend.now if row.trend.now is not None else row.trend.mean)
