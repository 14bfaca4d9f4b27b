"""What a candidate wants with a message: checks, acts, a suspicion, a cause, a fix. Read by rule.

A reader turns one message into intents; what they lead to is decided in `incident_play`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from coach.drills.incident_context import follows, leans
from coach.drills.incident_leanings import WANTS_ANSWER, is_foreign
from coach.drills.incident_lists import alternatives, halves
from coach.drills.incident_match import FIRMLY, FOUND, Match, Matcher
from coach.drills.incident_words import (
    ASSERTS,
    CAUSE,
    CHECKING,
    DENIED,
    GOES_ON,
    INVERTED,
    NOT,
    ORDER,
    PARTS,
    REASON,
    STATES,
    SUSPECT,
    TAG,
    TELLS,
    TESTS,
    TRIAL,
    WEIGHS,
    WHETHER,
    WHY,
    clauses,
)
from coach.schema.base import Frozen
from coach.text.phrases import find

IntentKind = Literal[
    "fact", "act", "whether", "suspect", "cause", "fix", "reason", "no_data", "unclear", "which"
]
ORDER_LEAN = 0.15  # how much better a check must fit words that begin with an order, and the reverse
CLEAR, APART = 0.56, 0.05  # a check is shown that fits so firmly and stands so clear of the runner-up
ASKED = 0.38  # one that fits less clearly is asked about, down to this firmness
NEARLY = 0.2  # a second reading is offered beside the first where its score is not further away
SURE = 0.75  # beside a check that fits better, what fits less firmly than this and is no request is not run
FIRM, LISTED = 0.85, 1.05  # what each of two requests must fit, and each of a list, against the whole
DONE = 0.5  # once a cause is named, an act that fits so firmly is done whatever check the words may fit
OTHER = 0.8  # "and by country?" is another check than the last one where it fits another so firmly
# Ids of what is unclear for a reason: none of the readings offered was meant; the cause itself is asked for;
# it is in another language than English.
NEITHER, ANSWER, FOREIGN = "neither", "answer", "foreign"
MOST_CLAUSES = 40  # of one message; what follows is not read
MOST_APART, MOST_WORDS = 5, 40  # clauses, and words of one, that are taken apart into several requests
MOST_CHECKS = 4  # more in one message is a list read out, not a search


class Intent(Frozen):
    """One thing that a message wants. `id` names a fact or an action; `text` is the candidate's words.

    whether: asks what an act would do. reason: says what a finding would mean. no_data: a usual check
    that this incident holds no data on. which: one of `options`, one or two facts, may be meant.
    unclear: nothing could be made of it; `id` is NEITHER, ANSWER or FOREIGN where the reason is known.
    """

    kind: IntentKind
    text: str
    id: str = ""
    options: tuple[str, ...] = ()


class Reader(Protocol):
    """Turns one message of the candidate into intents, in the order in which they are meant.

    `last` is the check that was shown before it, on which "and for Android only?" leans. `concluded` says
    that a cause was named just before, so that what is not asked is most likely what is done about it.
    """

    async def read(self, message: str, last: str = "", *, concluded: bool = False) -> list[Intent]: ...

    async def read_ending(self, cause: str, fix: str) -> Ending: ...


class Ending(Frozen):
    """What the candidate's last words name: hypotheses by id, and the actions that they would take."""

    causes: tuple[str, ...]
    actions: tuple[str, ...]


@dataclass(frozen=True)
class _Read:
    """An intent and how firmly the words fit it; 0 where no check was looked for."""

    intent: Intent
    firm: float = 0.0

    @property
    def shows(self) -> bool:
        return self.intent.kind in ("fact", "no_data")


