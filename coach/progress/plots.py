"""The page's pictures: SVG that takes its colours from the page, for light, dark and paper alike.

The only place in this room that knows matplotlib.
"""

from __future__ import annotations

import html
import io
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from statistics import fmean
from typing import Any

from coach.progress.overview import Row, SelfRating, recent
from coach.progress.trend import Point, running_mean
from coach.text.dates import local_time
from coach.text.sanitize import for_terminal

# Stand-ins that matplotlib draws with; each becomes a colour of the page.
_INK, _SOFT, _GRID, _ACCENT, _SECOND = "#010101", "#020202", "#030303", "#040404", "#050505"
_BETTER, _WORSE = "#060606", "#070707"
_COLOURS = {
    _INK: "var(--ink)",
    _SOFT: "var(--soft)",
    _GRID: "var(--grid)",
    _ACCENT: "var(--accent)",
    _SECOND: "var(--second)",
    _BETTER: "var(--l4)",
    _WORSE: "var(--l1)",
}
_WIDTH = 3.6  # inches; drawn small, so that words stay readable on a phone
_MOST = 40  # places along a line; more marks are averaged
_LONG = timedelta(days=200)
_Margins = tuple[float, float, float, float]  # left, bottom, right, top
_LINE: _Margins = (0.2, 0.24, 0.14, 0.06)
_BAND = 1.96  # deviations on either side: 95%
_IDS = re.compile(r'<g id="[^"]*"')
_SIZE = re.compile(r' (?:width|height)="[\d.]+pt"')


def draw_line(row: Row, top: int, about: str, *, height: float = 2.1) -> str:
    """Marks over time with a running mean and the grader's noise as a band around it."""
    with _axes(height, about, _LINE) as (axes, drawn):
        shown = _thinned(row.points)
        times = [local_time(at) for at, _, _ in shown]
        means = [mean for _, mean, _ in shown]
        low = [max(1.0, mean - _BAND * deviation) for _, mean, deviation in shown]
        high = [min(float(top), mean + _BAND * deviation) for _, mean, deviation in shown]
        axes.fill_between(times, low, high, color=_ACCENT, alpha=0.18, linewidth=0)
        if len(row.points) <= 4 * _MOST:
            axes.plot(
                [local_time(point.at) for point in row.points],
                [point.value for point in row.points],
                "o",
                color=_SOFT,
                markersize=3.2,
                alpha=0.6,
                markeredgewidth=0,
            )
        axes.plot(times, means, color=_ACCENT, linewidth=1.6, marker="o" if len(times) == 1 else None)
        _scale(axes, top)
        _days(axes, times)
    return drawn[0]


def draw_moves(rows: Sequence[Row], top: int, about: str) -> str:
    """Where each line began and where it is now; the bar is what chance alone could have moved it by."""
    shown = [row for row in rows if row.trend.now is not None] or list(rows)
    shown = sorted(shown, key=recent, reverse=True)
    left = 0.12 + 0.071 * max((len(_label(row.title)) for row in shown), default=0)
    with _axes(0.4 + 0.26 * len(shown), about, (left, 0.25, 0.08, 0.05)) as (axes, drawn):
        for at, row in enumerate(shown):
            trend = row.trend
            if trend.before is None or trend.now is None or trend.beyond is None:
                axes.plot(trend.mean, at, "o", color=_SOFT, markersize=4)
                continue
            low, high = max(1.0, trend.before - trend.beyond), min(float(top), trend.before + trend.beyond)
            axes.plot([low, high], [at, at], color=_SOFT, alpha=0.28, linewidth=7, solid_capstyle="butt")
            axes.plot(trend.before, at, "o", color=_SOFT, markersize=4.5, fillstyle="none")
            colour = {"better": _BETTER, "worse": _WORSE}.get(trend.verdict, _ACCENT)
            axes.plot(trend.now, at, "o", color=colour, markersize=5.5)
        axes.set_yticks(range(len(shown)), [_label(row.title) for row in shown], parse_math=False)
        axes.set_ylim(-0.6, len(shown) - 0.4)
        axes.set_xlim(0.85, top + 0.15)
        axes.set_xticks(range(1, top + 1))
        axes.grid(axis="x")
        axes.tick_params(axis="y", length=0)
    return drawn[0]


