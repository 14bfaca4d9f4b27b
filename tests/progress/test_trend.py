"""Better and worse are said beyond chance, and rarely where nothing moved."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.progress.trend import MOST, Point, Verdict, beyond_zero, measure_trend, running_mean


def points(values: Sequence[float], spread: float = 0.1) -> list[Point]:
    return [Point(f"2026-01-{n:02}", value, spread) for n, value in enumerate(values, start=1)]


@pytest.mark.parametrize(
    ("values", "spread", "verdict"),
    [
        ([], 0.1, "too few"),
        ([1, 4] * 3, 0.1, "too few"),
        ([1, 1, 1, 1, 3, 3, 3, 3], 0.1, "better"),
        ([3, 3, 3, 3, 1, 1, 1, 1], 0.1, "worse"),
        ([2, 2, 2, 2, 2, 2, 2, 2], 0.0, "within noise"),
        ([2, 2, 2, 2, 3, 3, 3, 3], 0.7, "within noise"),
        ([2, 2, 2, 2, 3, 3, 3, 3], 0.1, "better"),
        ([1, 4, 1, 4, 4, 1, 4, 4], 0.1, "within noise"),
    ],
)
def test_verdicts(values: list[float], spread: float, verdict: Verdict) -> None:
    assert measure_trend(points(values, spread)).verdict == verdict


def test_the_first_and_the_last_are_compared_and_the_middle_left_out() -> None:
    trend = measure_trend(points([1] * MOST + [4] * 30 + [2] * MOST))
    assert (trend.number, trend.window, trend.before, trend.now) == (2 * MOST + 30, MOST, 1, 2)


def test_more_lines_read_side_by_side_ask_for_more() -> None:
    values = [2, 2, 3, 2, 3, 3, 2, 3]
    alone, among = (measure_trend(points(values), lines=lines) for lines in (1, 13))
    assert alone.beyond is not None
    assert among.beyond is not None
    assert among.beyond > 1.3 * alone.beyond


@pytest.mark.parametrize(
    ("count", "spread", "lines"), [(8, 0.7, 1), (8, 0.1, 1), (30, 0.7, 1), (20, 0.2, 13)]
)
def test_where_nothing_moves_something_is_said_at_most_one_time_in_twenty(
    count: int, spread: float, lines: int
) -> None:
    chance = random.Random(7)
    said = 0
    histories = 300
    for _ in range(histories):
        rows = [
            points([min(4, max(1, round(chance.gauss(2.5, 0.8)))) for _ in range(count)], spread)
            for _ in range(lines)
        ]
        said += any(measure_trend(row, lines=lines).verdict != "within noise" for row in rows)
    assert said / histories <= 0.07


def test_a_rise_by_one_is_seen_over_twenty_answers() -> None:
    chance = random.Random(7)
    seen = 0
    for _ in range(200):
        values = [round(chance.gauss(2 if n < 10 else 3, 0.5)) for n in range(20)]
        seen += measure_trend(points(values, 0.3)).verdict == "better"
    assert seen / 200 > 0.9


def test_a_mean_gap_needs_a_few_answers_and_more_than_chance() -> None:
    assert beyond_zero(points([1, 1, 1])) is None
    limit = beyond_zero(points([1, 0, 1, 0, 1, 1]))
    assert limit is not None
    assert 0.3 < limit < 0.8


@given(st.lists(st.integers(1, 4), max_size=120), st.floats(0, 1), st.integers(0, 30))
def test_any_marks_give_a_trend(values: list[int], spread: float, lines: int) -> None:
    row = points(values, spread)
    trend = measure_trend(row, lines=lines)
    assert (trend.verdict == "too few") == (len(values) < 8) == (trend.now is None)
    if trend.before is not None and trend.now is not None and trend.beyond is not None:
        assert 1 <= min(trend.before, trend.now) <= max(trend.before, trend.now) <= 4
        assert (abs(trend.now - trend.before) > trend.beyond) == (trend.verdict in ("better", "worse"))
    means = running_mean(row)
    assert len(means) == len(values)
    assert all(1 <= mean <= 4 and 0 <= deviation <= spread for mean, deviation in means)
