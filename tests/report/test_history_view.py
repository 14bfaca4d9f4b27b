"""A stored session arranged: quotes where they stand, what a retry moved, nothing that was not said."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from coach.report.history_view import cut, view_drill, view_session
from coach.schema.grade import Evidence
from coach.store.drills import DrillRecord, Move
from tests.report.stored import (
    ANSWER,
    GUIDES,
    LEGEND,
    PASSAGE,
    REPLY,
    attempt,
    found,
    grade,
    practised,
    session,
)


def test_quotes_are_marked_inside_the_turn_that_they_stand_in() -> None:
    view = view_session(practised(), LEGEND, GUIDES)
    answer, asked, reply = view.attempts[0].turns
    assert [(piece.text, piece.refs) for piece in answer.pieces] == [
        ("We cut false alarms from ", ()),
        ("9% to 1%. ", (1,)),
        ("I", (1,)),
        (" decided", (1,)),
        (" on Monday.", ()),
    ]
    assert [(piece.text, piece.refs) for piece in reply.pieces] == [
        ("It cost ", ()),
        ("two points", (2,)),
        (" of recall.", ()),
    ]
    assert (answer.who, asked.who, asked.own) == ("You", "Interviewer (a model)", False)
    assert asked.pieces[0].refs == ()


def test_a_quote_without_a_turn_belongs_to_the_answer_and_a_wrong_span_marks_nothing() -> None:
    kept = grade()
    verdict = kept.criteria[0]
    wrong = Evidence(quote="I decided", start=1, end=10, found=True, turn=0)
    for piece, marked in ((found(ANSWER, "I decided", None), ["I decided"]), (wrong, [])):
        changed = kept.model_copy(update={"criteria": (verdict.model_copy(update={"evidence": (piece,)}),)})
        turn = view_session(session(attempt(1, changed)), LEGEND, GUIDES).attempts[0].turns[0]
        assert [part.text for part in turn.pieces if part.refs] == marked


def test_the_grade_stands_with_what_belongs_to_it() -> None:
    view = view_session(practised(), LEGEND, GUIDES)
    first, again, left = view.attempts
    assert first.grade is not None
    assert again.grade is not None
    assert first.grade.mark == "Mark 2 of 4, lean no"
    assert (first.grade.own, first.grade.labels) == (3, ("Ownership: 4, I did",))
    assert first.grade.moves == ()
    assert [(move.title, move.direction, move.numbers) for move in again.grade.moves] == [
        ("Overall", "better", "2 to 4"),
        ("Ownership", "better", "2 to 4"),
        ("Data fluency", "same", "3 to 3"),
    ]
    assert first.grade.verdicts[1].astray == ("never said",)
    assert (left.grade, left.state, left.turns) == (None, "Not finished.", ())
    assert view.passages == (PASSAGE,)
    assert view.unknown == ("gone#x",)
    assert "unsent" not in repr(view)


def test_a_retry_is_better_only_beyond_the_noise_that_is_given() -> None:
    view = view_session(practised(), LEGEND, GUIDES, lambda before, after: 2.0)
    kept = view.attempts[1].grade
    assert kept is not None
    assert [move.direction for move in kept.moves] == ["within noise", "within noise", "same"]


def test_numbers_are_hidden_where_the_session_hid_them() -> None:
    view = view_session(practised(), replace(LEGEND, scores=False), GUIDES)
    kept = view.attempts[1].grade
    assert kept is not None
    assert (kept.mark, kept.own, kept.overall) == ("Clear yes", None, None)
    assert all(verdict.score is None for verdict in kept.verdicts)
    assert all(move.numbers == "" for move in kept.moves)
    assert "clear yes would ask" in kept.verdicts[0].advice


def test_changed_guides_and_other_makers_are_told() -> None:
    view = view_session(
        session(attempt(1, grade()), attempt(2, grade(3, guides="h"), retry_of=1)), LEGEND, "h"
    )
    assert view.notes == (
        "The guides have changed since a grade was made; passages are shown as they are now.",
    )
    kept = view.attempts[1].grade
    assert kept is not None
    assert "do not compare" in kept.moves_note
    assert {move.direction for move in kept.moves} == {"unknown"}
    assert view_session(session(attempt(1, grade())), LEGEND, GUIDES).notes == ()


def test_an_ungraded_answer_says_why() -> None:
    refused = grade(
        status="ungraded", overall=None, range=None, error={"kind": "refused", "message": "It declined."}
    )
    kept = view_session(session(attempt(1, refused)), LEGEND, GUIDES).attempts[0].grade
    assert kept is not None
    assert kept.mark == "Not graded: It declined."


def test_a_drill_is_arranged_like_a_session() -> None:
    record = DrillRecord(
        id="d1",
        kind="incident",
        name="slow-drift",
        status="done",
        created_at="2026-11-21T12:00:00.000+00:00",
        updated_at="2026-11-21T12:00:00.000+00:00",
        moves=(
            Move(role="candidate", text=ANSWER),
            Move(role="coach", text="Go on."),
            Move(role="candidate", text=REPLY),
        ),
        draft="unsent words",
        grade=grade(),
    )
    view = view_drill(record, LEGEND, GUIDES)
    assert [turn.who for turn in view.attempts[0].turns] == ["You", "Coach", "You"]
    assert view.attempts[0].turns[2].pieces[1].refs == (2,)
    assert view.passages == (PASSAGE,)
    assert "unsent" not in repr(view)


@given(
    st.text(max_size=40),
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40), st.integers(1, 3)), max_size=6),
)
def test_the_pieces_are_the_text(text: str, spans: list[tuple[int, int, int]]) -> None:
    inside = [(min(a, b, len(text)), min(max(a, b), len(text)), ref) for a, b, ref in spans]
    pieces = cut(text, inside)
    assert "".join(piece.text for piece in pieces) == text
    for start, end, ref in inside:
        assert sum(len(piece.text) for piece in pieces if ref in piece.refs) >= end - start
