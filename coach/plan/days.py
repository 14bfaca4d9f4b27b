"""Days of the user: which one an instant falls on, and how long a plan lasts. Reads no clock."""

from __future__ import annotations

import calendar
from datetime import date, datetime, timedelta, tzinfo

# Too little of the day is left to do what a first day asks for.
_LATE_HOUR = 22
_MONTHS_FROM, _MONTH = 120, 30.44


def local_day(at: datetime, zone: tzinfo | None) -> date:
    """The user's day at an instant; `zone` None is the zone that the system is set to."""
    return at.astimezone(zone).date()


def first_day(now: datetime, zone: tzinfo | None) -> date:
    """The day that a plan made now begins on: today, or tomorrow late in the evening."""
    local = now.astimezone(zone)
    return local.date() + timedelta(days=1) if local.hour >= _LATE_HOUR else local.date()


def months_on(day: date, months: int) -> date:
    """The same day of a later month, or that month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def length(days: int) -> str:
    """How long a plan of so many days is, in words: 20 days, 12 weeks, 15 months."""
    if days > _MONTHS_FROM:
        return f"{round(days / _MONTH)} months"
    if days >= 14 and days % 7 == 0:
        return f"{days // 7} weeks"
    return "1 day" if days == 1 else f"{days} days"


def short_day(day: date) -> str:
    """A day as a list shows it: Sat 21 Nov."""
    return f"{day:%a} {day.day} {day:%b}"
