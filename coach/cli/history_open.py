"""Finds what was left open in stored attempts. Shows nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coach.cli.wiring import Rooms
    from coach.schema.pressing import LeftOpen
    from coach.store.records import AttemptRecord


def open_finder(rooms: Rooms) -> Callable[[AttemptRecord], Sequence[LeftOpen]]:
    """For an attempt with marks: the follow-ups that got no answer to hold on to."""
    from coach.guides.pressing import load_pressing
    from coach.interview.left_open import left_open
    from coach.resources import corpus_dir

    pressing = load_pressing(corpus_dir(), rooms.corpus)

    def find(attempt: AttemptRecord) -> Sequence[LeftOpen]:
        marked = bool(attempt.grades) and attempt.grades[-1].grade.status == "graded"
        return left_open(attempt.turns, pressing) if marked else ()

    return find
