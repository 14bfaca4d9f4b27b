"""A retry is better only beyond the noise of the grader that gave both marks."""

from __future__ import annotations

import pytest

from coach.report.grade import Legend
from coach.report.movement import Direction, compare, render_movement
from coach.schema.grade import Grade, Verdict
from tests.report.test_grade import LEGEND, LOCAL, MODEL, grade, shown


def marked(overall: int | None, **criteria: int | None) -> Grade:
    verdicts = tuple(
        Verdict(id=name, status="ungraded" if score is None else "graded", score=score)
        for name, score in criteria.items()
    )
    return grade(overall=overall, range=None, criteria=verdicts, status="graded" if overall else "ungraded")


@pytest.mark.parametrize(
    ("before", "after", "noise", "direction"),
    [
        (2, 3, 0.5, "better"),
        (3, 2, 0.5, "worse"),
        (2, 2, 0.5, "same"),
        (2, 3, 1.0, "within noise"),
        (3, 2, 1.0, "within noise"),
        (1, 3, 1.0, "better"),
        (None, 3, 0.5, "unknown"),
        (3, None, 0.5, "unknown"),
    ],
)
def test_direction(before: int | None, after: int | None, noise: float, direction: Direction) -> None:
    assert compare(marked(before), marked(after), noise=noise).overall.direction == direction


def test_criteria_are_compared_where_both_have_them() -> None:
    movement = compare(marked(2, own=1, metrics=3), marked(3, own=3, other=2), noise=0.5)
    assert list(movement.criteria) == ["own"]
    assert movement.criteria["own"].direction == "better"


def test_grades_of_different_graders_are_never_said_to_have_moved() -> None:
    before, after = marked(1, own=1), marked(4, own=4)
    for other in (MODEL, LOCAL.model_copy(update={"rubric": "new"})):
        movement = compare(before, after.model_copy(update={"grader": other}), noise=0.5)
        assert not movement.comparable
        assert {movement.overall.direction, movement.criteria["own"].direction} == {"unknown"}
    replayed = after.model_copy(update={"grader": LOCAL.model_copy(update={"replayed": True})})
    assert compare(before, replayed, noise=0.5).comparable


def test_the_movement_on_screen() -> None:
    movement = compare(marked(2, own=1, metrics=3), marked(3, own=3, metrics=2), noise=1.0)
    text = shown(render_movement(movement, LEGEND))
    assert "~ Overall  2 to 3  within noise" in text
    assert "▲ Ownership  1 to 3  better" in text
    assert "by chance" in text
    words = shown(render_movement(movement, Legend(LEGEND.criteria, scores=False)))
    assert not any(character.isdigit() for character in words)
    assert "Ownership  better" in words
