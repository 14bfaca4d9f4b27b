"""A stored session arranged for reading: what was said with its quotes marked, and what the grade says of it.

Holds the session alone: no profile, no CV, no unsent draft. Text is as it was given; whoever shows it
makes it safe.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from coach.report.grade import Legend, level_words, mark_words
from coach.report.history_parts import (
    AttemptView,
    GradeView,
    MoveView,
    Piece,
    ReportView,
    SeenView,
    SessionView,
    TurnView,
    VerdictView,
)
from coach.report.movement import Change, Movement, compare, uncertainty
from coach.report.pressed import left_open_note
from coach.report.words import FLAGS, grader_words, review_words
from coach.schema.grade import Evidence, Grade, Verdict
from coach.schema.pressing import LeftOpen
from coach.schema.question import Question
from coach.store.drills import DrillRecord
from coach.store.records import AttemptRecord, SessionRecord, SpokenTurn, StoredGrade

_AUTHORS = {"local": "Interviewer (offline)", "llm": "Interviewer (a model)"}


# An attempt -> the follow-ups that it left open.
OpenFinder = Callable[[AttemptRecord], Sequence[LeftOpen]]
# The grades of an answer and its retry -> how far they may lie apart by chance, in marks.
PairNoise = Callable[[Grade, Grade], float]


def view_session(
    record: SessionRecord,
    legend: Legend,
    guides: str,
    noise: PairNoise = uncertainty,
    left: OpenFinder = lambda attempt: (),
) -> SessionView:
    """Arrange a session; `guides` is the digest of the guides that `legend` takes passages from."""
    attempts = tuple(
        _with_open(_attempt(number, attempt, legend, last_movement(attempt, record, noise)), left(attempt))
        for number, attempt in enumerate(record.attempts, start=1)
    )
    last = [attempt.grades[-1].grade for attempt in record.attempts if attempt.grades]
    setup = record.setup
    view = SessionView(
        id=record.id,
        title=f"{setup.kind.replace('_', ' ').capitalize()} session",
        created_at=record.created_at,
        facts=(("Level", setup.level), ("Mode", setup.mode), ("Session", record.id)),
        attempts=attempts,
    )
    return _with_passages(view, last, legend, guides)


def _with_open(view: AttemptView, items: Sequence[LeftOpen]) -> AttemptView:
    if view.grade is None or not items:
        return view
    notes = (*view.grade.notes, *(left_open_note(item) for item in items))
    return replace(view, grade=replace(view.grade, notes=notes))


def view_drill(record: DrillRecord, legend: Legend, guides: str) -> SessionView:
    """Arrange a drill as a session of one question, its case."""
    moves = [
        SpokenTurn(role="candidate" if move.role == "candidate" else "interviewer", text=move.text)
        for move in record.moves
    ]
    states = {"open": "Not finished.", "given_up": "Given up.", "done": ""}
    attempt = AttemptView(
        number=1,
        question=Question(id=record.name, text=record.name.replace("-", " ").capitalize()),
        about=f"drill {record.kind}",
        again=False,
        state=states[record.status],
        turns=tuple(_turn(number, turn, record.grade, "Coach") for number, turn in enumerate(moves)),
        grade=_grade(record.grade, legend) if record.grade else None,
    )
    view = SessionView(
        id=record.id,
        title="Drill",
        created_at=record.created_at,
        facts=(("Drill", record.id),),
        attempts=(attempt,),
    )
    return _with_passages(view, [record.grade] if record.grade else [], legend, guides)


def _with_passages(view: SessionView, grades: Sequence[Grade], legend: Legend, guides: str) -> SessionView:
    """The view with the passages that the grades cite."""
    cited = list(
        dict.fromkeys(c.passage for grade in grades for verdict in grade.criteria for c in verdict.citations)
    )
    changed = any(grade.grader.guides != guides for grade in grades) and bool(cited)
    return replace(
        view,
        passages=tuple(legend.passages[name] for name in cited if name in legend.passages),
        unknown=tuple(name for name in cited if name not in legend.passages),
        notes=("The guides have changed since a grade was made; passages are shown as they are now.",)
        if changed
        else (),
    )


def last_movement(
    attempt: AttemptRecord, record: SessionRecord, noise: PairNoise = uncertainty
) -> Movement | None:
    """What a graded retry moved against the attempt that it retries, or None."""
    earlier = next((other for other in record.attempts if other.id == attempt.retry_of), None)
    if earlier is None or not earlier.grades or not attempt.grades:
        return None
    before, after = earlier.grades[-1].grade, attempt.grades[-1].grade
    return compare(before, after, noise=noise(before, after))


def _attempt(number: int, attempt: AttemptRecord, legend: Legend, movement: Movement | None) -> AttemptView:
    kept = attempt.grades[-1] if attempt.grades else None
    states = {"skipped": "Skipped, not graded.", "open": "Not finished.", "closing": "Not graded yet."}
    return AttemptView(
        number=number,
        question=attempt.question,
        about=(attempt.question.round or "your own question").replace("_", " "),
        again=attempt.retry_of is not None,
        state="" if kept else states.get(attempt.status, ""),
        turns=tuple(_turn(n, turn, kept.grade if kept else None) for n, turn in enumerate(attempt.turns)),
        grade=_attempt_grade(kept, attempt, legend, movement) if kept else None,
        report=_report(attempt.report) if attempt.report else None,
    )


def _report(report: Mapping[str, Any]) -> ReportView:
    """What an exercise saw, whatever its kind."""
    titles = report.get("titles", {})
    labels = [(titles.get(item["id"], ""), item) for item in report.get("choices", ())]
    told = [
        SeenView(text=f"{title}: {item['label']}", seen=True, quotes=_quotes(item))
        for title, item in labels
        if title
    ]
    looked = [
        SeenView(text=item["text"], seen=bool(item["seen"]), quotes=_quotes(item))
        for item in report.get("checks", ())
    ]
    notes = tuple(report.get("notes", ()))
    return ReportView(verdict=report.get("verdict", ""), seen=(*told, *looked), notes=notes)


def _quotes(item: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(piece["quote"] for piece in item.get("evidence", ()))


def _turn(number: int, turn: SpokenTurn, grade: Grade | None, asker: str = "Interviewer") -> TurnView:
    own = turn.role == "candidate"
    spans = _spans(number, turn.text, grade) if grade and own else []
    return TurnView(
        who="You" if own else _AUTHORS.get(turn.author, asker),
        own=own,
        pieces=cut(turn.text, spans),
        seconds=turn.seconds,
    )


def _spans(number: int, text: str, grade: Grade) -> list[tuple[int, int, int]]:
    """(start, end, criterion's number) of the quotes that stand in this turn."""
    return [
        (piece.start, piece.end, ref)
        for ref, verdict in enumerate(grade.criteria, start=1)
        for piece in verdict.evidence
        if piece.start is not None and piece.end is not None and _stands(piece, number, text)
    ]


def _stands(piece: Evidence, number: int, text: str) -> bool:
    return piece.found and (piece.turn or 0) == number and text[piece.start : piece.end] == piece.quote


def cut(text: str, spans: Sequence[tuple[int, int, int]]) -> tuple[Piece, ...]:
    """The text in pieces, cut where a span begins or ends; the pieces joined are the text."""
    edges = sorted({0, len(text), *(edge for start, end, _ in spans for edge in (start, end))})
    return tuple(
        Piece(
            text[left:right],
            tuple(sorted({ref for start, end, ref in spans if start <= left and right <= end})),
        )
        for left, right in zip(edges, edges[1:], strict=False)
    )


def _grade(grade: Grade, legend: Legend) -> GradeView:
    notes = [FLAGS[flag] for flag in grade.flags]
    if review := review_words(grade):
        notes.append(review)
    maker = grade.grader
    return GradeView(
        mark=mark_words(grade, legend),
        overall=grade.overall if legend.scores else None,
        by=grader_words(maker),
        made_of=f"prompt {maker.prompt}, rubric {maker.rubric}, guides {maker.guides}",
        notes=tuple(notes),
        verdicts=tuple(_verdict(n, verdict, legend) for n, verdict in enumerate(grade.criteria, start=1)),
    )


def _attempt_grade(
    kept: StoredGrade, attempt: AttemptRecord, legend: Legend, movement: Movement | None
) -> GradeView:
    """The grade with what stands beside it: the self-rating, disputes, what a retry moved."""
    compared = movement is None or movement.comparable
    return replace(
        _grade(kept.grade, legend),
        own=attempt.self_rating if legend.scores else None,
        labels=tuple(_marked(label.criterion, label.score, label.note, legend) for label in kept.labels),
        # Who it was is left out: the page may be shared, and that name is theirs.
        people=tuple(_marked(item.criterion, item.mark, item.note, legend) for item in attempt.people),
        moves=_moves(movement, legend) if movement else (),
        moves_note=""
        if compared
        else "Another grader or version made the earlier grade; they do not compare.",
    )


def _marked(criterion: str | None, mark: int, note: str, legend: Legend) -> str:
    """A mark that somebody gave beside the grade, in a line."""
    about = legend.title(criterion) if criterion else "Overall"
    return f"{about}: {mark}" + (f", {note}" if note else "")


def _verdict(number: int, verdict: Verdict, legend: Legend) -> VerdictView:
    criterion = legend.criteria.get(verdict.id)
    return VerdictView(
        number=number,
        title=legend.title(verdict.id),
        words=level_words(verdict, legend),
        score=verdict.score if legend.scores else None,
        top=criterion.top if criterion else 4,
        quotes=tuple(piece.quote for piece in verdict.evidence if piece.found),
        astray=tuple(piece.quote for piece in verdict.evidence if not piece.found),
        reason=legend.worded(verdict.reason, verdict.id),
        advice=legend.worded(verdict.advice, verdict.id),
        citations=tuple(citation.passage for citation in verdict.citations),
    )


def _moves(movement: Movement, legend: Legend) -> tuple[MoveView, ...]:
    rows = [("Overall", movement.overall)]
    rows += [(legend.title(name), change) for name, change in movement.criteria.items()]
    return tuple(MoveView(title, change.direction, _numbers(change, legend)) for title, change in rows)


def _numbers(change: Change, legend: Legend) -> str:
    if not legend.scores:
        return ""
    return " to ".join("-" if mark is None else str(mark) for mark in (change.before, change.after))
