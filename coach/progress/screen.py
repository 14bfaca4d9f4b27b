"""Progress for the terminal: sparklines and small tables within 80 columns. Prints nothing itself."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from coach.progress.overview import Overview, Retries, Row, SelfRating, Series
from coach.progress.trend import Point
from coach.text.dates import day_words
from coach.text.sanitize import for_terminal

_BARS = "▁▂▃▄▅▆▇█"
_CELLS = 14
_TITLE = 24
_SIGNS = {
    "better": ("▲ better", "+ better", "green"),
    "worse": ("▼ worse", "- worse", "red"),
    "within noise": ("~ within noise", "~ within noise", "dim"),
    "too few": ("· too few yet", ". too few yet", "dim"),
}


def render_overview(overview: Overview, shown: Sequence[Series], top: int, *, fancy: bool) -> RenderableType:
    """The series `shown` whole, the others in a line each. Not `fancy` is plain ASCII."""
    parts: list[RenderableType] = [_head(overview)]
    for series in shown:
        parts += [Text(), *_series(series, top, fancy=fancy)]
    others = [
        (number, series) for number, series in enumerate(overview.series, start=1) if series not in shown
    ]
    if others:
        parts += [Text(), _bold("Other series, made in another way and so in no line with the one above")]
        parts += [_other(number, series) for number, series in others]
    never = _never(overview)
    if never:
        parts += [Text(), _bold("Never practised"), *never]
    return Group(*parts)


def _head(overview: Overview) -> Text:
    count = len(overview.series)
    words = "1 graded answer" if overview.answers == 1 else f"{overview.answers:,} graded answers"
    if overview.again:
        words += f", {overview.again:,} of them {'a retry' if overview.again == 1 else 'retries'}"
    if count > 1:
        words += f", in {count} series"
    return Text(f"{words}. Only marks made in the same way stand in one line.")


def series_name(series: Series) -> str:
    """What a series is, in a line."""
    maker = series.maker
    who = "local grader" if maker.grader == "local" else "model"
    return for_terminal(f"{maker.kind}, level {maker.level}, {who} {maker.model}").replace("\n", " ")


def change_words(series: Series) -> str:
    """Why a series is not the going on of the one before, in a sentence; "" where it is the first."""
    return f"Graded {series.changed}: not in one line with the earlier marks." if series.changed else ""


def _series(series: Series, top: int, *, fancy: bool) -> list[RenderableType]:
    maker = series.maker
    parts: list[RenderableType] = [
        _bold(series_name(series)),
        Text(_days(series), style="dim"),
    ]
    if series.changed:
        parts.append(_safe(change_words(series), "yellow"))
    parts += [_dim(series.noise.words(maker.model, maker.prompt)), Text()]
    parts.append(_table(series, top, fancy=fancy))
    trend = series.overall.trend
    if any(row.trend.now is not None for row in (series.overall, *series.rounds, *series.criteria)):
        parts.append(
            _dim(
                f"first, now: mean of the first and the last marks, up to {max(trend.window, 1)} each;"
                " within: how far they may lie apart by chance (95%, all lines of a table together)."
            )
        )
    parts += _beside(series)
    return parts


def _table(series: Series, top: int, *, fancy: bool) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("", no_wrap=True, width=_TITLE)
    table.add_column("n", justify="right", no_wrap=True)
    table.add_column("marks over time", no_wrap=True, width=_CELLS + 1)
    table.add_column("first", justify="right", no_wrap=True)
    table.add_column("now", justify="right", no_wrap=True)
    table.add_column("within", justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    groups = (
        ("", (series.overall,)),
        ("By round", series.rounds),
        ("By criterion", series.criteria),
    )
    for title, rows in groups:
        if title and rows:
            table.add_row(Text(title, style="dim"))
        for row in rows:
            table.add_row(*_cells(row, top, fancy=fancy))
    return table


def _cells(row: Row, top: int, *, fancy: bool) -> list[Text]:
    trend = row.trend
    rich_sign, plain_sign, style = _SIGNS[trend.verdict]
    now = trend.now if trend.now is not None else trend.mean
    return [
        _short(row.title),
        Text(f"{trend.number:,}"),
        Text(sparkline(row.points, top, fancy=fancy)),
        Text("" if trend.before is None else f"{trend.before:.1f}"),
        Text(f"{now:.1f}" if trend.number else ""),
        Text("" if trend.beyond is None else f"{trend.beyond:.1f}"),
        Text((rich_sign if fancy else plain_sign) if trend.number else "", style=style),
    ]


def sparkline(points: Sequence[Point], top: int, *, fancy: bool) -> str:
    """Means of up to 14 stretches of the marks, oldest first: bars, or the rounded marks themselves."""
    cells = min(len(points), _CELLS)
    means = []
    for cell in range(cells):
        part = points[cell * len(points) // cells : (cell + 1) * len(points) // cells]
        means.append(sum(point.value for point in part) / len(part))
    if not fancy:
        return "".join(str(int(mean + 0.5)) for mean in means)
    steps = len(_BARS) - 1
    return "".join(_BARS[max(0, min(steps, round((mean - 1) / (top - 1) * steps)))] for mean in means)


def _beside(series: Series) -> list[RenderableType]:
    """The self-rating and the retries."""
    parts: list[RenderableType] = []
    if series.own:
        parts += [Text(), _bold("Your own marks, given before the grade"), _safe(own_words(series.own))]
    if retry_words(series.retries):
        parts += [Text(), _safe(retry_words(series.retries))]
    return parts


def retry_words(moved: Retries) -> str:
    """Where the retries are and what became of them, in a sentence or two; "" where there are none."""
    words = []
    if moved.number == 1:
        became = (
            "a higher mark than"
            if moved.higher
            else "the same mark as"
            if moved.equal
            else "a lower mark than"
        )
        words.append(f"1 retry got {became} the answer before it")
    elif moved.number:
        words.append(
            f"{moved.number:,} retries: {moved.higher:,} got a higher mark than the answer before,"
            f" {moved.equal:,} the same, {moved.lower:,} a lower one"
        )
    if moved.apart:
        words.append(
            f"{moved.apart:,} {'retry is' if moved.apart == 1 else 'retries are'} compared with nothing:"
            " another grader had marked the answer before"
        )
    if not words:
        return ""
    return f"{'; '.join(words)}. The lines leave retries out, since they come right after the advice."


def own_words(rated: SelfRating) -> str:
    """The gap between own marks and the grader's, in a sentence."""
    means = f"{rated.own:.1f} from you, {rated.given:.1f} from the grader over {_answers(rated.number)}"
    if rated.verdict == "too few":
        return f"{means}: too few to say more."
    if rated.verdict == "as the grader does":
        return f"{means}: a gap of {rated.gap:+.2f}, no more than chance (up to {rated.beyond:.2f})."
    return (
        f"{means}: you rate yourself {rated.verdict}, by {abs(rated.gap):.2f};"
        f" chance explains up to {rated.beyond:.2f}."
    )


