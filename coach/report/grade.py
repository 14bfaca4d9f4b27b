"""A grade as a person likes to read it: the mark, what was strong, what to fix first, then each criterion."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from rich.console import Group, RenderableType
from rich.text import Text

from coach.report.credit import render_credit
from coach.report.lines import heading, indent, labelled, plain, quote
from coach.report.words import FLAGS, grader_words, level_word, review_words, usage_words, without_marks
from coach.schema.grade import Evidence, Grade, Verdict
from coach.schema.passage import Passage
from coach.schema.rubric import Criterion

_STYLES = ("red", "yellow", "green", "bold green")
STRONG_SHOWN = 2
STRONGER_SHOWN = 2


@dataclass(frozen=True)
class Legend:
    """What ids in a grade stand for, and whether numbers are shown (`scores`)."""

    criteria: Mapping[str, Criterion]
    passages: Mapping[str, Passage] = field(default_factory=dict)
    scores: bool = True

    def title(self, criterion: str) -> str:
        known = self.criteria.get(criterion)
        return known.title if known else criterion

    def worded(self, text: str, criterion: str) -> str:
        """Words about a criterion, without numbers for marks where numbers are hidden."""
        return text if self.scores else without_marks(text, self.criteria.get(criterion))


def render_grade(grade: Grade, legend: Legend) -> RenderableType:
    """The whole grade; fits 80 columns."""
    by = f"{grader_words(grade.grader)} {usage_words(grade.usage)}".strip()
    parts: list[RenderableType] = [plain(by, "dim"), *_mark(grade, legend), Text()]
    credit = render_credit(grade, {item.id: legend.title(item.id) for item in grade.criteria})
    for section in (
        _notes(grade),
        _strong(grade, legend),
        credit,
        _first(grade, legend),
        _stronger(grade, legend),
    ):
        if section:
            parts += [*section, Text()]
    parts.append(heading("Criterion by criterion"))
    for verdict in grade.criteria:
        parts += [_criterion(verdict, legend), Text()]
    return Group(*parts[:-1])


def render_recap(grade: Grade, legend: Legend) -> RenderableType:
    """The mark and what to fix first once more, in two lines, for the end of a long screen."""
    weak = _weakest(grade, legend)
    first = [labelled("Fix first", legend.title(weak[0].id))] if weak else []
    return Group(*_mark(grade, legend), *first)


def render_look(grade: Grade, legend: Legend) -> RenderableType:
    """Short feedback in the middle of a session: the best and the weakest point so far."""
    parts: list[RenderableType] = [plain(f"So far. {grader_words(grade.grader)}", "dim")]
    parts += [plain(FLAGS[flag]) for flag in grade.flags]
    weakest = _weakest(grade, legend)
    # Where all levels are equal one criterion is first in both orders.
    best = [verdict for verdict in _best(grade, legend) if verdict.id not in {v.id for v in weakest[:1]}]
    parts += [Text.assemble(("Strongest: ", "dim"), row) for row in _praise(best[:1], legend)]
    if weakest:
        words = level_words(weakest[0], legend)
        advice = legend.worded(weakest[0].advice, weakest[0].id)
        parts.append(labelled("Weakest", f"{legend.title(weakest[0].id)}, {words}. {advice}"))
    return Group(*parts)


def mark_words(grade: Grade, legend: Legend) -> str:
    """The mark in one line, or why there is none."""
    if grade.overall is None:
        state = "Failed" if grade.status == "failed" else "Not graded"
        return state + (f": {grade.error.message}" if grade.error else "")
    standard = _any_criterion(grade, legend)
    word = level_word(grade.overall, standard) if standard else ""
    if not legend.scores:
        return (word or "graded").capitalize()
    line = f"Mark {grade.overall} of {standard.top if standard else 4}" + (f", {word}" if word else "")
    if grade.range and grade.range[0] != grade.range[1]:
        line += f" (a careful reader could give {grade.range[0]} to {grade.range[1]})"
    return line


def _mark(grade: Grade, legend: Legend) -> list[RenderableType]:
    if grade.overall is None:
        return [plain(mark_words(grade, legend), "bold yellow")]
    standard = _any_criterion(grade, legend)
    style = _style(grade.overall, standard.top if standard else 4)
    return [plain(mark_words(grade, legend), f"bold {style}")]


def _notes(grade: Grade) -> list[RenderableType]:
    notes = [FLAGS[flag] for flag in grade.flags]
    if review := review_words(grade):
        notes.append(review)
    return [labelled("Note", note, style="yellow") for note in notes]


def _strong(grade: Grade, legend: Legend) -> list[RenderableType]:
    rows = _praise(_best(grade, legend), legend)[:STRONG_SHOWN]
    return [heading("What was strong"), indent(*rows)] if rows else []


def _praise(best: list[Verdict], legend: Legend) -> list[Text]:
    """The best verdicts with a quote each; no quote is shown twice."""
    rows: dict[str, Text] = {}
    for verdict in best:
        found = (piece.quote for piece in verdict.evidence if piece.found and piece.quote not in rows)
        if (words := next(found, None)) is not None:
            rows[words] = Text.assemble((f"{legend.title(verdict.id)}: ", "green"), quote(words))
    return list(rows.values())


def _first(grade: Grade, legend: Legend) -> list[RenderableType]:
    weak = _weakest(grade, legend)
    if not weak:
        return []
    worst = weak[0]
    text = legend.worded(worst.advice or worst.reason, worst.id)
    return [heading("Fix first"), indent(labelled(legend.title(worst.id), text, style="yellow"))]


def _stronger(grade: Grade, legend: Legend) -> list[RenderableType]:
    """The anchors of the top level for the weakest criteria: what the best answers hold."""
    rows: list[RenderableType] = []
    for verdict in _weakest(grade, legend)[:STRONGER_SHOWN]:
        criterion = legend.criteria.get(verdict.id)
        if criterion and (anchor := criterion.levels.get(criterion.top)):
            rows.append(labelled(criterion.title, legend.worded(anchor, criterion.id)))
    return [heading("What a stronger answer would contain"), indent(*rows)] if rows else []


def _criterion(verdict: Verdict, legend: Legend) -> RenderableType:
    head = Text.assemble((legend.title(verdict.id), "bold"), "  ", _level(verdict, legend))
    rows: list[RenderableType] = list(_quotes(verdict))
    if verdict.reason:
        rows.append(plain(legend.worded(verdict.reason, verdict.id)))
    if verdict.advice:
        rows.append(labelled("Next time", legend.worded(verdict.advice, verdict.id)))
    for citation in verdict.citations:
        passage = legend.passages.get(citation.passage)
        title = f"{passage.title} [{citation.passage}]" if passage else citation.passage
        rows.append(labelled("Read", title))
    return Group(head, indent(*rows))


def _quotes(verdict: Verdict) -> Iterator[Text]:
    for item in verdict.evidence:
        line = quote(item.quote)
        if where := _where(item):
            line.append(f"  {where}", "dim")
        yield line


def _where(item: Evidence) -> str:
    if not item.found:
        return "(not in the answer)"
    # Turns alternate and the candidate opens, so that turn 2 answers the first follow-up.
    return f"(after follow-up {item.turn // 2})" if item.turn else ""


def _level(verdict: Verdict, legend: Legend) -> Text:
    top = _top(verdict, legend)
    style = _style(verdict.score, top) if verdict.score else "yellow"
    words = level_words(verdict, legend)
    if verdict.score is None or not legend.scores:
        return plain(words, style)
    bar = "●" * verdict.score + "○" * (top - verdict.score)
    return Text.assemble((bar, style), f" {verdict.score} of {top}", f", {words}" if words else "")


def level_words(verdict: Verdict, legend: Legend) -> str:
    """The name of the level that a criterion was given, or that it was not graded."""
    if verdict.score is None:
        return "not graded"
    criterion = legend.criteria.get(verdict.id)
    return level_word(verdict.score, criterion) if criterion else ""


def _style(level: int, top: int) -> str:
    return _STYLES[min((level - 1) * len(_STYLES) // top, len(_STYLES) - 1)]


def _any_criterion(grade: Grade, legend: Legend) -> Criterion | None:
    return next((legend.criteria[item.id] for item in grade.criteria if item.id in legend.criteria), None)


def _best(grade: Grade, legend: Legend) -> list[Verdict]:
    """Verdicts on the yes side of the scale that a found quote carries, best first."""
    good = [
        item
        for item in grade.criteria
        if (item.score or 0) > (_top(item, legend) + 1) // 2 and any(piece.found for piece in item.evidence)
    ]
    return sorted(good, key=lambda item: -(item.score or 0))


def _weakest(grade: Grade, legend: Legend) -> list[Verdict]:
    """Graded verdicts below the top, weakest first; ties keep the question's order."""
    weak = [item for item in grade.criteria if item.score is not None and item.score < _top(item, legend)]
    return sorted(weak, key=lambda item: item.score or 0)


def _top(verdict: Verdict, legend: Legend) -> int:
    criterion = legend.criteria.get(verdict.id)
    return criterion.top if criterion else 4
