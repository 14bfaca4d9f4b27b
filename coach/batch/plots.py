"""Plots of a summary as base64 of SVG images. The only place in this room that knows matplotlib."""

from __future__ import annotations

import base64
import io
import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING

from coach.batch.summary import Summary
from coach.text.sanitize import for_terminal

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_COLOURS = ("#b3423a", "#dd9a3c", "#8fb35a", "#3f7f4c")
_WIDTH = 8.0  # inches
_SHOWN = 20  # criteria


def plot_marks(summary: Summary) -> str:
    """How many answers got which mark."""
    figure = _figure(2.6)
    axes = figure.subplots()
    marks = range(1, summary.top + 1)
    numbers = [summary.overall.counts[mark] for mark in marks]
    bars = axes.bar([str(mark) for mark in marks], numbers, color=[_colour(m, summary.top) for m in marks])
    axes.bar_label(bars, [f"{number:,}" for number in numbers])
    axes.set_ylabel("answers")
    axes.spines[["top", "right"]].set_visible(False)
    return _picture(figure)


def plot_criteria(summary: Summary, titles: Mapping[str, str]) -> str:
    """Shares of the levels for each criterion, the weakest on top."""
    ranked = sorted(summary.criteria.items(), key=lambda item: -(item[1].mean or 0.0))[-_SHOWN:]
    figure = _figure(1.0 + 0.32 * len(ranked))
    axes = figure.subplots()
    left = [0.0] * len(ranked)
    for mark in range(1, summary.top + 1):
        shares = [100 * marks.counts[mark] / max(marks.number, 1) for _, marks in ranked]
        axes.barh(range(len(ranked)), shares, left=left, color=_colour(mark, summary.top), label=str(mark))
        left = [start + share for start, share in zip(left, shares, strict=True)]
    names = [_label(titles.get(name, name)) for name, _ in ranked]
    axes.set_yticks(range(len(ranked)), names, parse_math=False)
    axes.set_xlim(0, 100)
    axes.set_xlabel("% of answers")
    axes.legend(ncols=summary.top, loc="lower center", bbox_to_anchor=(0.5, 1.0), frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    return _picture(figure)


def _figure(height: float) -> Figure:
    from matplotlib.figure import Figure

    return Figure(figsize=(_WIDTH, height), layout="constrained")


def _picture(figure: Figure) -> str:
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a script that the font lacks is shown as boxes
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    return base64.b64encode(buffer.getvalue()).decode()


def _colour(mark: int, top: int) -> str:
    return _COLOURS[min((mark - 1) * len(_COLOURS) // top, len(_COLOURS) - 1)]


def _label(text: str) -> str:
    text = " ".join(for_terminal(text).split())
    return text if len(text) <= 36 else text[:33] + "..."