def _other(number: int, series: Series) -> Text:
    trend = series.overall.trend
    return _safe(
        f"  {number}. {series_name(series)}: {_answers(trend.number)}, {_days(series)}"
        + (f", mean {trend.mean:.1f} (--series {number})" if trend.number else ", retries alone")
    )


def _answers(number: int) -> str:
    return "1 answer" if number == 1 else f"{number:,} answers"


def _days(series: Series) -> str:
    first, last = day_words(series.first_at), day_words(series.last_at)
    return first if first == last else f"{first} to {last}"


def _never(overview: Overview) -> list[RenderableType]:
    rounds, criteria = overview.never
    named = (("Rounds", rounds), ("Criteria", criteria))
    return [
        Text.assemble((f"  {name}: ", "dim"), _safe(", ".join(row.title for row in rows)))
        for name, rows in named
        if rows
    ]


def _bold(text: str) -> Text:
    return _safe(text, "bold")


def _dim(text: str) -> Text:
    return _safe(text, "dim")


def _safe(text: str, style: str = "") -> Text:
    return Text(" ".join(for_terminal(text).split()) if "\n" in text else for_terminal(text), style=style)


def _short(title: str) -> Text:
    flat = " ".join(for_terminal(title).split())
    return Text(flat if len(flat) <= _TITLE else flat[: _TITLE - 1] + "…")
