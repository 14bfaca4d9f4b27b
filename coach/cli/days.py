"""A day as people give it on the command line."""

from __future__ import annotations

from datetime import date

from coach.errors import UsageError


def read_day(text: str) -> date:
    """The day in `text`, written year first. Raises UsageError for anything else."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise UsageError(
            f"{text!r} is not a day that can be read. Write it year first, as 2026-12-11."
        ) from error