class RuleReader:
    """Implements Reader by rule, over the matcher of one incident."""

    def __init__(self, matcher: Matcher, says: dict[str, tuple[str, ...]]) -> None:
        self._matcher = matcher
        self._says = says

    async def read(self, message: str, last: str = "", *, concluded: bool = False) -> list[Intent]:
        if last and follows(message):
            return [self._following(message.strip(), last)]
        if is_foreign(message):
            return [Intent(kind="unclear", text=message, id=FOREIGN)]
        found: list[_Read] = []
        for n, clause in enumerate(clauses(message)[:MOST_CLAUSES]):
            found += self._clause(clause, concluded=concluded, apart=n < MOST_APART)
        return _settled(_clear(found))

    async def read_ending(self, cause: str, fix: str) -> Ending:
        return Ending(causes=named(cause, self._says), actions=self._ordered(fix))

    def _following(self, message: str, last: str) -> Intent:
        """The check before once more, unless the few words name another one firmly."""
        meant = self._matcher.meant(message)
        match = self._matcher.best(meant, ("fact",))
        other = match.firmness >= OTHER and match.margin >= APART
        other = other and not leans(meant) and not self._matcher.holds(last, meant)
        return Intent(kind="fact", text=message, id=match.target.id if other else last)

    def _clause(self, clause: str, *, concluded: bool, apart: bool) -> list[_Read]:
        # A request with its reason is a request; what gives only a reason is none.
        wish = WHY.split(clause, maxsplit=1)[0]
        clause = wish if CHECKING.match(wish) or ORDER.match(wish) else clause
        meant = TAG.sub("", self._matcher.meant(clause))
        if WANTS_ANSWER.search(meant):
            return [_Read(Intent(kind="unclear", text=clause, id=ANSWER))]
        kind = self._statement(meant)
        if kind is not None:
            return [_Read(Intent(kind=kind, text=clause))]
        if concluded and not meant.endswith("?"):
            act = self._matcher.best(meant, ("act",))
            if act.firmness >= DONE:
                return [_Read(_order(meant, act).model_copy(update={"text": clause}), act.firmness)]
        whole = self._one(meant)
        parts = self._parts(meant, whole) if apart and len(meant.split()) <= MOST_WORDS else []
        # Words of the candidate's own are kept, slips of the pen included.
        return [
            replace(one, intent=one.intent.model_copy(update={"text": clause})) for one in parts or [whole]
        ]

    def _statement(self, clause: str) -> IntentKind | None:
        kind = _statement(clause)
        if kind in ("reason", None) and not _asks(clause) and not ORDER.match(clause):
            if STATES.match(clause) and named(clause, self._says):
                return "suspect"
            if kind is None and ASSERTS.search(clause) and not (NOT.search(clause) or GOES_ON.search(clause)):
                return "suspect" if named(clause, self._says) else "reason"
        return kind

    def _parts(self, clause: str, whole: _Read) -> list[_Read]:
        """The requests of a clause that joins several, each as firm by itself as all of them together."""
        if whole.intent.kind in ("whether", "reason"):
            return []
        best: list[_Read] = []
        for texts in (*halves(clause), *alternatives(clause)):
            both = [self._one(text) for text in texts]
            several = _are_two(both, texts[1], whole) or _are_listed(both, whole)
            if several and (not best or _least(both) > _least(best)):
                best = both
        return best

    def _one(self, clause: str) -> _Read:
        match = self._best(clause)
        if (
            match is None
            or match.firmness < ASKED
            or (match.firmness < FIRMLY and self._matcher.is_strange(clause))
        ):
            return _Read(Intent(kind="unclear", text=clause))
        if match.target.kind == "act":
            return _Read(_order(clause, match), match.firmness)
        if _is_clear(match):
            kind: IntentKind = "no_data" if match.target.kind == "absent" else "fact"
            return _Read(Intent(kind=kind, text=clause, id=match.target.id), match.firmness)
        options = self._options(clause, match)
        return _Read(Intent(kind="which" if options else "unclear", text=clause, options=options))

    def _options(self, clause: str, match: Match) -> tuple[str, ...]:
        """The one or two facts that the clause may mean."""
        first = self._matcher.best(clause, ("fact",))
        near = [first.target.id] if match.score - first.score <= NEARLY else []
        if near and first.runner_up and first.margin <= NEARLY:
            near.append(first.runner_up.id)
        return tuple(near)

    def _best(self, clause: str) -> Match | None:
        """The best target of the sort that the clause's first words ask for: a check, or an act.

        None where the words name nothing in particular.
        """
        if self._matcher.is_vague(clause):
            return None
        asks = _asks(clause)
        if asks and not WHETHER.search(clause):
            # "did we roll anything back" asks; it does not order.
            return self._matcher.best(clause, ("fact", "absent"))
        if NOT.search(clause) and not asks:
            return self._matcher.best(clause, ("act",))
        if TELLS.match(clause):
            told = self._matcher.best(clause, ("act",), act="tell")
            return replace(told, score=max(told.score, FOUND))
        act, check = self._matcher.best(clause, ("act",)), self._matcher.best(clause, ("fact", "absent"))
        # Words that begin with an order are one, unless a check fits them much better; and the reverse.
        orders = (ORDER.match(clause) or asks) and not TRIAL.search(clause)
        lean = ORDER_LEAN if orders else -ORDER_LEAN
        does = act.score + lean > check.score or (orders and not _is_clear(check))
        return act if act.found and does else check

    def _ordered(self, text: str) -> tuple[str, ...]:
        """Acts that a statement orders, once each, in order."""
        found: list[str] = []
        for clause in clauses(text):
            whole = self._matcher.best(clause, ("act",))
            parts = [self._matcher.best(part, ("act",)) for part in PARTS.split(clause)]
            named = [match for match in parts if match.score >= FIRMLY]
            if not NOT.search(clause):
                found += [match.target.id for match in ([whole] if whole.found else []) + named]
        return tuple(dict.fromkeys(found))


