"""Grades the path through an incident by rule, on the rubric's criterion problem_decomposition.

The rules are the functions below: each says which sign of the rubric the moves show, and what is held
against them. The level follows from the signs alone. No model takes part.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from coach.drills.incident_play import Event, Standing, deed_of, layer_of
from coach.drills.incident_run import Said
from coach.drills.incident_words import GUARD, VERIFY
from coach.guides.corpus import Corpus
from coach.guides.incidents import Incident
from coach.schema.base import Frozen
from coach.schema.grade import Citation, Evidence, Grade, GraderId, Verdict
from coach.text.sanitize import for_terminal

CRITERION = "problem_decomposition"
GRADER = "incident-rules-1"
# A path that takes this many times the shortest good one is no longer a search in order.
COSTLY = 2.0
MOST_HINTS = 1
QUOTED = 160


class Reading(Frozen):
    """One thing that the rules found. `good` speaks for the path; `sign` is a sign of the rubric, or "".

    `turn` and `quote` are the move that it rests on, where there is one.
    """

    good: bool
    sign: str
    text: str
    quote: str = ""
    turn: int | None = None


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


def read_path(path: Path) -> list[Reading]:
    """Everything that the rules find, good first."""
    found = [rule(path) for rule in _RULES]
    readings = [item for item in found if item is not None]
    return sorted(readings, key=lambda item: not item.good)


def level_of(path: Path) -> tuple[int, list[str]]:
    """The level, 1 to 4, and what keeps it from being higher, the most serious first."""
    if not path.standing.facts:
        return 1, ["No check of yours found anything: a remedy or a cause without a look is a guess."]
    lacking = _to_two(path)
    if lacking:
        return 1, lacking
    lacking = _to_three(path)
    if lacking:
        return 2, lacking
    lacking = _to_four(path)
    return (3, lacking) if lacking else (4, [])


def _to_two(path: Path) -> list[str]:
    first_look, remedies = path.first("fact"), path.remedies
    if path.isolated_at is None and remedies and first_look is not None and remedies[0] < first_look:
        return ["You began with a remedy, and nothing that you looked at later pointed to the cause."]
    return []


def _to_three(path: Path) -> list[str]:
    wanting = []
    if path.isolated_at is None:
        wanting.append(
            "Nothing that you asked for points to the cause: name the slice, log or query of this case."
        )
    if path.standing.gave_up:
        wanting.append("You gave up before the cause was stated.")
    elif not path.cause_right:
        wanting.append("The cause that you stated is not the one that the findings show.")
    elif len(path.named) > 2:
        wanting.append("You named several causes: a search ends with one.")
    early = [n for n in path.jumps if path.isolated_at is None or n < path.isolated_at]
    if early and not wanting:
        wanting.append("You applied a remedy before anything pointed to a cause.")
    return wanting


def _to_four(path: Path) -> list[str]:
    confirmed, fixed = path.confirmed_at, path.first("fix")
    checks = (
        (
            confirmed is None or (fixed is not None and confirmed > fixed),
            "The cause was not confirmed before the fix.",
        ),
        (bool(path.jumps), "A remedy that could not work was tried on the way."),
        (not path.fix_right, "What you would do does not mend the cause."),
        (len(path.named) > 1, "You named another cause beside the right one."),
        (path.standing.limited < 0.5, "The harm went on while you searched: nothing was done to limit it."),
        (not _opens_well(path), "Begin with when it started and what changed then."),
        (not _half_excluded(path), "Less than half of the other explanations were ruled out."),
        (
            path.search_minutes > COSTLY * path.best_minutes,
            f"Checks for {path.search_minutes} minutes, where {path.best_minutes} lead to the cause.",
        ),
        (path.standing.hints > MOST_HINTS, "More than one hint was needed."),
        (path.did("hand_over") is not None, "The search was handed to somebody else on the way."),
        (
            not _guarded(path),
            "Nothing was said of how you know that the fix worked, and what would catch its return.",
        ),
    )
    return [words for lacking, words in checks if lacking]


def _opens_well(path: Path) -> bool:
    seen = [path.incident.fact(name) for name in path.standing.facts[:3]]
    return any(layer_of(fact, path.standing.moves) in ("symptom", "change") for fact in seen)


def _half_excluded(path: Path) -> bool:
    rivals = [item.id for item in path.incident.hypotheses if not item.cause]
    return len(path.excluded & set(rivals)) * 2 >= len(rivals)


def _guarded(path: Path) -> bool:
    fix = path.standing.fix.text if path.standing.fix else ""
    return path.did("guard") is not None or bool(VERIFY.search(fix)) or bool(GUARD.search(fix))


def _at(path: Path, n: int | None, *, good: bool, sign: str, text: str) -> Reading | None:
    if n is None:
        return None
    turn, event = path.steps[n]
    return Reading(good=good, sign=sign, text=text, quote=event.text, turn=turn)


def _recent_change(path: Path) -> Reading | None:
    names = [
        name
        for name in path.standing.facts[:3]
        if layer_of(path.incident.fact(name), path.standing.moves) in ("symptom", "change")
    ]
    return _at(
        path,
        path.first("fact", ids=names) if names else None,
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
    fixed = path.first("fix", "cause")
    if path.confirmed_at is None or (fixed is not None and path.confirmed_at > fixed):
        return None
    return _at(
        path, path.confirmed_at, good=True, sign="confirms-fix", text="The cause was proved before the fix."
    )


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
    names = [
        event.id
        for _, event in path.steps
        if event.kind == "act"
        and deed_of(path.incident, path.standing.moves, event.id).act
        in ("retrain", "other-model", "threshold", "reprompt")
        and deed_of(path.incident, path.standing.moves, event.id).kind == "jump"
    ]
    n = path.first("act", ids=names) if names else None
    return _at(path, n, good=False, sign="blames-model", text="The model was taken to be at fault.")


def _flat(path: Path) -> Reading | None:
    n = path.first("too_many")
    if n is None and path.search_minutes > COSTLY * path.best_minutes:
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
    return _at(path, path.first("cause"), good=False, sign="", text="This is not the cause.")


_RULES = (
    _recent_change,
    _slice,
    _rules_out,
    _stops_harm,
    _confirmed,
    _told,
    _fix_first,
    _handed_over,
    _blames_model,
    _flat,
    _wrong_cause,
)


def grade_path(path: Path, corpus: Corpus) -> Grade:
    """The path's grade: one verdict, quotes of moves as evidence, the debrief's passages as citations."""
    level, lacking = level_of(path)
    readings = read_path(path)
    anchor = corpus.criteria_of([CRITERION])[0].levels[level]
    good = [item.text for item in readings if item.good]
    reason = " ".join(
        ["; ".join(text.rstrip(".") for text in good) + "." if good else "", *lacking[:1]]
    ).strip()
    verdict = Verdict(
        id=CRITERION,
        status="graded",
        score=level,
        evidence=tuple(_evidence(item, path) for item in readings if item.turn is not None and item.quote),
        citations=tuple(
            Citation(passage=name, guide=name.partition("#")[0]) for name in path.incident.passages
        ),
        reason=reason or anchor,
        advice=" ".join(lacking),
    )
    return Grade(
        status="graded",
        overall=level,
        range=(level, level),
        criteria=(verdict,),
        grader=GraderId(
            kind="local",
            model=GRADER,
            prompt=digest_of(path.incident),
            rubric=corpus.rubric.digest,
            guides=corpus.digest,
        ),
    )


def digest_of(incident: Incident) -> str:
    """First 12 hex digits of a hash over the incident: two runs compare only where it is equal."""
    return hashlib.sha256(incident.model_dump_json().encode()).hexdigest()[:12]


def _evidence(item: Reading, path: Path) -> Evidence:
    text = next(said.text for said in path.said if said.turn == item.turn)
    start = text.find(item.quote)
    if start < 0:
        start, end = 0, len(text)
    else:
        end = start + len(item.quote)
    end = min(end, start + QUOTED)
    return Evidence(quote=text[start:end], start=start, end=end, found=True, turn=item.turn)


def shown_quote(text: str) -> str:
    """A quote for one line of the screen."""
    flat = " ".join(for_terminal(text).split())
    return flat if len(flat) <= QUOTED else f"{flat[:QUOTED].rsplit(' ', 1)[0]} ..."
