"""Sessions for the terminal: a list, what a search found, and one session whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from coach.report.beside import render_beside
from coach.report.cards import render_question
from coach.report.grade import Legend, render_grade
from coach.report.history_view import PairNoise, last_movement
from coach.report.lines import indent, labelled, plain
from coach.report.movement import Movement, render_movement, uncertainty
from coach.store.drills import DrillRecord
from coach.store.listing import Found, Line
from coach.store.records import AttemptRecord, SessionRecord, SpokenTurn
from coach.text.dates import local_time, minute_words
from coach.text.sanitize import for_terminal

_SHOWN_MARKS = 6
_WIDTH = 80
_WIDEST_ID, _WIDEST_KIND = 20, 14
_WHEN = "2026-11-21 14:05"
_AROUND = 60
_STATES = {"skipped": "Skipped, not graded.", "open": "Not finished.", "closing": "Not graded yet."}


def render_list(lines: Sequence[Line]) -> RenderableType:
    """One line for each session; fits 80 columns."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    kinds = [_kind(line) for line in lines]
    fixed = sum(
        max((len(text) for text in column), default=0) + 2
        for column in ([line.id[:_WIDEST_ID] for line in lines], kinds, map(mark_list, lines))
    )
    table.add_column("session", no_wrap=True, max_width=_WIDEST_ID)
    table.add_column("when", no_wrap=True)
    table.add_column("kind", no_wrap=True)
    # What the others leave; a question's name is cut first.
    table.add_column("questions", no_wrap=True, max_width=max(_WIDTH - fixed - len(_WHEN) - 4, 8))
    table.add_column("marks", no_wrap=True)
    for line in lines:
        table.add_row(
            plain(line.id),
            plain(f"{local_time(line.updated_at):%Y-%m-%d %H:%M}", "dim"),
            plain(_kind(line)),
            plain(question_words(line)),
            plain(mark_list(line)),
        )
    return table


def _kind(line: Line) -> str:
    words = " ".join(for_terminal(line.kind.replace("_", " ")).split())
    return words if len(words) <= _WIDEST_KIND else words[: _WIDEST_KIND - 1] + "…"


def question_words(line: Line) -> str:
    """The questions of a session, shortest form: how many more there are stands after the first."""
    names = list(dict.fromkeys(line.questions))
    more = f" +{len(names) - 1}" if len(names) > 1 else ""
    return f"{names[0]}{more}" if names else "no question yet"


def mark_list(line: Line) -> str:
    """The marks in order, a dash for an answer without one; `..` where a question is still open."""
    marks = ["-" if mark is None else str(mark) for mark in line.marks]
    shown = marks if len(marks) <= _SHOWN_MARKS else ["…", *marks[-_SHOWN_MARKS:]]
    return " ".join([*shown, *([".."] if line.unfinished else [])])


def render_found(found: Sequence[Found], words: str) -> RenderableType:
    """What a search found, a few words around the first hit of each text."""
    parts: list[RenderableType] = []
    for item in found:
        head = f"{item.session}  {local_time(item.when):%Y-%m-%d %H:%M}  {item.question}, {item.where}"
        parts += [plain(head, "dim"), indent(_around(item.text, words.split()))]
    return Group(*parts)


def _around(text: str, words: Sequence[str]) -> Text:
    flat = " ".join(for_terminal(text).split())
    places = [place for word in words if (place := flat.casefold().find(word.casefold())) >= 0]
    first = min(places, default=0)
    start, end = max(0, first - _AROUND), min(len(flat), first + 2 * _AROUND)
    shown = Text(("…" if start else "") + flat[start:end] + ("…" if end < len(flat) else ""))
    shown.highlight_words(
        [for_terminal(word) for word in words], style="bold underline", case_sensitive=False
    )
    return shown


def render_session(
    record: SessionRecord,
    legend: Legend,
    noise: PairNoise = uncertainty,
    more: Callable[[AttemptRecord], Sequence[RenderableType]] = lambda attempt: (),
) -> RenderableType:
    """A session whole: every question with what was said and its grade, and what `more` adds to it."""
    setup = record.setup
    head = f"{record.id}  {minute_words(record.created_at)}  {setup.kind}, {setup.mode}, level {setup.level}"
    parts: list[RenderableType] = [plain(head, "dim")]
    for attempt in record.attempts:
        movement = last_movement(attempt, record, noise)
        parts += [Text(), *_attempt(attempt, legend, movement), *more(attempt)]
    if not record.attempts:
        parts.append(plain("No question was asked in it."))
    return Group(*parts)


def render_drill(record: DrillRecord, legend: Legend) -> RenderableType:
    """A drill whole: its moves and its grade, if it has one."""
    head = f"{record.id}  {minute_words(record.created_at)}  drill {record.kind}: {record.name}"
    parts: list[RenderableType] = [plain(head, "dim")]
    for move in record.moves:
        who = "You" if move.role == "candidate" else "Coach"
        parts += [Text(), plain(who, "dim"), indent(plain(move.text))]
    if record.draft:
        parts += [Text(), plain("Draft, not sent", "dim"), indent(plain(record.draft))]
    states = {"open": "Not finished.", "given_up": "Given up.", "done": ""}
    grade = render_grade(record.grade, legend) if record.grade else plain(states[record.status], "dim")
    return Group(*parts, Text(), grade)


def _attempt(attempt: AttemptRecord, legend: Legend, movement: Movement | None) -> list[RenderableType]:
    parts: list[RenderableType] = [render_question(attempt.question)]
    if attempt.retry_of is not None:
        parts.append(plain("answered again", "dim"))
    for turn in attempt.turns:
        parts += [Text(), *_turn(turn)]
    if attempt.draft:
        parts += [Text(), plain("Draft, not sent", "dim"), indent(plain(attempt.draft))]
    if not attempt.grades:
        return [*parts, plain(_STATES.get(attempt.status, ""), "dim")]
    kept = attempt.grades[-1]
    parts += [Text(), render_grade(kept.grade, legend)]
    if attempt.self_rating is not None and legend.scores:
        parts.append(labelled("Your own mark before the grade", str(attempt.self_rating)))
    for label in kept.labels:
        about = legend.title(label.criterion) if label.criterion else "the whole answer"
        parts.append(labelled("You disputed", f"{about}: {label.score}. {label.note}", style="yellow"))
    if attempt.people:
        parts += [Text(), render_beside(attempt.people, kept.grade, legend)]
    if movement:
        parts += [Text(), render_movement(movement, legend)]
    return parts


def _turn(turn: SpokenTurn) -> list[RenderableType]:
    asked = "Interviewer, a model" if turn.author == "llm" else "Interviewer"
    who = "You" if turn.role == "candidate" else asked
    took = f", {turn.seconds:.0f} s" if turn.seconds else ""
    return [plain(f"{who}{took}", "dim"), indent(plain(turn.text))]
