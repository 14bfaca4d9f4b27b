"""What a retry moved: compares two grades, and calls something better only beyond the grader's noise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rich.console import Group, RenderableType
from rich.text import Text

from coach.report.grade import Legend
from coach.report.lines import heading, indent, plain
from coach.schema.grade import Grade

Direction = Literal["better", "worse", "same", "within noise", "unknown"]

_SIGNS = {
    "better": ("▲", "green"),
    "worse": ("▼", "red"),
    "same": ("=", "dim"),
    "within noise": ("~", "dim"),
    "unknown": ("?", "dim"),
}


@dataclass(frozen=True)
class Change:
    """One mark before and after; null where it was not graded."""

    before: int | None
    after: int | None
    direction: Direction


@dataclass(frozen=True)
class Movement:
    """What moved between two grades of one question; `criteria` only holds those of both.

    `comparable` is False where different graders, prompts, rubrics or guides made them: then
    nothing is said to have moved.
    """

    comparable: bool
    overall: Change
    criteria: dict[str, Change]


def compare(before: Grade, after: Grade, *, noise: float) -> Movement:
    """Compare two grades. `noise` is in marks: how far two grades of equal work may lie apart."""
    old, new = before.grader, after.grader
    comparable = old.model_copy(update={"replayed": new.replayed}) == new
    limit = noise if comparable else float("inf")
    earlier = {verdict.id: verdict.score for verdict in before.criteria}
    return Movement(
        comparable=comparable,
        overall=_change(before.overall, after.overall, limit),
        criteria={
            verdict.id: _change(earlier[verdict.id], verdict.score, limit)
            for verdict in after.criteria
            if verdict.id in earlier
        },
    )


def uncertainty(before: Grade, after: Grade) -> float:
    """How far two marks may lie apart by the graders' own ranges alone, in marks.

    The mean width of the two ranges: nothing where both graders are sure, one mark where each
    could as well have given the neighbouring one.
    """
    widths = [grade.range[1] - grade.range[0] for grade in (before, after) if grade.range]
    return sum(widths) / len(widths) if widths else 0.0


def _change(before: int | None, after: int | None, noise: float) -> Change:
    if before is None or after is None or noise == float("inf"):
        return Change(before, after, "unknown")
    moved = after - before
    if moved == 0:
        return Change(before, after, "same")
    if abs(moved) <= noise:
        return Change(before, after, "within noise")
    return Change(before, after, "better" if moved > 0 else "worse")


def render_movement(movement: Movement, legend: Legend) -> RenderableType:
    """The movement in a few lines, numbers only where the legend allows them."""
    rows = [_line("Overall", movement.overall, legend)]
    rows += [_line(legend.title(name), change, legend) for name, change in movement.criteria.items()]
    parts: list[RenderableType] = [heading("What the retry moved"), indent(*rows)]
    if not movement.comparable:
        parts.append(
            plain("Another grader or version made the earlier grade; the two do not compare.", "dim")
        )
    elif any(row.direction == "within noise" for row in (movement.overall, *movement.criteria.values())):
        parts.append(plain("~ moved, but no further than this grader's marks move by chance.", "dim"))
    return Group(*parts)


def _line(title: str, change: Change, legend: Legend) -> Text:
    sign, style = _SIGNS[change.direction]
    text = Text.assemble((f"{sign} ", style), plain(title))
    if legend.scores:
        text.append(f"  {_show(change.before)} to {_show(change.after)}")
    text.append(f"  {change.direction}", style)
    return text


def _show(mark: int | None) -> str:
    return "-" if mark is None else str(mark)