def _is_clear(match: Match) -> bool:
    return match.firmness >= CLEAR and match.margin >= APART


def _asks(clause: str) -> bool:
    return CHECKING.match(clause) is not None or clause.endswith("?") or INVERTED.search(clause) is not None


def _are_two(both: list[_Read], second: str, whole: _Read) -> bool:
    """True for two requests of which the second begins like one: "what broke, and was the prompt changed"."""
    begins = CHECKING.match(second) or ORDER.match(second) or second.startswith("by ")
    if not begins or second.startswith(("see if", "see whether", "see what")):
        return False
    kinds, ids = {one.intent.kind for one in both}, {one.intent.id for one in both}
    if not kinds <= {"fact", "act"} or len(ids) < len(both) or whole.intent.id not in {"", *ids}:
        return False
    # "score it with the old code and see what is left" is one check and no order.
    return (len(kinds) == 1 or whole.intent.kind != "fact") and _least(both) >= FIRM * whole.firm


def _are_listed(both: list[_Read], whole: _Read) -> bool:
    """True where each member of a list by itself asks for something, more firmly than the whole list."""
    kinds, ids = {one.intent.kind for one in both}, {one.intent.id for one in both}
    several = kinds in ({"fact"}, {"act"}) and len(ids) == len(both)
    return several and whole.intent.id in {"", *ids} and _least(both) >= LISTED * whole.firm


def _least(found: Iterable[_Read]) -> float:
    return min(one.firm for one in found)


def _clear(found: list[_Read]) -> list[Intent]:
    """What is less firm beside a firm check is asked about if it is a request; else it explains the other."""
    most = max((one.firm for one in found if one.shows), default=0.0)
    kept = []
    for one in found:
        if not one.shows or one.firm >= min(SURE, most):
            kept.append(one.intent)
        elif one.intent.kind == "fact" and _asks(one.intent.text):
            kept.append(Intent(kind="which", text=one.intent.text, options=(one.intent.id,)))
    return kept


def named(text: str, says: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Ids of the hypotheses that a statement names; what a part of a sentence turns down is not named."""
    kept = ", ".join(part for part in PARTS.split(text) if not DENIED.search(part))
    return tuple(name for name, phrases in says.items() if find(kept, phrases))


def _statement(clause: str) -> IntentKind | None:
    """A cause, a suspicion or a reason that is stated, and no request."""
    if clause.endswith("?") or INVERTED.search(clause):
        return None
    if CAUSE.search(clause):
        return "cause"
    if SUSPECT.search(clause) and not CHECKING.match(clause) and not TESTS.search(clause):
        return "suspect"
    if STATES.match(clause) or WEIGHS.search(clause):
        return "reason"
    return "reason" if REASON.search(clause) and not CHECKING.match(clause) else None


def _order(clause: str, match: Match) -> Intent:
    if WHETHER.search(clause):
        return Intent(kind="whether", text=clause, id=match.target.id)
    if NOT.search(clause) and not any(NOT.search(text) for text in match.target.phrasings):
        return Intent(kind="reason", text=clause)
    return Intent(kind="act", text=clause, id=match.target.id)


def _settled(intents: list[Intent]) -> list[Intent]:
    """Once each; where something was understood, what was not is taken as explanation."""
    seen: set[tuple[str, str]] = set()
    kept: list[Intent] = []
    for intent in intents:
        key = (intent.kind, intent.id or intent.text)
        if key not in seen:
            seen.add(key)
            kept.append(intent)
    if any(item.kind == "cause" for item in kept):
        # Beside a conclusion only what begins like a request is one; the rest explains it.
        kept = [item for item in kept if item.kind not in ("fact", "no_data") or CHECKING.match(item.text)]
    shown = {item.id for item in kept if item.kind in ("fact", "no_data")}
    kept = [item for item in kept if not shown & set(item.options)]
    if any(item.kind not in ("unclear", "reason", "which") for item in kept):
        return [
            item for item in kept if item.kind != "unclear" and (item.kind != "which" or _asks(item.text))
        ]
    if any(item.kind == "which" for item in kept):
        return [next(item for item in kept if item.kind == "which")]
    return kept
