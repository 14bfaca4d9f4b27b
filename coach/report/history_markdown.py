"""A session as Markdown. What others wrote is quoted and cannot become markup, a link or an image."""

from __future__ import annotations

from collections.abc import Iterator

from coach.report.history_parts import (
    AttemptView,
    GradeView,
    ReportView,
    SessionView,
    TurnView,
    VerdictView,
)
from coach.text.dates import minute_words
from coach.text.markdown import inline, quoted


def session_markdown(view: SessionView) -> str:
    """The session as a Markdown document that ends in a line feed."""
    lines = [f"# {inline(view.title)}, {minute_words(view.created_at)}", ""]
    lines += [" · ".join(f"{name}: {inline(value)}" for name, value in view.facts), ""]
    for note in view.notes:
        lines += [note, ""]
    for attempt in view.attempts:
        lines += _attempt(attempt)
    if view.passages:
        lines += ["## Passages cited", ""]
    for passage in view.passages:
        lines += [f"### {inline(passage.title)}", "", inline(passage.id), "", quoted(passage.text), ""]
    return "\n".join(lines).rstrip() + "\n"


def _attempt(attempt: AttemptView) -> Iterator[str]:
    again = ", answered again" if attempt.again else ""
    yield from (f"## {attempt.number}. {inline(attempt.asked)}", "")
    yield from (f"{inline(attempt.about)} · {inline(attempt.question.id)}{again}", "")
    if attempt.state:
        yield from (attempt.state, "")
    for turn in attempt.turns:
        yield from _turn(turn)
    if attempt.grade:
        yield from _grade(attempt.grade)
    if attempt.report:
        yield from _report(attempt.report)


def _report(report: ReportView) -> Iterator[str]:
    yield from ("### What the exercise looked for", "")
    if report.verdict:
        yield from (inline(report.verdict), "")
    for item in report.seen:
        yield f"- {'seen' if item.seen else 'not seen'}: {inline(item.text)}"
        yield from (f"    - “{inline(words)}”" for words in item.quotes)
    yield from (f"- Note: {inline(note)}" for note in report.notes)
    yield ""


def _turn(turn: TurnView) -> Iterator[str]:
    yield from (f"**{turn.who}**", "", quoted("".join(piece.text for piece in turn.pieces)), "")


def _grade(grade: GradeView) -> Iterator[str]:
    yield from (f"### {inline(grade.mark)}", "", f"{inline(grade.by)} {inline(grade.made_of)}.", "")
    if grade.own is not None:
        yield from (f"Own mark before the grade: {grade.own}.", "")
    beside = [f"Disputed. {line}" for line in grade.labels]
    beside += [f"A person who listened. {line}" for line in grade.people]
    yield from (f"- {inline(note)}" for note in (*grade.notes, *beside))
    if grade.notes or beside:
        yield ""
    for verdict in grade.verdicts:
        yield from _verdict(verdict)
    if grade.moves:
        yield from ("#### What the retry moved", "")
        yield from (f"- {inline(move.title)}: {move.numbers} {move.direction}" for move in grade.moves)
        yield from ("", grade.moves_note, "") if grade.moves_note else ("",)


def _verdict(verdict: VerdictView) -> Iterator[str]:
    score = f"{verdict.score} of {verdict.top}, " if verdict.score is not None else ""
    yield from (f"#### {verdict.number}. {inline(verdict.title)}: {score}{inline(verdict.words)}", "")
    for quote in verdict.quotes:
        yield from (quoted(quote), "")
    if verdict.reason:
        yield from (inline(verdict.reason), "")
    if verdict.advice:
        yield from (f"Next time: {inline(verdict.advice)}", "")
    if verdict.citations:
        yield from (f"Read: {', '.join(inline(name) for name in verdict.citations)}", "")
