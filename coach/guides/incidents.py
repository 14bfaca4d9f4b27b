"""Incidents as corpus/incidents holds them, and the moves that all of them share. Loads and checks shape.

Whether an incident's texts agree with each other is checked in `incident_check`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from coach.errors import DatasetError, SetupError
from coach.guides.corpus import load_yaml
from coach.guides.exercises import Name, Said, Text
from coach.schema.base import Frozen

_NAME = re.compile(r"[a-z0-9-]+")  # what may become part of a path

# The order in which causes are isolated; `confirm` tests one cause, wherever it lies.
Layer = Literal["symptom", "change", "slice", "data", "infrastructure", "model", "users", "confirm"]
ActKind = Literal["limit", "fix", "jump", "tell", "guard", "hand_over", "neutral"]


class Check(Frozen):
    """A usual check: ways to ask for it, and the layer that it looks at. Holds no result."""

    id: Name
    layer: Layer
    asks: tuple[str, ...] = Field(min_length=3)


class Act(Frozen):
    """A usual act: ways to order it, and what comes of it where an incident says nothing else."""

    id: Name
    kind: ActKind
    title: Text
    effect: Text
    minutes: int = Field(ge=0)
    asks: tuple[str, ...] = Field(min_length=3)


class Moves(Frozen):
    """What can be asked and done in any incident, and groups of words that mean the same there.

    `hints` says for each layer what has not been looked at, without naming a result.
    """

    checks: tuple[Check, ...]
    acts: tuple[Act, ...]
    words: tuple[tuple[str, ...], ...]
    hints: dict[Layer, str]

    def check(self, name: str) -> Check | None:
        return next((item for item in self.checks if item.id == name), None)

    def act(self, name: str) -> Act | None:
        return next((item for item in self.acts if item.id == name), None)


class Hypothesis(Frozen):
    """A cause that could be; `says` are phrases of `coach.text.phrases` by which it is named."""

    id: Name
    text: Text
    says: tuple[Said, ...] = Field(min_length=1)
    cause: bool = False


class Fact(Frozen):
    """One check and what it shows.

    `title` may be read by a model and in a hint, so that it never gives the result. `minutes` is of
    `who`'s time. `points` and `excludes` are ids of hypotheses; `after` are facts without which the
    check makes no sense yet, and `early` is what the coach says then.
    """

    id: Name
    check: Name
    title: Text
    shows: Text
    minutes: int = Field(gt=0)
    who: Text
    asks: tuple[str, ...] = ()
    points: tuple[Name, ...] = ()
    excludes: tuple[Name, ...] = ()
    after: tuple[Name, ...] = ()
    early: str = ""


class Action(Frozen):
    """An act and what it does here. `reduces` is the share of the harm that stops with it.

    `title`, `kind` and `minutes` come from the act where they are left out.
    """

    id: Name
    act: Name
    effect: Text
    title: str = ""
    kind: ActKind | None = None
    minutes: int | None = Field(default=None, ge=0)
    reduces: float = Field(default=0.0, ge=0.0, le=1.0)
    asks: tuple[str, ...] = ()


class Harm(Frozen):
    """What goes wrong for every hour that nothing is done: `per_hour` of `what`."""

    what: Text
    per_hour: float = Field(gt=0)


class Incident(Frozen):
    """A production problem with a hidden cause.

    `confirm` are facts of which any one confirms the cause; `best` is a good order of facts and `also`
    are others as good; `leaks` are phrases that only what points to the cause may show; `holds` are
    relations between figures of the texts, checked as arithmetic.
    """

    id: Name
    title: Text
    pattern: Text
    opening: Text
    harm: Harm
    hypotheses: tuple[Hypothesis, ...] = Field(min_length=3)
    facts: tuple[Fact, ...] = Field(min_length=6)
    confirm: tuple[Name, ...] = Field(min_length=1)
    best: tuple[Name, ...] = Field(min_length=3)
    also: tuple[tuple[Name, ...], ...] = ()
    actions: tuple[Action, ...] = Field(min_length=3)
    leaks: tuple[Said, ...] = Field(min_length=1)
    holds: tuple[str, ...] = Field(min_length=2)
    debrief: Text
    passages: tuple[str, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        wrong = next(_faults(self), None)
        if wrong:
            raise ValueError(wrong)
        return self

    @property
    def cause(self) -> Hypothesis:
        return next(item for item in self.hypotheses if item.cause)

    def fact(self, name: str) -> Fact:
        return next(item for item in self.facts if item.id == name)

    @property
    def paths(self) -> tuple[tuple[str, ...], ...]:
        return (self.best, *self.also)


def load_moves(folder: Path) -> Moves:
    """corpus/incident_moves.yaml; DatasetError names file and key."""
    return load_yaml(Moves, folder / "incident_moves.yaml")


def incident_names(folder: Path) -> list[str]:
    """Ids of the incidents under corpus/incidents, in order of the alphabet."""
    return sorted(path.stem for path in (folder / "incidents").glob("*.yaml"))


def load_incident(folder: Path, name: str, moves: Moves) -> Incident:
    """One incident; SetupError for a missing file, DatasetError (file and key) for a wrong one."""
    if not _NAME.fullmatch(name):
        raise SetupError(f"There is no incident {name!r}: `coach drill list incident` names them.")
    path = folder / "incidents" / f"{name}.yaml"
    incident = load_yaml(Incident, path)
    if incident.id != name:
        raise DatasetError(f"{path}: id: {incident.id} is not the file's name.")
    unknown = [
        f"facts.{fact.id}.check: {fact.check}" for fact in incident.facts if not moves.check(fact.check)
    ]
    unknown += [f"actions.{item.id}.act: {item.act}" for item in incident.actions if not moves.act(item.act)]
    if unknown:
        raise DatasetError(f"{path}: {unknown[0]} is not in incident_moves.yaml.")
    return incident


def load_incidents(folder: Path, moves: Moves) -> list[Incident]:
    """All incidents; SetupError where there is none."""
    names = incident_names(folder)
    if not names:
        raise SetupError(f"{folder / 'incidents'} holds no incident.")
    return [load_incident(folder, name, moves) for name in names]


def _faults(incident: Incident) -> Iterator[str]:
    """What names something that is not there, or is there twice."""
    facts = [fact.id for fact in incident.facts]
    hypotheses = [item.id for item in incident.hypotheses]
    if sum(item.cause for item in incident.hypotheses) != 1:
        yield "exactly one hypothesis is the cause"
    for what, names in (("facts", facts), ("actions", [item.id for item in incident.actions])):
        yield from (
            f"{what}: {name} is there twice" for name in sorted({n for n in names if names.count(n) > 1})
        )
    yield from (f"facts and actions share the id {item.id}" for item in incident.actions if item.id in facts)
    for fact in incident.facts:
        yield from _unknown(f"facts.{fact.id}.points", fact.points, hypotheses)
        yield from _unknown(f"facts.{fact.id}.excludes", fact.excludes, hypotheses)
        yield from _unknown(f"facts.{fact.id}.after", fact.after, facts)
        if fact.after and not fact.early:
            yield f"facts.{fact.id}.early: says nothing for when it is asked too soon"
    for where, path in (("confirm", incident.confirm), *(("best and also", path) for path in incident.paths)):
        yield from _unknown(where, path, facts)


def _unknown(where: str, names: Iterable[str], known: Iterable[str]) -> Iterator[str]:
    held = set(known)
    yield from (f"{where}: {name} does not exist" for name in names if name not in held)
