"""Marks made up for tests of progress."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from coach.progress.noise import Noise
from coach.progress.overview import Overview, make_overview
from coach.store.marks import Maker, Mark

LOCAL = Maker("practice", "senior", "local", "local-1", "p1", "r1", "g1")
ROUNDS = {"debugging": "Debugging", "strategy": "Strategy", "portfolio": "Portfolio"}
CRITERIA = {"ownership": "Ownership", "data": "Data fluency"}
QUIET = Noise(overall=0.1, criteria=0.1, model="local-1", prompt="p1", number=160, kind="local")
START = datetime(2026, 1, 1, 9, tzinfo=UTC)


def marks_of(
    levels: Sequence[int],
    *,
    maker: Maker = LOCAL,
    own: Sequence[int | None] = (),
    again: Sequence[int] = (),
    begin: int = 0,
    criterion: str = "ownership",
    round_: str | None = "debugging",
    width: int = 0,
) -> list[Mark]:
    """One mark a day from day `begin`; positions in `again` are retries in the session before them."""
    marks: list[Mark] = []
    for place, level in enumerate(levels):
        retry = place in again
        session = marks[-1].session if retry else f"s{begin + place}"
        marks.append(
            Mark(
                attempt=begin + place,
                session=session,
                at=(START + timedelta(days=begin + place)).isoformat(timespec="milliseconds"),
                question="q",
                round=round_,
                again=retry,
                maker=maker,
                overall=level,
                low=max(1, level - width),
                high=level,
                own=own[place] if place < len(own) else None,
                criteria={criterion: level},
            )
        )
    return marks


def overview_of(marks: Sequence[Mark], noise: Noise = QUIET) -> Overview:
    return make_overview(
        sorted(marks, key=lambda mark: mark.at), lambda grader: noise, rounds=ROUNDS, criteria=CRITERIA
    )
