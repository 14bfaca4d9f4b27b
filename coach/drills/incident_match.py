"""Finds which check or act of an incident a candidate's words ask for, without a model.

Every target has phrasings; words are compared as stems, with groups of words that mean the same, and by
nearness in meaning where word vectors are given. Knows no result of any check.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from coach.guides.incidents import Incident, Moves
from coach.guides.terms import synonym_map, terms

# What a word earns that only means the same as one of the phrasing.
SAME_MEANING = 0.7
# Share of the score that comes from the best phrasing, the target's whole vocabulary, and nearness.
PHRASING, VOCABULARY, NEARNESS = 0.5, 0.2, 0.3
FOUND = 0.42  # below it nothing was asked for that the incident holds
MARGIN = 0.04  # a runner-up that is nearer than this makes the request ambiguous

# Texts -> for each pair (one of the first, one of the second) how near they are, -1 to 1.
Nearness = Callable[[Sequence[str], Sequence[str]], list[list[float]]]
Kind = Literal["fact", "act", "absent"]


@dataclass(frozen=True)
class Target:
    """Something that can be asked for; `absent` is a usual check that this incident has no data on."""

    kind: Kind
    id: str
    phrasings: tuple[str, ...]


@dataclass(frozen=True)
class Match:
    """The best target with its score, 0 to 1, and the runner-up of another id."""

    target: Target
    score: float
    runner_up: Target | None = None
    margin: float = 1.0

    @property
    def found(self) -> bool:
        return self.score >= FOUND

    @property
    def ambiguous(self) -> bool:
        return self.found and self.margin < MARGIN


def targets_of(incident: Incident, moves: Moves) -> list[Target]:
    """The incident's facts and actions, then the usual checks and acts that it does not hold."""
    found: list[Target] = []
    for fact in incident.facts:
        check = moves.check(fact.check)
        usual = check.asks if check else ()
        found.append(Target("fact", fact.id, (fact.title, *fact.asks, *usual)))
    for action in incident.actions:
        act = moves.act(action.act)
        # An act that means something of its own here is not ordered by the usual words for its sort.
        usual = () if action.asks and action.act in ("mend", "safe-path") else act.asks if act else ()
        found.append(
            Target("act", action.id, (action.title or (act.title if act else ""), *action.asks, *usual))
        )
    held = {fact.check for fact in incident.facts}
    found += [Target("absent", check.id, check.asks) for check in moves.checks if check.id not in held]
    done = {action.act for action in incident.actions}
    found += [Target("act", act.id, (act.title, *act.asks)) for act in moves.acts if act.id not in done]
    return found


class Matcher:
    """Matches requests against the targets of one incident."""

    def __init__(self, incident: Incident, moves: Moves, nearness: Nearness | None = None) -> None:
        self.targets = targets_of(incident, moves)
        self._nearness = nearness
        self._same = synonym_map(moves.words)
        self._phrases = [[frozenset(terms(text)) for text in target.phrasings] for target in self.targets]
        self._bags = [frozenset().union(*phrases) for phrases in self._phrases]
        self._counts = Counter(word for bag in self._bags for word in bag)

    def best(self, text: str, kinds: Iterable[Kind] = ("fact", "act", "absent")) -> Match:
        """The target that `text` asks for best, among those of `kinds`."""
        wanted = frozenset(terms(text))
        near = self._near(text)
        allowed = set(kinds)
        scored = sorted(
            (
                (self._score(wanted, n, near[n]), -n)
                for n, target in enumerate(self.targets)
                if target.kind in allowed
            ),
            reverse=True,
        )
        (score, first), rest = scored[0], scored[1:]
        runner_up = rest[0] if rest else (0.0, first)
        return Match(self.targets[-first], score, self.targets[-runner_up[1]], score - runner_up[0])

    def _near(self, text: str) -> list[float]:
        """For each target, the nearness of its nearest phrasing; zeros without vectors."""
        if self._nearness is None:
            return [0.0] * len(self.targets)
        phrasings = [text for target in self.targets for text in target.phrasings]
        row = iter(self._nearness([text], phrasings)[0])
        return [max(next(row) for _ in target.phrasings) for target in self.targets]

    def _weight(self, word: str) -> float:
        n = self._counts[word]
        return math.log(1.0 + (len(self.targets) - n + 0.5) / (n + 0.5))

    def _earned(self, wanted: frozenset[str], held: frozenset[str]) -> float:
        """Weight of the words of `wanted` that `held` has, or has by another word."""
        total = 0.0
        for word in wanted:
            if word in held:
                total += self._weight(word)
            elif self._same.get(word, frozenset()) & held:
                total += self._weight(word) * SAME_MEANING
        return total

    def _score(self, wanted: frozenset[str], n: int, near: float) -> float:
        size = sum(self._weight(word) for word in wanted)
        if not size:
            return 0.0
        phrasing = max(self._agreement(wanted, size, phrase) for phrase in self._phrases[n])
        vocabulary = self._earned(wanted, self._bags[n]) / size
        if self._nearness is None:
            return (PHRASING * phrasing + VOCABULARY * vocabulary) / (PHRASING + VOCABULARY)
        return PHRASING * phrasing + VOCABULARY * vocabulary + NEARNESS * max(near, 0.0)

    def _agreement(self, wanted: frozenset[str], size: float, phrase: frozenset[str]) -> float:
        """Harmonic mean of how much of the request the phrasing holds, and the other way round."""
        length = sum(self._weight(word) for word in phrase)
        if not length:
            return 0.0
        asked, held = self._earned(wanted, phrase) / size, self._earned(phrase, wanted) / length
        return 2 * asked * held / (asked + held) if asked + held else 0.0
