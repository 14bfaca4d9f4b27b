"""A run of an incident as the rules of its grade see it: positions, figures, causes. Judges nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from coach.drills.incident_play import Event, Standing, deed_of, layer_of
from coach.drills.incident_run import Said
from coach.drills.incident_words import HEDGES
from coach.guides.incidents import Incident

OPENING = 3  # facts that count as the beginning of a search
# A path that takes this many times a good one is no longer a search in order.
COSTLY = 2.5
NEARLY_ALL = 0.75  # share of the checks that there are


@dataclass
class Path:
    """The run as the rules see it. Minutes are of checks, acts and hints together."""

    standing: Standing
    said: Sequence[Said]
    steps: list[tuple[int, Event]] = field(init=False)

    def __post_init__(self) -> None:
        self.steps = [(item.turn, event) for item in self.said for event in item.events]

    @property
    def incident(self) -> Incident:
        return self.standing.incident

    def first(self, *kinds: str, ids: Sequence[str] | None = None) -> int | None:
        """Position of the first step of those kinds (and ids), or None."""
        return next(
            (n for n, (_, e) in enumerate(self.steps) if e.kind in kinds and (ids is None or e.id in ids)),
            None,
        )

    @property
    def isolating(self) -> list[str]:
        """Ids of the facts that point to the cause, in the incident's order."""
        return [fact.id for fact in self.incident.facts if self.incident.cause.id in fact.points]

    @property
    def isolated_at(self) -> int | None:
        return self.first("fact", ids=self.isolating)

    @property
    def confirmed_at(self) -> int | None:
        return self.first("fact", ids=self.incident.confirm)

    @property
    def fixed_at(self) -> int | None:
        """Position of the fix that stands; of the first one where none does."""
        fix = self.standing.fix
        stands = next((n for n, (_, event) in enumerate(self.steps) if event is fix), None)
        return self.first("fix") if stands is None else stands

    @property
    def remedies(self) -> list[int]:
        """Positions of remedies: acts that mend nothing or that mend, and the fix."""
        return [
            n
            for n, (_, event) in enumerate(self.steps)
            if event.kind == "fix"
            or (
                event.kind == "act"
                and deed_of(self.incident, self.standing.moves, event.id).kind in ("jump", "fix")
            )
        ]

    @property
    def jumps(self) -> list[int]:
        """Remedies before anything pointed to the cause, and those that could not be one."""
        isolated = self.isolated_at
        return [
            n for n in self.remedies if isolated is None or n < isolated or (self.steps[n][1].kind == "act")
        ]

    @property
    def best_minutes(self) -> int:
        return min(sum(self.incident.fact(name).minutes for name in path) for path in self.incident.paths)

    @property
    def is_costly(self) -> bool:
        """True where nearly all was looked at, or looking took a multiple of the longest of the good paths.

        Asking who is hurt, and how much, is no part of the search and costs nothing here.
        """
        longest = max(sum(self.incident.fact(name).minutes for name in path) for path in self.incident.paths)
        seen = [self.incident.fact(name) for name in self.standing.facts]
        duty = sum(fact.minutes for fact in seen if fact.check == "impact")
        nearly_all = len(seen) > NEARLY_ALL * len(self.incident.facts)
        return nearly_all or self.search_minutes - duty > COSTLY * longest

    @property
    def search_minutes(self) -> int:
        """What looking cost: checks and hints."""
        return sum(event.minutes for _, event in self.steps if event.kind in ("fact", "hint"))

    @property
    def excluded(self) -> set[str]:
        return {name for fact in self.standing.facts for name in self.incident.fact(fact).excludes}

    @property
    def named(self) -> tuple[str, ...]:
        return self.standing.cause.causes if self.standing.cause else ()

    @property
    def hedges(self) -> bool:
        """True where the cause was stated as one of several."""
        cause = self.standing.cause
        return len(self.named) > 1 and cause is not None and HEDGES.search(cause.text) is not None

    @property
    def cause_right(self) -> bool:
        return self.incident.cause.id in self.named

    @property
    def fix_right(self) -> bool:
        fix = self.standing.fix
        ordered = (*(fix.actions if fix else ()), *self.standing.deeds)
        return any(deed_of(self.incident, self.standing.moves, name).kind == "fix" for name in ordered)

    def did(self, kind: str) -> int | None:
        """Position of the first act of a kind."""
        for n, (_, event) in enumerate(self.steps):
            names = (event.id,) if event.kind == "act" else event.actions
            if any(deed_of(self.incident, self.standing.moves, name).kind == kind for name in names):
                return n
        return None

    @property
    def opening(self) -> list[str]:
        """Those of the first three facts seen that look at the symptom or at what changed."""
        return [
            name
            for name in self.standing.facts[:OPENING]
            if layer_of(self.incident.fact(name), self.standing.moves) in ("symptom", "change")
        ]
