"""No answer to another case, no echo and no list of terms is a yes in a drill; most good answers are one.

Most tests put the rules over a grader that gives every answer a 4: so they hold for any grader.
"""

from __future__ import annotations

import pytest

from coach.guides.exercises import KINDS, DrillKind
from tests.drills.exercise_eval import Row, graded, held_out, rows, shelf, tuning

ROWS = rows()
# Of good answers at least this share is a yes, by the rules and with the local grader; on the tuning half and
# on the other one.
RULES: dict[DrillKind, tuple[float, float]] = {
    "tradeoff": (0.95, 0.85),
    "which-when": (0.95, 0.80),
    "code": (0.95, 0.95),
    "artifact": (0.95, 0.95),
    "audiences": (0.95, 0.95),
    "devil": (0.95, 0.95),
}


def _of(kind: str, *names: str) -> list[Row]:
    return [row for row in ROWS if row.drill == kind and row.kind in names]


@pytest.mark.parametrize("kind", KINDS)
def test_words_without_an_answer_are_no_yes(kind: DrillKind) -> None:
    for row in _of(kind, "echo", "stuffing", "generic", "numberless"):
        grade = graded(row.drill, row.exercise, row.turns, generous=True)
        assert grade.overall and grade.overall <= 2, row
        assert all(verdict.score and verdict.score <= 2 for verdict in grade.criteria), row


@pytest.mark.parametrize("kind", KINDS)
def test_a_good_answer_to_another_exercise_is_no_yes(kind: DrillKind) -> None:
    good = _of(kind, "good")
    for place, exercise in enumerate(shelf(kind).titles()):
        others = [row for row in good if row.exercise != exercise]
        for row in others[place % 4 :: 4]:
            grade = graded(kind, exercise, row.turns, generous=True)
            assert grade.overall and grade.overall <= 2, (exercise, row)
            assert all(verdict.score and verdict.score <= 2 for verdict in grade.criteria)
            assert "off_topic" in grade.flags


@pytest.mark.parametrize("kind", list(RULES))
def test_the_rules_leave_good_answers_a_yes(kind: DrillKind) -> None:
    for names, least in zip((tuning(kind), held_out(kind)), RULES[kind], strict=True):
        good = [row for row in _of(kind, "good") if row.exercise in names]
        marks = [graded(row.drill, row.exercise, row.turns, generous=True).overall or 0 for row in good]
        assert sum(mark >= 3 for mark in marks) / len(marks) >= least, (kind, marks)


@pytest.mark.parametrize(("kind", "least"), [("tradeoff", 0.7), ("code", 0.7), ("which-when", 0.5)])
def test_the_local_grader_under_the_rules_tells_good_from_vague(kind: DrillKind, least: float) -> None:
    names = held_out(kind)[::2]
    good = [row for row in _of(kind, "good") if row.exercise in names]
    marks = [graded(row.drill, row.exercise, row.turns).overall or 0 for row in good]
    assert sum(mark >= 3 for mark in marks) / len(marks) >= least, marks
    for row in _of(kind, "vague"):
        if row.exercise in names:
            assert (graded(row.drill, row.exercise, row.turns).overall or 0) <= 2, row


@pytest.mark.parametrize("kind", KINDS)
def test_every_exercise_has_good_answers_and_bad_ones(kind: DrillKind) -> None:
    for name in shelf(kind).titles():
        kinds = {row.kind for row in _of(kind, "good", "echo", "stuffing", "vague") if row.exercise == name}
        assert kinds == {"good", "echo", "stuffing", "vague"}
