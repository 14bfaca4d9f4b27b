"""Which signs of the rubric a path through an incident shows, each with the move that it rests on.

One rule for each sign; a rule that finds nothing says nothing. The level is set in `incident_grade`.
"""

from __future__ import annotations

from coach.drills.incident_path import Path
from coach.drills.incident_play import Event, deed_of
from coach.schema.base import Frozen
from coach.text.sanitize import for_terminal

QUOTED = 160  # characters of a move that are quoted at most
MODEL_ACTS = ("retrain", "other-model", "threshold", "reprompt")


class Reading(Frozen):
    """One thing that the rules found. `good` speaks for the path; `sign` is a sign of the rubric, or "".

    `turn` and `quote` are the move that it rests on, where there is one.
    """

    good: bool
    sign: str
    text: str
    quote: str = ""
    turn: int | None = None


def read_path(path: Path) -> list[Reading]:
    """Everything that the rules find, good first."""
    found = [rule(path) for rule in _RULES]
    readings = [item for item in found if item is not None]
    return sorted(readings, key=lambda item: not item.good)


def _at(path: Path, n: int | None, *, good: bool, sign: str, text: str) -> Reading | None:
    if n is None:
        return None
    turn, event = path.steps[n]
    return Reading(good=good, sign=sign, text=text, quote=event.text, turn=turn)


def _recent_change(path: Path) -> Reading | None:
    return _at(
        path,
        path.first("fact", ids=path.opening),
        good=True,
        sign="recent-change-first",
        text="You began with the symptom and what changed.",
    )


def _slice(path: Path) -> Reading | None:
    return _at(path, path.isolated_at, good=True, sign="slice-named", text="This check points to the cause.")


def _rules_out(path: Path) -> Reading | None:
    rivals = [item.id for item in path.incident.hypotheses if not item.cause]
    if not path.excluded:
        return None
    most = max(path.standing.facts, key=lambda name: len(path.incident.fact(name).excludes))
    return _at(
        path,
        path.first("fact", ids=[most]),
        good=True,
        sign="rules-out",
        text=f"Your checks rule out {len(path.excluded)} of {len(rivals)} other explanations.",
    )


def _confirmed(path: Path) -> Reading | None:
    fixed = path.fixed_at
    if path.confirmed_at is None or (fixed is not None and path.confirmed_at > fixed):
        return None
    return _at(
        path, path.confirmed_at, good=True, sign="confirms-fix", text="The cause was proved before the fix."
    )


def _named(path: Path) -> Reading | None:
    if not path.cause_right:
        return None
    text = "The cause that you stated is the right one."
    if not path.standing.facts:
        text = "The cause that you stated is the right one, and nothing that you asked for shows it."
    last = max(n for n, (_, event) in enumerate(path.steps) if event.kind == "cause")
    return _at(path, last, good=bool(path.standing.facts), sign="", text=text)


def _stops_harm(path: Path) -> Reading | None:
    if path.standing.limited < 0.5:
        return None
    names = [
        name
        for name in path.standing.deeds
        if deed_of(path.incident, path.standing.moves, name).reduces == path.standing.limited
    ]
    return _at(
        path,
        path.first("act", ids=names),
        good=True,
        sign="stops-harm",
        text=f"This took away {path.standing.limited:.0%} of the harm while you searched.",
    )


def _told(path: Path) -> Reading | None:
    return _at(path, path.did("tell"), good=True, sign="", text="You told those concerned.")


def _fix_first(path: Path) -> Reading | None:
    n = path.jumps[0] if path.jumps else None
    return _at(
        path,
        n,
        good=False,
        sign="fix-first",
        text="A remedy before the cause was known, or that cannot mend it.",
    )


def _handed_over(path: Path) -> Reading | None:
    return _at(
        path, path.did("hand_over"), good=False, sign="asks-and-waits", text="You handed the search over."
    )


def _blames_model(path: Path) -> Reading | None:
    n = next((n for n, (_, event) in enumerate(path.steps) if _remakes_model(path, event)), None)
    return _at(path, n, good=False, sign="blames-model", text="The model was taken to be at fault.")


def _remakes_model(path: Path, event: Event) -> bool:
    """True for an act or a fix that works on the model where that mends nothing.

    Beside a remedy that mends ("judge the labels anew, then retrain") it is a part of that remedy.
    """
    names = event.actions if event.kind == "fix" else (event.id,) if event.kind == "act" else ()
    deeds = [deed_of(path.incident, path.standing.moves, name) for name in names]
    if any(deed.kind == "fix" for deed in deeds):
        return False
    return any(deed.kind == "jump" and deed.act in MODEL_ACTS for deed in deeds)


def _flat(path: Path) -> Reading | None:
    n = path.first("too_many")
    if n is None and path.is_costly:
        n = path.first("fact")
    return _at(
        path,
        n,
        good=False,
        sign="flat-checklist",
        text=f"Checks for {path.search_minutes} minutes; the shortest good path takes {path.best_minutes}.",
    )


def _wrong_cause(path: Path) -> Reading | None:
    if path.standing.cause is None or path.cause_right:
        return None
    last = max(n for n, (_, event) in enumerate(path.steps) if event.kind == "cause")
    return _at(path, last, good=False, sign="", text=f"This is not the cause{_against(path)}.")


def _against(path: Path) -> str:
    """Which check speaks against the cause that was named, one that was seen before one that was not."""
    against = [fact for fact in path.incident.facts if set(fact.excludes) & set(path.named)]
    if not against:
        return ""
    seen = [fact for fact in against if fact.id in path.standing.facts]
    fact = (seen or against)[0]
    title = fact.title.rstrip("?.")
    return f'; what you saw under "{title}" rules it out' if seen else f'; "{title}" would have ruled it out'


_RULES = (
    _recent_change,
    _slice,
    _rules_out,
    _stops_harm,
    _confirmed,
    _named,
    _told,
    _fix_first,
    _handed_over,
    _blames_model,
    _flat,
    _wrong_cause,
)


def shown_quote(text: str) -> str:
    """A quote for one line of the screen."""
    flat = " ".join(for_terminal(text).split())
    return flat if len(flat) <= QUOTED else f"{flat[:QUOTED].rsplit(' ', 1)[0]} ..."
