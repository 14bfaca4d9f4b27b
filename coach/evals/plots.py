"""The report's pictures, as SVG text that is the same on every machine. Draws from summaries alone."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import matplotlib
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

_INK, _BLUE, _ORANGE, _GREY = "#222222", "#2166ac", "#d6604d", "#bbbbbb"
_STYLE: Any = {
    "svg.hashsalt": "coach",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 10,
    "axes.edgecolor": _GREY,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "text.color": _INK,
    "axes.labelcolor": _INK,
}


@contextmanager
def _figure(width: float, height: float, drawn: list[str]) -> Iterator[Any]:
    """A figure with one axes; its SVG is put into `drawn` at the end."""
    with matplotlib.rc_context(_STYLE):
        figure = Figure(figsize=(width, height), layout="constrained")
        FigureCanvasSVG(figure)
        yield figure.subplots()
        target = io.StringIO()
        figure.savefig(target, format="svg", metadata={"Date": None, "Creator": None})
    drawn.append(target.getvalue()[target.getvalue().index("<svg") :])


def draw_confusion(counts: Sequence[Sequence[int]], levels: Sequence[str], title: str) -> str:
    """Heat map of gold against given marks, with the counts written in."""
    drawn: list[str] = []
    with _figure(3.6, 3.4, drawn) as axes:
        axes.imshow(counts, cmap="Blues", aspect="equal")
        top = max(max(row) for row in counts) or 1
        for gold, row in enumerate(counts):
            for given, count in enumerate(row):
                colour = "white" if count > top * 0.6 else _INK
                axes.text(given, gold, str(count), ha="center", va="center", color=colour)
        axes.set_xticks(range(len(levels)), levels)
        axes.set_yticks(range(len(levels)), levels)
        axes.set_xlabel("mark given")
        axes.set_ylabel("gold mark")
        axes.set_title(title, loc="left")
        axes.spines[:].set_visible(False)
        axes.tick_params(length=0)
    return drawn[0]


def draw_intervals(
    rows: Sequence[tuple[str, Mapping[str, Any]]], title: str, *, start: float | None = None
) -> str:
    """Values with their intervals, one line each; those without a value are left out."""
    shown = [(name, item) for name, item in rows if item["value"] is not None][::-1]
    drawn: list[str] = []
    with _figure(7.2, 0.9 + 0.3 * len(shown), drawn) as axes:
        for at, (_, item) in enumerate(shown):
            lo = item["value"] if item["lo"] is None else item["lo"]
            hi = item["value"] if item["hi"] is None else item["hi"]
            axes.plot([lo, hi], [at, at], color=_BLUE, linewidth=2, solid_capstyle="butt")
            axes.plot(item["value"], at, "o", color=_BLUE, markersize=5)
        axes.set_yticks(range(len(shown)), [f"{name} ({item['n']})" for name, item in shown])
        if start is not None:
            axes.set_xlim(start, 1.005)
        else:
            axes.axvline(0, color=_GREY, linewidth=1, zorder=0)
        axes.set_ylim(-0.6, len(shown) - 0.4)
        axes.grid(axis="x", color="#eeeeee")
        axes.set_title(title, loc="left")
    return drawn[0]


def draw_stress(families: Mapping[str, Mapping[str, Any]]) -> str:
    """Share of the cases of each family that kept, or broke, their direction."""
    names = list(families)[::-1]
    drawn: list[str] = []
    with _figure(7.2, 0.9 + 0.3 * len(names), drawn) as axes:
        for at, name in enumerate(names):
            block = families[name]
            broken = block["violations"] / max(block["cases"], 1)
            axes.barh(at, 1 - broken, color=_BLUE, height=0.6)
            axes.barh(at, broken, left=1 - broken, color=_ORANGE, height=0.6)
            axes.text(1.02, at, f"{block['violations']} of {block['cases']}", va="center")
        labels = [
            f"{name.replace('_', ' ')} ({families[name]['direction'].replace('_', ' ')})" for name in names
        ]
        axes.set_yticks(range(len(names)), labels)
        axes.set_xlim(0, 1.15)
        axes.set_xticks([0, 0.5, 1], ["0", "half", "all"])
        axes.set_title("Stress: kept the direction (blue) or broke it (orange)", loc="left")
    return drawn[0]


def draw_distribution(given: Mapping[str, int], gold: Mapping[str, int], title: str) -> str:
    """How often each mark was given beside how often it is gold's."""
    marks = sorted(given.keys() | gold.keys())
    drawn: list[str] = []
    with _figure(3.6, 3.0, drawn) as axes:
        for at, mark in enumerate(marks):
            axes.bar(at - 0.2, gold.get(mark, 0), width=0.38, color=_GREY, label="gold" if at == 0 else None)
            axes.bar(
                at + 0.2, given.get(mark, 0), width=0.38, color=_BLUE, label="given" if at == 0 else None
            )
        axes.set_xticks(range(len(marks)), marks)
        axes.set_title(title, loc="left")
        axes.legend(frameon=False, loc="lower right", bbox_to_anchor=(1, 1), ncols=2)
    return drawn[0]
