"""An incident as it is played: intents become events, and events a standing. Words and grades come later."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from coach.drills.incident_intent import MOST_CHECKS, Intent
from coach.guides.incidents import ActKind, Fact, Incident, Layer, Moves
from coach.schema.base import Frozen

HINT_MINUTES = 15
EventKind = Literal[
    "fact",
    "again",
    "early",
    "act",
    "whether",
    "suspect",
    "reason",
    "no_data",
    "unclear",
    "which",
    "too_many",
    "hint",
    "cause",
    "fix",
    "gave_up",
]


class Event(Frozen):
    """One thing that came of a message. `text` is the candidate's words, `minutes` what it cost.

    `actions` are what a fix orders; `causes` the hypotheses that a stated cause names; `options` the facts
    of which the coach asked whether they are meant.
    """

    kind: EventKind
    id: str = ""
    text: str = ""
    minutes: int = 0
    actions: tuple[str, ...] = ()
    causes: tuple[str, ...] = ()
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Deed:
    """An act as it works in one incident: the incident's own, else the usual one."""

    id: str
    act: str
    kind: ActKind
    title: str
    effect: str
    minutes: int
    reduces: float


@dataclass
class Standing:
    """Where a run stands: what was seen and done in order, minutes spent, harm in the incident's unit."""

    incident: Incident
    moves: Moves
    events: list[Event] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)
    deeds: list[str] = field(default_factory=list)
    minutes: int = 0
    harm: float = 0.0
    limited: float = 0.0
    hints: int = 0

    @classmethod
    def of(cls, incident: Incident, moves: Moves, events: Iterable[Event]) -> Standing:
        standing = cls(incident, moves)
        for event in events:
            standing.add(event)
        return standing

    def add(self, event: Event) -> None:
        self.events.append(event)
        self.minutes += event.minutes
        self.harm += self.incident.harm.per_hour * event.minutes / 60 * (1 - self.limited)
        if event.kind == "fact":
            self.facts.append(event.id)
        elif event.kind == "hint":
            self.hints += 1
        elif event.kind == "act":
            self.deeds.append(event.id)
            self.limited = max(self.limited, deed_of(self.incident, self.moves, event.id).reduces)

    @property
    def last(self) -> str:
        """The check whose result was shown last, or ""."""
        return next((event.id for event in reversed(self.events) if event.kind in ("fact", "again")), "")

    @property
    def cause(self) -> Event | None:
        """The cause that was stated last."""
        return next((event for event in reversed(self.events) if event.kind == "cause"), None)

    @property
    def fix(self) -> Event | None:
        """The fix that was stated last. Who goes on checking with no cause stated takes it back."""
        fix, caused = None, False
        for event in self.events:
            if event.kind == "fix":
                fix = event
            elif event.kind == "fact" and not caused:
                fix = None
            caused = caused or event.kind == "cause"
        return fix

    @property
    def concluded(self) -> bool:
        """True right after a cause, or after a suspicion of somebody who has looked at something."""
        last = self.events[-1].kind if self.events else ""
        return last == "cause" or (last == "suspect" and bool(self.facts))

    @property
    def gave_up(self) -> bool:
        return any(event.kind == "gave_up" for event in self.events)

    @property
    def ended(self) -> bool:
        return self.gave_up or (self.cause is not None and self.fix is not None)


def deed_of(incident: Incident, moves: Moves, name: str) -> Deed:
    """The act of that id in this incident; KeyError where neither file knows it."""
    action = next((item for item in incident.actions if item.id == name), None)
    usual = moves.act(action.act if action else name)
    if usual is None:
        raise KeyError(name)
    if action is None:
        return Deed(usual.id, usual.id, usual.kind, usual.title, usual.effect, usual.minutes, 0.0)
    return Deed(
        action.id,
        usual.id,
        action.kind or usual.kind,
        action.title or usual.title,
        action.effect,
        usual.minutes if action.minutes is None else action.minutes,
        action.reduces,
    )


def play(standing: Standing, intents: Sequence[Intent]) -> list[Event]:
    """What comes of a message; `standing` is brought up to date. A fix is not ended here."""
    events: list[Event] = []
    checks = 0
    for intent in intents:
        checks += intent.kind in ("fact", "no_data")
        if intent.kind in ("fact", "no_data") and checks > MOST_CHECKS:
            event = Event(kind="too_many", text=intent.text)
        else:
            event = _event(standing, intent)
        standing.add(event)
        events.append(event)
    return events


def _event(standing: Standing, intent: Intent) -> Event:
    if intent.kind == "fact":
        fact = standing.incident.fact(intent.id)
        if fact.id in standing.facts:
            return Event(kind="again", id=fact.id, text=intent.text)
        if fact.after and not set(fact.after) & set(standing.facts):
            return Event(kind="early", id=fact.id, text=intent.text)
        return Event(kind="fact", id=fact.id, text=intent.text, minutes=fact.minutes)
    if intent.kind == "act":
        if intent.id in standing.deeds:
            return Event(kind="again", id=intent.id, text=intent.text)
        deed = deed_of(standing.incident, standing.moves, intent.id)
        return Event(kind="act", id=deed.id, text=intent.text, minutes=deed.minutes)
    if intent.kind == "which":
        options = tuple(
            name for n, name in enumerate(intent.options) if _may_be_named(standing, name, nearest=n == 0)
        )
        return Event(kind="which" if options else "unclear", text=intent.text, options=options)
    return Event(kind=intent.kind, id=intent.id, text=intent.text)


def _may_be_named(standing: Standing, name: str, *, nearest: bool) -> bool:
    """False for a check whose name would give something away that the candidate has not come near to.

    That is one that rests on others not seen yet, and one that proves the cause and is not the nearest.
    """
    after = standing.incident.fact(name).after
    if after and not set(after) & set(standing.facts):
        return False
    return nearest or name not in standing.incident.confirm


def hint(standing: Standing) -> tuple[Event, str]:
    """The next hint and its words: first the layer to look at, asked again the check itself."""
    incident, seen = standing.incident, set(standing.facts)
    fact = next_fact(incident, seen)
    given = [event.id for event in standing.events if event.kind == "hint"]
    if fact is None:
        return Event(
            kind="hint", id="conclude"
        ), "You have what you need. State the cause, and what you do about it."
    layer = layer_of(fact, standing.moves)
    if layer not in given:
        return Event(kind="hint", id=layer, minutes=HINT_MINUTES), standing.moves.hints[layer]
    return Event(kind="hint", id=fact.id, minutes=HINT_MINUTES), f"A check worth its time: {fact.title}"


def next_fact(incident: Incident, seen: set[str]) -> Fact | None:
    """The first fact still to see on the good path of which most is seen."""
    path = max(incident.paths, key=lambda one: len(seen & set(one)) / len(one))
    if seen & set(incident.confirm):
        return None
    return next((incident.fact(name) for name in path if name not in seen), None)


def layer_of(fact: Fact, moves: Moves) -> Layer:
    check = moves.check(fact.check)
    if check is None:
        raise KeyError(fact.check)
    return check.layer
