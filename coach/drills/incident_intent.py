"""What a candidate wants with a message: checks, acts, a suspicion, a cause, a fix. Read by rule.

A reader turns one message into intents; what they lead to is decided in `incident_play`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, Protocol

from coach.drills.incident_match import FIRMLY, FOUND, Match, Matcher
from coach.drills.incident_words import (
    CAUSE,
    CHECKING,
    DENIED,
    NOT,
    ORDER,
    PARTS,
    REASON,
    STATES,
    SUSPECT,
    TELLS,
    TESTS,
    WEIGHS,
    WHETHER,
    WHY,
    clauses,
)
from coach.schema.base import Frozen
from coach.text.phrases import find

IntentKind = Literal["fact", "act", "whether", "suspect", "cause", "fix", "reason", "no_data", "unclear"]
ORDER_LEAN = 0.1  # how much better a check must fit words that begin with an order, and the reverse
SURE = 0.75  # beside a check that fits better, one that fits less firmly than this is not run
FIRM = 0.9  # what each half of "x and y" must fit, against both together
MOST_CLAUSES = 40  # of one message; what follows is not read
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
        for clause in clauses(message)[:MOST_CLAUSES]:
            intents += self._clause(clause)
        return _settled(self._clear(intents))

    async def read_ending(self, cause: str, fix: str) -> Ending:
        return Ending(causes=named(cause, self._says), actions=self._ordered(fix))

    def _clear(self, intents: list[Intent]) -> list[Intent]:
        """Without checks that are not clear and stand beside a clearer one: they explain it."""
        firm = {n: self._firmness(item) for n, item in enumerate(intents) if item.kind in ("fact", "no_data")}
        best = max(firm, key=lambda n: firm[n], default=None)
        return [item for n, item in enumerate(intents) if firm.get(n, SURE) >= SURE or n == best]

    def _firmness(self, intent: Intent) -> float:
        return self._matcher.best(intent.text, ("fact", "absent")).firmness

    def _clause(self, clause: str) -> list[Intent]:
        # A request with its reason is a request; what gives only a reason is none.
        wish = WHY.split(clause, maxsplit=1)[0]
        clause = wish if CHECKING.match(wish) or ORDER.match(wish) else clause
        kind = _statement(clause)
        if kind == "reason" and STATES.match(clause) and named(clause, self._says):
            kind = "suspect"
        if kind is not None:
            return [Intent(kind=kind, text=clause)]
        whole = self._one(clause)
        if whole.kind in ("fact", "act", "no_data") and " and " in clause:
            return self._halves(clause) or [whole]
        return [whole]

    def _halves(self, clause: str) -> list[Intent]:
        """Two requests joined by "and", where each of them stands as firmly by itself as both together."""
        first, _, second = clause.partition(" and ")
        starts = CHECKING.match(second) or ORDER.match(second) or second.startswith("by ")
        if not starts or second.startswith(("see if", "see whether", "see what")):
            return []
        both = [self._one(first), self._one(second)]
        whole = self._matcher.best(clause).score
        firm = all(self._matcher.best(part).score > FIRM * whole for part in (first, second))
        known = all(item.kind in ("fact", "act") for item in both) and both[0].id != both[1].id
        return both if firm and known else []

    def _one(self, clause: str) -> Intent:
        match = self._best(clause)
        if match is None or not match.found or (match.firmness < FIRMLY and self._matcher.is_strange(clause)):
            return Intent(kind="unclear", text=clause)
        if match.target.kind == "act":
            return _order(clause, match)
        if match.ambiguous and match.runner_up and match.runner_up.kind != "absent":
            return Intent(kind="unclear", text=clause, id=match.target.id)
        kind: IntentKind = "no_data" if match.target.kind == "absent" else "fact"
        return Intent(kind=kind, text=clause, id=match.target.id)

    def _best(self, clause: str) -> Match | None:
        """The best target of the sort that the clause's first words ask for: a check, or an act.

        None where the words name nothing in particular.
        """
        if self._matcher.is_vague(clause):
            return None
        asks = CHECKING.match(clause) is not None or clause.endswith("?")
        if asks and not WHETHER.search(clause):
            # "did we roll anything back" asks; it does not order.
            return self._matcher.best(clause, ("fact", "absent"))
        if TELLS.match(clause):
            told = self._matcher.best(clause, ("act",), act="tell")
            return replace(told, score=max(told.score, FOUND))
        act, check = self._matcher.best(clause, ("act",)), self._matcher.best(clause, ("fact", "absent"))
        # Words that begin with an order are one, unless a check fits them much better; and the reverse.
        lean = ORDER_LEAN if ORDER.match(clause) or asks else -ORDER_LEAN
        return act if act.found and act.score + lean > check.score else check

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


def named(text: str, says: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Ids of the hypotheses that a statement names; what a part of a sentence turns down is not named."""
    kept = ", ".join(part for part in PARTS.split(text) if not DENIED.search(part))
    return tuple(name for name, phrases in says.items() if find(kept, phrases))


def _statement(clause: str) -> IntentKind | None:
    """A cause, a suspicion or a reason that is stated, and no request."""
    if clause.endswith("?"):
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
    understood = [item for item in kept if item.kind not in ("unclear", "reason")]
    if understood:
        return [item for item in kept if item.kind != "unclear"]
    return kept
