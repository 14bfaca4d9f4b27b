"""What a finished incident shows: the path beside the best one, harm, what was jumped to. Prints nothing."""

from __future__ import annotations

from typing import Any

from coach.drills.incident_path import Path
from coach.drills.incident_play import Event, deed_of
from coach.drills.incident_signs import read_path
from coach.schema.base import Frozen


class Step(Frozen):
    """One line of a path: minutes of this step, `total` since the start, and what it was good for."""

    title: str
    minutes: int
    total: int
    note: str


class Debrief(Frozen):
    """The end of a run in figures and words. Harm is in units of `harm_of`, rounded."""

    cause: str
    steps: tuple[Step, ...]
    best: tuple[Step, ...]
    search_minutes: int
    best_minutes: int
    harm: int
    harm_of: str
    harm_limited_first: int | None
    text: str


def debrief(path: Path) -> Debrief:
    """The run's story; `harm_limited_first` is what the harm had been with the best limit as first move."""
    incident, total, steps = path.incident, 0, []
    for _, event in path.steps:
        title = _title(path, event)
        if title:
            total += event.minutes
            steps.append(Step(title=title, minutes=event.minutes, total=total, note=_note(path, event)))
    shortest = min(incident.paths, key=lambda one: sum(incident.fact(name).minutes for name in one))
    return Debrief(
        cause=incident.cause.text,
        steps=tuple(steps),
        best=tuple(_best(path, shortest)),
        search_minutes=path.search_minutes,
        best_minutes=path.best_minutes,
        harm=round(path.standing.harm),
        harm_of=incident.harm.what,
        harm_limited_first=_limited_first(path),
        text=" ".join(incident.debrief.split()),
    )


def as_data(path: Path) -> dict[str, Any]:
    """What is kept beside the grade: figures, the path by ids, and the signs that the rules found."""
    told = debrief(path)
    return {
        "cause_right": path.cause_right,
        "fix_right": path.fix_right,
        "gave_up": path.standing.gave_up,
        "minutes": path.standing.minutes,
        "search_minutes": told.search_minutes,
        "best_minutes": told.best_minutes,
        "harm": told.harm,
        "harm_of": told.harm_of,
        "harm_limited_first": told.harm_limited_first,
        "hints": path.standing.hints,
        "path": [event.id for _, event in path.steps if event.kind in ("fact", "act")],
        "readings": [item.model_dump() for item in read_path(path)],
    }


def _best(path: Path, names: tuple[str, ...]) -> list[Step]:
    total, steps = 0, []
    for name in names:
        fact = path.incident.fact(name)
        total += fact.minutes
        steps.append(Step(title=fact.title, minutes=fact.minutes, total=total, note=_fact_note(path, name)))
    return steps


def _title(path: Path, event: Event) -> str:
    if event.kind == "fact":
        return path.incident.fact(event.id).title
    if event.kind == "act":
        return deed_of(path.incident, path.standing.moves, event.id).title
    return {"hint": "Hint", "cause": "Cause stated", "fix": "Fix stated", "gave_up": "Given up"}.get(
        event.kind, ""
    )


def _note(path: Path, event: Event) -> str:
    if event.kind == "fact":
        return _fact_note(path, event.id)
    if event.kind == "act":
        deed = deed_of(path.incident, path.standing.moves, event.id)
        if deed.reduces:
            return f"{deed.reduces:.0%} less harm"
        return {"jump": "a jump", "hand_over": "handed over", "tell": "people know"}.get(deed.kind, "")
    if event.kind == "cause":
        return "right" if path.incident.cause.id in event.causes else "not it"
    if event.kind == "fix":
        return "mends it" if path.fix_right else "does not mend it"
    return ""


def _fact_note(path: Path, name: str) -> str:
    """confirms, points to it, rules out N, or nothing."""
    fact = path.incident.fact(name)
    if name in path.incident.confirm:
        return "confirms"
    parts = ["points to it"] if path.incident.cause.id in fact.points else []
    parts += [f"rules out {len(fact.excludes)}"] if fact.excludes else []
    return ", ".join(parts)


def _limited_first(path: Path) -> int | None:
    """The harm with the incident's best limit as the first move, or None where it knows none."""
    limits = [
        deed_of(path.incident, path.standing.moves, item.id)
        for item in path.incident.actions
        if item.reduces and deed_of(path.incident, path.standing.moves, item.id).kind == "limit"
    ]
    if not limits:
        return None
    best = max(limits, key=lambda deed: (deed.reduces, -deed.minutes))
    rest = max(0, path.standing.minutes - best.minutes)
    hours = (min(best.minutes, path.standing.minutes) + rest * (1 - best.reduces)) / 60
    return round(path.incident.harm.per_hour * hours)