def draw_own(rated: SelfRating, top: int, about: str) -> str:
    """Own marks and the grader's for the same answers over time, each as a running mean."""
    with _axes(2.4, about, (0.2, 0.24, 0.14, 0.26)) as (axes, drawn):
        for place, colour, name in ((1, _SECOND, "your own"), (2, _ACCENT, "the grader's")):
            points = [Point(str(pair[0]), float(pair[place]), 0.0) for pair in rated.pairs]
            shown = _thinned(points)
            times = [local_time(at) for at, _, _ in shown]
            marker = "o" if len(shown) == 1 else None
            axes.plot(times, [m for _, m, _ in shown], color=colour, linewidth=1.6, label=name, marker=marker)
        axes.legend(loc="lower left", ncols=2, frameon=False, bbox_to_anchor=(0, 1), borderpad=0)
        _scale(axes, top)
        _days(axes, times)
    return drawn[0]


def _thinned(points: Sequence[Point]) -> list[tuple[str, float, float]]:
    """(moment, mean, deviation of the mean) at no more than `_MOST` places."""
    if len(points) <= _MOST:
        means = running_mean(points)
        return [(p.at, mean, deviation) for p, (mean, deviation) in zip(points, means, strict=True)]
    places: list[tuple[str, float, float]] = []
    for place in range(_MOST):
        part = points[place * len(points) // _MOST : (place + 1) * len(points) // _MOST]
        mean = fmean(point.value for point in part)
        deviation = sum(point.spread**2 for point in part) ** 0.5 / len(part)
        places.append((part[len(part) // 2].at, mean, deviation))
    return places


@contextmanager
def _axes(height: float, about: str, margins: _Margins) -> Iterator[tuple[Any, list[str]]]:
    """Axes to draw on, `margins` in inches around them; the picture is in the list afterwards."""
    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    style: Any = {
        "svg.hashsalt": about,
        "svg.fonttype": "none",
        "font.family": "sans-serif",
        "font.size": 9,
        "text.color": _INK,
        "axes.labelcolor": _INK,
        "axes.edgecolor": _GRID,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.facecolor": "none",
        "figure.facecolor": "none",
        "xtick.color": _SOFT,
        "ytick.color": _SOFT,
        "ytick.labelcolor": _INK,
        "grid.color": _GRID,
    }
    drawn: list[str] = []
    with matplotlib.rc_context(style), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a script that the font lacks is left to the browser's fonts
        figure = Figure(figsize=(_WIDTH, height))
        FigureCanvasSVG(figure)
        # Fixed margins: finding them by drawing twice takes longer than everything else.
        left, bottom, right, over = margins
        axes = figure.add_axes(
            (left / _WIDTH, bottom / height, 1 - (left + right) / _WIDTH, 1 - (bottom + over) / height)
        )
        axes.set_axisbelow(True)
        yield axes, drawn
        target = io.StringIO()
        figure.savefig(target, format="svg", metadata={"Date": None, "Creator": None})
    drawn.append(_themed(target.getvalue(), about))


def _themed(svg: str, about: str) -> str:
    """The picture without a size of its own, in the page's colours, named for those who cannot see it."""
    svg = svg[svg.index("<svg") :]
    for stand_in, colour in _COLOURS.items():
        svg = svg.replace(stand_in, colour)
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = _SIZE.sub("", svg, count=2)
    svg = re.sub(r">\s+<", "><", _IDS.sub("<g", svg))
    label = html.escape(for_terminal(about), quote=True)
    return svg.replace("<svg ", f'<svg role="img" aria-label="{label}" ', 1)


def _scale(axes: Any, top: int) -> None:
    axes.set_ylim(0.8, top + 0.2)
    axes.set_yticks(range(1, top + 1))
    axes.grid(axis="y")


def _days(axes: Any, times: Sequence[datetime]) -> None:
    """Few and short dates, so that they do not run into each other."""
    import matplotlib.dates

    dates: Any = matplotlib.dates
    zone = times[0].tzinfo
    pattern = "%b %Y" if max(times) - min(times) > _LONG else "%d %b"
    if max(times) == min(times):
        axes.set_xticks([times[0]])
    else:
        axes.xaxis.set_major_locator(dates.AutoDateLocator(minticks=2, maxticks=4, tz=zone))
    axes.xaxis.set_major_formatter(dates.DateFormatter(pattern, tz=zone))


def _label(text: str) -> str:
    text = " ".join(for_terminal(text).split())
    return text if len(text) <= 26 else text[:25] + "…"
