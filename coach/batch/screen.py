"""A summary as lines for a terminal of 80 columns. Returns renderables; prints nothing."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from coach.batch.summary import Marks, Summary
from coach.text.sanitize import for_terminal

_BAR = 30  # columns of the longest bar
_SHOWN = 12  # questions and criteria in a table
_REVIEWS_SHOWN = 8
_WIDTH = 76


def render_summary(summary: Summary) -> RenderableType:
    """Marks, questions, criteria, gaps, what wants a look, what failed and why."""
    parts: list[RenderableType] = []
    if summary.overall.number:
        parts += [_head("Marks"), *_bars(summary.overall, summary.top), Text()]
    for title, marks in (("By question", summary.questions), ("By criterion", summary.criteria)):
        if len(marks) > 1 and summary.rows > 1:
            parts += [_head(title), _table(marks, summary.top), Text()]
    for section in (_gaps(summary), _reviews(summary), _trouble(summary)):
        if section:
            parts += [*section, Text()]
    return Group(*parts[:-1])


def _head(text: str) -> Text:
    return Text(text, "bold")


def _bars(marks: Marks, top: int) -> Iterator[Text]:
    most = max(marks.counts.values())
    for mark in range(top, 0, -1):
        number = marks.counts[mark]
        bar = "█" * round(_BAR * number / most) or ("▏" if number else "")
        yield Text(f"  {mark}  {bar:<{_BAR}} {number:>7,}  {number / marks.number:4.0%}")


def _table(groups: dict[str, Marks], top: int) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 1), show_edge=False)
    table.add_column("", overflow="ellipsis", no_wrap=True, max_width=36)
    table.add_column("rows", justify="right")
    table.add_column("mean", justify="right")
    for mark in range(1, top + 1):
        table.add_column(str(mark), justify="right")
    ranked = sorted(groups.items(), key=lambda item: (item[1].mean or 0.0, item[0]))
    for name, marks in ranked[:_SHOWN]:
        mean = "" if marks.mean is None else f"{marks.mean:.2f}"
        counts = [f"{marks.counts[mark]:,}" for mark in range(1, top + 1)]
        table.add_row(Text(_line(name)), f"{marks.number + marks.missing:,}", mean, *counts)
    if len(ranked) > _SHOWN:
        table.add_row(Text(f"... and {len(ranked) - _SHOWN} more"), "", "", *[""] * top)
    return table


def _gaps(summary: Summary) -> list[Text]:
    lines = []
    for gap in summary.gaps():
        more = f": {gap.advice}" if gap.advice else ""
        lines.append(Text("  " + _line(f"{gap.criterion}, {gap.share:.0%} at a no{more}")))
    return [_head("What most answers miss"), *lines] if lines else []


def _reviews(summary: Summary) -> list[Text]:
    if not summary.review_count:
        return []
    ids = ", ".join(_line(name, 20) for name, _ in summary.reviews[:_REVIEWS_SHOWN])
    more = summary.review_count - min(len(summary.reviews), _REVIEWS_SHOWN)
    return [
        _head(f"Worth a second look: {summary.review_count:,}"),
        Text(f"  {ids}" + (f" and {more:,} more" if more else "")),
    ]


def _trouble(summary: Summary) -> list[Text]:
    lines = []
    for (status, kind), number in summary.trouble.most_common():
        lines.append(Text(f"  {number:,} {status}, {kind}", "yellow"))
        for item in summary.examples[(status, kind)][:2]:
            lines.append(Text("    " + _line(f"{item.file}:{item.line} {item.id}: {item.message}", 150)))
    return [_head("Without a mark"), *lines] if lines else []


def _line(text: str, limit: int = _WIDTH) -> str:
    text = " ".join(for_terminal(text).split())
    return text if len(text) <= limit else text[: limit - 3] + "..."
