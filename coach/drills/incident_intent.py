"""What a candidate wants with a message: checks, acts, a suspicion, a cause, a fix. Read by rule.

A reader turns one message into intents; what they lead to is decided in `incident_play`.
"""

from __future__ import annotations

from typing import Literal, Protocol

from coach.drills.incident_match import Match, Matcher
from coach.drills.incident_words import CAUSE, CHECKING, DENIED, NOT, REASON, SUSPECT, WHETHER, clauses
from coach.schema.base import Frozen
from coach.text.phrases import find

IntentKind = Literal["fact", "act", "whether", "suspect", "cause", "fix", "reason", "no_data", "unclear"]
MOST_CHECKS = 4  # more in one message is a list read out, not a search


class Intent(Frozen):
    """One thing that a message wants. `id` names a fact or an action; `text` is the candidate's words.

    whether: asks what an act would do. reason: says what a finding would mean. no_data: a usual check
    that this incident holds no data on. unclear: nothing could be made of it, or too much.
    """

    kind: IntentKind
    text: str
    id: str = ""


class Reader(Protocol):
    """Turns one message of the candidate into intents, in the order in which they are meant."""

    async def read(self, message: str) -> list[Intent]: ...

    async def read_ending(self, cause: str, fix: str) -> Ending: ...


class Ending(Frozen):
    """What the candidate's last words name: hypotheses by id, and the actions that they would take."""

    causes: tuple[str, ...]
    actions: tuple[str, ...]


class RuleReader:
    """Implements Reader by rule, over the matcher of one incident."""

    def __init__(self, matcher: Matcher, says: dict[str, tuple[str, ...]]) -> None:
        self._matcher = matcher
        self._says = says

    async def read(self, message: str) -> list[Intent]:
        intents: list[Intent] = []
        for clause in clauses(message):
            intents += self._clause(clause)
        return _settled(intents)

    async def read_ending(self, cause: str, fix: str) -> Ending:
        return Ending(causes=named(cause, self._says), actions=self._ordered(fix))

    def _clause(self, clause: str) -> list[Intent]:
        kind = _statement(clause)
        if kind is not None:
            return [Intent(kind=kind, text=clause)]
        whole = self._one(clause)
        if whole.kind in ("fact", "act", "no_data") and " and " in clause:
            return self._halves(clause) or [whole]
        return [whole]

    def _halves(self, clause: str) -> list[Intent]:
        """Two requests joined by "and", where each of them stands firmly by itself."""
        first, _, second = clause.partition(" and ")
        both = [self._one(first), self._one(second)]
        firm = all(item.kind in ("fact", "act") for item in both) and both[0].id != both[1].id
        return both if firm else []

    def _one(self, clause: str) -> Intent:
        checking = CHECKING.match(clause) is not None
        match = self._matcher.best(clause)
        if match.target.kind == "act" and checking:
            asked = self._matcher.best(clause, ("fact", "absent"))
            # "did we roll anything back" asks; it does not order.
            match = asked if asked.found or not WHETHER.search(clause) else match
        if not match.found:
            return Intent(kind="unclear", text=clause)
        if match.target.kind == "act":
            return _order(clause, match)
        if match.ambiguous and match.runner_up and match.runner_up.kind != "absent":
            return Intent(kind="unclear", text=clause, id=match.target.id)
        return Intent(
            kind="no_data" if match.target.kind == "absent" else "fact", text=clause, id=match.target.id
        )

    def _ordered(self, text: str) -> tuple[str, ...]:
        """Acts that a statement orders, once each, in order."""
        found: list[str] = []
        for clause in clauses(text):
            match = self._matcher.best(clause, ("act",))
            if match.found and not NOT.search(clause):
                found.append(match.target.id)
        return tuple(dict.fromkeys(found))


def named(text: str, says: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Ids of the hypotheses that a statement names and does not turn down in the same sentence."""
    return tuple(name for name, phrases in says.items() if find(text, phrases, unless=DENIED))


def _statement(clause: str) -> IntentKind | None:
    """A cause, a suspicion or a reason that is stated, and no request."""
    if clause.endswith("?"):
        return None
    if CAUSE.search(clause):
        return "cause"
    if SUSPECT.search(clause) and not CHECKING.match(clause):
        return "suspect"
    if REASON.search(clause) and not CHECKING.match(clause):
        return "reason"
    return None


def _order(clause: str, match: Match) -> Intent:
    if WHETHER.search(clause):
        return Intent(kind="whether", text=clause, id=match.target.id)
    if NOT.search(clause):
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
    understood = [item for item in kept if item.kind not in ("unclear", "reason")]
    if understood:
        return [item for item in kept if item.kind != "unclear"]
    return kept
