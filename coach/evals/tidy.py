"""Finds recordings that no suite asks for any more. Removes only what it is told to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from coach.evals.bench import Bench
from coach.evals.exchange import Wanted, collect
from coach.llm.recordings import Recording, Recordings

_PURPOSES = ("grade", "grade_repair", "plain_chat")


@dataclass(frozen=True)
class Tidiness:
    """`unused` is recorded but asked by nothing; `missing` is asked but not recorded."""

    unused: tuple[Recording, ...]
    missing: dict[str, Wanted]


async def check_recordings(benches: Iterable[Bench], recordings: Recordings, model: str) -> Tidiness:
    """Walk through everything that the suites ask, by replay.

    Repairs behind a first reply that is missing count as unused until it is recorded.
    """
    missing: dict[str, Wanted] = {}
    for bench in benches:
        missing |= await collect(bench.jobs, recordings, model, bench.ask)
    return Tidiness(unused_of(recordings), missing)


def unused_of(recordings: Recordings) -> tuple[Recording, ...]:
    """Recordings of grades that nobody has asked for since they were loaded."""
    return tuple(item for item in recordings.unused() if item.purpose in _PURPOSES)
