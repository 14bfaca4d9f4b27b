"""`coach drill incident`: find the cause of a production problem by asking for one check after another."""

from __future__ import annotations

from collections.abc import Sequence

from coach.cli.drill_kind import Case, Kind
from coach.cli.wiring import Rooms


def incident() -> None:
    """Find the cause of a production problem."""


def cases(rooms: Rooms) -> Sequence[Case]:
    return ()


KINDS = (Kind("incident", "find the cause of a production problem, check by check", incident, cases),)
