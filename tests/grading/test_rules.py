from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.grading.rules import (
    Observation,
    cap_level,
    highest_beside,
    lower_median,
    overall_mark,
    plausible_range,
    settle,
)

LEVELS = st.lists(st.integers(1, 4), min_size=1, max_size=6)


def seen(*levels: int) -> list[Observation]:
    return [Observation(level) for level in levels]


@pytest.mark.parametrize(
    ("levels", "mark"),
    [((1, 1, 1, 1), 1), ((1, 1, 1, 2), 1), ((2, 2, 2, 2), 2), ((3, 3, 3, 4), 3), ((4, 4, 4, 4), 4)],
)
def test_agreeing_criteria_give_their_level(levels: tuple[int, ...], mark: int) -> None:
    assert overall_mark(seen(*levels), 4) == mark


def test_a_weak_criterion_is_not_averaged_away() -> None:
    assert overall_mark(seen(4, 4, 4, 1), 4) < 4
    assert overall_mark([*seen(4, 4, 4), Observation(1, 0, serious=True)], 4) == 2


def test_a_fatal_sign_caps_the_mark_at_a_no() -> None:
    assert overall_mark(seen(4, 4, 4, 4), 4, fatal=True) == 2


def test_no_found_quote_holds_a_level_at_a_no_and_another_question_at_one() -> None:
    assert cap_level(4, 4, has_quote=False, serves_question=True) == 2
    assert cap_level(4, 4, has_quote=True, serves_question=False) == 1
    assert cap_level(3, 4, has_quote=True, serves_question=True) == 3
    assert cap_level(3, 3, has_quote=False, serves_question=True) == 2


@given(LEVELS, st.integers(0, 5))
def test_raising_one_level_never_lowers_the_mark(levels: list[int], which: int) -> None:
    index = which % len(levels)
    raised = [min(level + (n == index), 4) for n, level in enumerate(levels)]
    assert overall_mark(seen(*raised), 4) >= overall_mark(seen(*levels), 4)


@given(LEVELS)
def test_mark_lies_within_the_levels(levels: list[int]) -> None:
    assert min(levels) <= overall_mark(seen(*levels), 4) <= max(levels)


@given(st.lists(st.builds(Observation, st.integers(1, 4), st.integers(-1, 1), st.booleans()), min_size=1))
def test_range_holds_the_mark(observations: list[Observation]) -> None:
    low, high = plausible_range(observations, 4)
    assert 1 <= low <= overall_mark(observations, 4) <= high <= 4


def test_firm_levels_give_a_range_of_one_mark() -> None:
    assert plausible_range(seen(3, 3, 3, 3), 4) == (3, 3)


def test_lower_median_is_a_level_that_somebody_gave() -> None:
    assert lower_median([2, 4]) == 2
    assert lower_median([4, 1, 3]) == 3


def test_a_border_takes_the_upper_level_only_beside_others_that_carry_it() -> None:
    from_above, from_below = Observation(4, -1), Observation(3, 1)
    assert settle(from_above, seen(4, 4, 3), 4) == from_below
    assert settle(from_above, seen(4, 4, 4), 4) == from_above
    assert settle(from_below, seen(4, 4, 4), 4) == from_below
    assert settle(Observation(2, 1), seen(4, 4, 3), 4) == Observation(3, -1)
    assert settle(Observation(2, 1), seen(3, 3, 3), 4) == Observation(2, 1)
    assert settle(Observation(4), seen(1, 1), 4) == Observation(4)
    assert settle(from_above, [], 4) == from_below


@given(st.integers(1, 3), st.lists(st.integers(1, 4), max_size=5))
def test_a_border_has_one_position_and_one_mark_from_either_side(level: int, others: list[int]) -> None:
    below, above = Observation(level, 1), Observation(level + 1, -1)
    assert below.position == above.position
    rest = seen(*others)
    assert settle(above, rest, 4).position == above.position
    same = [overall_mark([settle(own, rest, 4), *rest], 4) for own in (below, above)]
    # Where the two sides settle apart, the ceiling of a weak criterion may still separate the marks.
    assert abs(same[0] - same[1]) <= 1


def test_a_mean_within_the_noise_of_a_border_has_a_range_of_two_marks() -> None:
    assert plausible_range(seen(3, 3, 4, 4), 4) == (3, 4)
    assert plausible_range(seen(3, 3, 3, 4), 4) == (3, 4)
    assert plausible_range([*seen(3, 3, 3), Observation(3, 1)], 4) == (3, 3)


def test_settling_keeps_a_fault_and_leaves_firm_levels_alone() -> None:
    assert settle(Observation(4, -1, serious=True), seen(3, 3), 4) == Observation(3, 1, serious=True)
    assert settle(Observation(2, 1, serious=True), seen(4, 4), 4) == Observation(3, -1, serious=True)
    assert settle(Observation(2), seen(4, 4, 4), 4) == Observation(2)
    assert settle(Observation(2, -1), seen(1, 1), 4) == Observation(1, 1)


def test_others_exactly_at_the_gap_raise_a_border() -> None:
    assert settle(Observation(2, 1), seen(3, 3, 3, 4, 4), 4) == Observation(3, -1)


def test_a_level_that_is_a_no_caps_the_mark_one_below_the_top_and_no_lower() -> None:
    assert overall_mark(seen(4, 4, 4, 4, 2), 4) == 3
    assert overall_mark(seen(4, 4, 4, 1), 4) == 3
    assert overall_mark(seen(3, 2), 3) == 2
    assert overall_mark([*seen(4, 4, 4), Observation(3, 0, serious=True)], 4) == 4


def test_a_fatal_sign_holds_the_whole_range_down() -> None:
    assert plausible_range(seen(4, 4, 4, 4), 4, fatal=True) == (2, 2)


def test_positions_by_hand() -> None:
    assert [Observation(3, lean).position for lean in (-1, 0, 1)] == pytest.approx([2.2, 3.0, 3.2])
    assert [Observation(1, lean).position for lean in (-1, 0, 1)] == pytest.approx([1.0, 1.0, 1.2])


def test_others_just_below_the_gap_leave_a_border_where_it_is() -> None:
    assert settle(Observation(2, 1), seen(3, 3, 4), 4) == Observation(2, 1)


@pytest.mark.parametrize(
    ("levels", "top", "highest"),
    [([4, 2, 4], 4, 3), ([4, 3, 4], 4, 4), ([2], 4, 4), ([3, 2], 3, 2), ([5, 3], 5, 4), ([5, 4], 5, 5)],
)
def test_a_no_beside_others_holds_the_mark_below_the_top(levels: list[int], top: int, highest: int) -> None:
    assert highest_beside(levels, top) == highest
