"""What `coach drill` knows of a kind of drill: its name, its command, its cases. Runs none."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from coach.cli.wiring import Rooms


@dataclass(frozen=True)
class Case:
    """One case of a kind: `name` is what the command takes, `title` what a candidate may read before it."""

    name: str
    title: str


@dataclass(frozen=True)
class Kind:
    """A kind of drill: `coach drill NAME` runs `command`; `cases` lists what it may be run on.

    `done` gives the last mark and its time by case, for a kind whose runs are sessions of questions.
    """

    name: str
    summary: str
    command: Callable[..., Any]
    cases: Callable[[Rooms], Sequence[Case]]
    done: Callable[[Rooms], Mapping[str, tuple[int | None, str]]] = lambda rooms: {}
