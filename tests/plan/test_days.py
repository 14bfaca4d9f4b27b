"""Days, months and lengths of the user's calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from coach.plan.days import first_day, length, local_day, months_on

TOKYO = ZoneInfo("Asia/Tokyo")


def test_an_instant_falls_on_the_users_day() -> None:
    at = datetime(2026, 11, 21, 20, tzinfo=UTC)
    assert local_day(at, UTC) == date(2026, 11, 21)
    assert local_day(at, TOKYO) == date(2026, 11, 22)


@pytest.mark.parametrize(
    ("hour", "first"), [(0, date(2026, 11, 21)), (21, date(2026, 11, 21)), (22, date(2026, 11, 22))]
)
def test_late_in_the_evening_a_plan_begins_on_the_next_day(hour: int, first: date) -> None:
    assert first_day(datetime(2026, 11, 21, hour, 59, tzinfo=TOKYO), TOKYO) == first


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 11, 21), 14, date(2028, 1, 21)),
        (date(2026, 11, 30), 1, date(2026, 12, 30)),
    ],
)
def test_months_end_on_the_same_day_or_the_last(day: date, months: int, later: date) -> None:
    assert months_on(day, months) == later


@pytest.mark.parametrize(
    ("days", "words"), [(1, "1 day"), (7, "7 days"), (20, "20 days"), (84, "12 weeks"), (457, "15 months")]
)
def test_a_length_is_said_in_its_largest_unit(days: int, words: str) -> None:
    assert length(days) == words
