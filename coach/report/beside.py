"""A person's marks beside the coach's: criterion by criterion, with how far they lie apart."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Group, RenderableType

from coach.report.grade import Legend
from coach.report.lines import heading, indent, labelled, plain
from coach.report.words import level_word
from coach.schema.grade import Grade
from coach.store.human_marks import HumanMark


def render_beside(marks: Iterable[HumanMark], grade: Grade | None, legend: Legend) -> RenderableType:
    """Each mark of a person, the coach's for the same thing, and the person's note."""
    own = {item.id: item.score for item in grade.criteria} if grade else {}
    rows: list[RenderableType] = []
    for item in marks:
        coach = own.get(item.criterion) if item.criterion else (grade.overall if grade else None)
        title = legend.title(item.criterion) if item.criterion else "Overall"
        rows.append(labelled(title, f"{_shown(item.mark, item, legend)}; {_coach(coach, item, legend)}"))
        if item.note:
            rows.append(indent(plain(item.note, "dim")))
    return Group(heading("A person's marks beside the coach's"), indent(*rows))


def _coach(mark: int | None, item: HumanMark, legend: Legend) -> str:
    if mark is None:
        return "the coach has given none"
    return "the coach says the same" if mark == item.mark else f"the coach: {_shown(mark, item, legend)}"


def _shown(mark: int, item: HumanMark, legend: Legend) -> str:
    known = legend.criteria.get(item.criterion or "") or next(iter(legend.criteria.values()), None)
    word = level_word(mark, known) if known and mark <= known.top else ""
    if legend.scores or not word:
        return f"{mark}, {word}" if word else str(mark)
    return word
