"""Moments as people read them, in the time of this machine."""

from __future__ import annotations

from datetime import datetime


def local_time(moment: str) -> datetime:
    """A stored moment (ISO 8601 with its offset) in the time of this machine."""
    return datetime.fromisoformat(moment).astimezone()


def day_words(moment: str) -> str:
    """A stored moment as a day: 21 Nov 2026."""
    return f"{local_time(moment):%d %b %Y}".lstrip("0")


def minute_words(moment: str) -> str:
    """A stored moment to the minute: 21 Nov 2026, 14:05."""
    return f"{day_words(moment)}, {local_time(moment):%H:%M}"
