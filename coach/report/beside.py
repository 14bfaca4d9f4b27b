"""Marks beside the coach's: those of a person, or of a second grading; criterion by criterion."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Group, RenderableType

from coach.report.grade import Legend
from coach.report.lines import heading, indent, labelled, plain
from coach.report.words import grader_words, level_word
from coach.schema.grade import Grade
from coach.store.human_marks import HumanMark


def render_beside(marks: Iterable[HumanMark], grade: Grade | None, legend: Legend) -> RenderableType:
    """Each mark of a person, the coach's for the same thing, and the person's note."""
    own = {item.id: item.score for item in grade.criteria} if grade else {}
    rows: list[RenderableType] = []
    for item in marks:
        coach = own.get(item.criterion) if item.criterion else (grade.overall if grade else None)
        title = legend.title(item.criterion) if item.criterion else "Overall"
        said = _shown(item.mark, item.criterion, legend)
        rows.append(labelled(title, f"{said}; {_coach(coach, item, legend)}"))
        if item.note:
            rows.append(indent(plain(item.note, "dim")))
    return Group(heading("A person's marks beside the coach's"), indent(*rows))


def _coach(mark: int | None, item: HumanMark, legend: Legend) -> str:
    if mark is None:
        return "the coach has given none"
    return (
        "the coach says the same"
        if mark == item.mark
        else f"the coach: {_shown(mark, item.criterion, legend)}"
    )


def render_second(first: Grade, second: Grade, legend: Legend) -> RenderableType:
    """Two gradings of one answer, the second without knowledge of the first."""
    if second.overall is None:
        why = second.error.message if second.error else "it gave no mark"
        return Group(heading("A second, blind grading"), indent(plain(f"It has no mark: {why}")))
    scores = {item.id: item.score for item in second.criteria}
    rows = [labelled("Overall", _two(first.overall, second.overall, None, legend))]
    rows += [
        labelled(legend.title(item.id), _two(item.score, scores.get(item.id), item.id, legend))
        for item in first.criteria
    ]
    return Group(heading("A second, blind grading"), indent(plain(grader_words(second.grader), "dim"), *rows))


def _two(one: int | None, two: int | None, criterion: str | None, legend: Legend) -> str:
    if one == two and one is not None:
        return f"both {_shown(one, criterion, legend)}"
    first, second = ("no mark" if mark is None else _shown(mark, criterion, legend) for mark in (one, two))
    return f"first {first}; second {second}"


def _shown(mark: int, criterion: str | None, legend: Legend) -> str:
    known = legend.criteria.get(criterion or "") or next(iter(legend.criteria.values()), None)
    word = level_word(mark, known) if known and mark <= known.top else ""
    if legend.scores or not word:
        return f"{mark}, {word}" if word else str(mark)
    return word
