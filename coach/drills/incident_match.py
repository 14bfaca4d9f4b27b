"""Finds which check or act of an incident a candidate's words ask for, without a model.

Every target has phrasings; words are compared as stems, by groups of words that mean the same, and by
nearness in meaning where word vectors are given. Words of a result help to find its check when somebody
guesses them; only ids leave this module.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from coach.drills.incident_leanings import LEANINGS, WANTS_ANSWER
from coach.drills.incident_spelling import Speller
from coach.drills.incident_words import KNOWN
from coach.guides.incidents import Incident, Moves
from coach.guides.terms import FILLER, synonym_map, terms, words

# What a word earns that only means the same as one of the phrasing, by a group or by its vector.
SAME_MEANING, NEAR_MEANING, NEAR_FROM = 0.75, 0.8, 0.45
# Share of the score that comes from the best phrasing, the target's whole vocabulary, and nearness.
PHRASING, VOCABULARY, NEARNESS = 0.5, 0.3, 0.2
RECALL = 1.0  # weight of the request's own words against the phrasing's in their agreement
ABSENT = 0.05  # what a usual check without data here must fit better than one that has data
LEANING = 0.07  # what a turn of phrase that speaks for a sort of check adds to checks of that sort
FOUND = 0.45  # below it, the lead included, nothing was asked for that the incident holds
ORDERED = 0.34  # an act is found from this score on: its words are few, and its turn of phrase tells it
# How much a lead over the runner-up counts for the best target, and what is counted of it at most.
LEAD, MOST_LEAD = 1.0, 0.2

# What a request may hold besides the thing that it asks for; alone it asks for nothing.
GENERAL = frozenset(
    terms(
        """
        problem issue cause reason find happen happens wrong data system everything look check investigate
        analyse analyze dig deep deeper help thing else next responsible responsibility explain idea detail
        details see matter situation incident go figure solve root hidden facts fact information info
        verify confirm test compare show tell please want know read split list print around bug general
        analysis number model llm bot app score run segment broken fault faulty
        """
    )
)
# Words of asking as such: they say nothing of what is asked for.
ASKING = frozenset(terms("check look see show tell please verify want know examine inspect"))
HELD = 0.7  # share of a text that a target holds
STRANGE = 0.5  # a short request with more unknown words than this share must fit firmly
FIRMLY = 0.5
SHORT = 4  # terms

KEY_MISSED, KEY_LIKE = 0.06, 0.3  # what it costs to have nothing like the rarest word of a request

# Texts -> for each pair (one of the first, one of the second) how near they are in meaning, -1 to 1.
Nearness = Callable[[Sequence[str], Sequence[str]], list[list[float]]]
# Stem of a request -> stems of the phrasings that are like it, with how much, 0 to 1.
Likeness = dict[str, dict[str, float]]
Kind = Literal["fact", "act", "absent"]


@dataclass(frozen=True)
class Target:
    """Something that can be asked for; `absent` is a usual check that this incident has no data on."""

    kind: Kind
    id: str
    phrasings: tuple[str, ...]
    result: str = ""
    act: str = ""
    check: str = ""


@dataclass(frozen=True)
class Match:
    """The best target with its score, 0 to 1, and the runner-up of another id."""

    target: Target
    score: float
    runner_up: Target | None = None
    margin: float = 1.0

    @property
    def found(self) -> bool:
        return self.firmness >= FOUND or (self.target.kind == "act" and self.score >= ORDERED)

    @property
    def firmness(self) -> float:
        """The score, with something for standing clear of the runner-up."""
        return self.score + LEAD * min(self.margin, MOST_LEAD)


def targets_of(incident: Incident, moves: Moves) -> list[Target]:
    """The incident's facts and actions, then the usual checks and acts that it does not hold."""
    found: list[Target] = []
    for fact in incident.facts:
        check = moves.check(fact.check)
        usual = check.asks if check else ()
        found.append(Target("fact", fact.id, (fact.title, *fact.asks, *usual), fact.shows, check=fact.check))
    for action in incident.actions:
        act = moves.act(action.act)
        # An act that means something of its own here is not ordered by the usual words for its sort.
        usual = () if action.asks and action.act in ("mend", "safe-path") else act.asks if act else ()
        title = action.title or (act.title if act else "")
        found.append(Target("act", action.id, (title, *action.asks, *usual), act=action.act))
    held = {fact.check for fact in incident.facts}
    found += [
        Target("absent", check.id, check.asks, check=check.id)
        for check in moves.checks
        if check.id not in held
    ]
    done = {action.act for action in incident.actions}
    found += [
        Target("act", act.id, (act.title, *act.asks), act=act.id) for act in moves.acts if act.id not in done
    ]
    return found


class Matcher:
    """Matches requests against the targets of one incident."""

    def __init__(self, incident: Incident, moves: Moves, nearness: Nearness | None = None) -> None:
        self.targets = targets_of(incident, moves)
        self._nearness = nearness
        self._same = synonym_map(moves.words)
        self._phrases = [[frozenset(_named(text)) for text in target.phrasings] for target in self.targets]
        self._all = [text for target in self.targets for text in target.phrasings]
        self._bags = [
            frozenset(terms(target.result)).union(*phrases)
            for target, phrases in zip(self.targets, self._phrases, strict=True)
        ]
        self._scored = lru_cache(maxsize=64)(self._scores)
        self._likes = lru_cache(maxsize=512)(self._like)
        counts = Counter(word for bag in self._bags for word in bag)
        size = len(self.targets)
        self._weights = {word: math.log(1.0 + (size - n + 0.5) / (n + 0.5)) for word, n in counts.items()}
        self._rarest = math.log(1.0 + (size + 0.5) / 0.5)
        # One spelling of every stem, because vectors know words and not stems.
        self._spelt = {
            stem: word
            for target in self.targets
            for text in (target.result, *target.phrasings)
            for word in words(text)
            for stem in terms(word)
        }
        self._spellings = list(self._spelt.values())
        self._speller = Speller(
            (
                *(incident.opening, incident.debrief, *(item.text for item in incident.hypotheses)),
                *(
                    KNOWN,
                    WANTS_ANSWER.pattern,
                    *FILLER,
                    *(word for group in moves.words for word in group),
                    *self._texts(),
                ),
            ),
            self._is_word,
        )

    def meant(self, text: str) -> str:
        """The text with misspelt words put right."""
        return self._speller.corrected(text)

    def _texts(self) -> list[str]:
        return [text for target in self.targets for text in (target.result, *target.phrasings)]

    def _is_word(self, word: str) -> bool:
        """True for a word that has a vector: it is no slip of the pen."""
        return self._nearness is not None and any(self._nearness([word], self._all)[0])

    def best(
        self, text: str, kinds: Iterable[Kind] = ("fact", "act", "absent"), *, act: str | None = None
    ) -> Match:
        """The target that `text` asks for best, among those of `kinds` (and of that usual act)."""
        allowed = set(kinds)
        open_to = [t.kind in allowed and act in (None, t.act) for t in self.targets]
        scored = sorted(
            ((score, -n) for n, score in enumerate(self._scored(text)) if open_to[n]), reverse=True
        )
        (score, first), rest = scored[0], scored[1:]
        runner_up = rest[0] if rest else (0.0, first)
        return Match(self.targets[-first], score, self.targets[-runner_up[1]], score - runner_up[0])

    def holds(self, name: str, text: str) -> bool:
        """True where everything that the text names stands in the words of that target."""
        likeness = self._likeness(text)
        size = sum(self._weight(word) for word in likeness)
        held = next(bag for target, bag in zip(self.targets, self._bags, strict=True) if target.id == name)
        return self._held(likeness, held) >= HELD * size

    def is_vague(self, text: str) -> bool:
        """True where a request names nothing in particular, and holds the words of no phrasing."""
        if not GENERAL.issuperset(terms(text)):
            return False
        said = set(words(text))
        return not any(len(named) > 2 and said.issuperset(named) for named in map(words, self._all))

    def is_strange(self, text: str) -> bool:
        """True where a short request is made, for the most part, of words that no target is like."""
        likeness = self._likeness(text)
        size = sum(self._weight(word) for word in likeness)
        strange = sum(self._weight(word) for word, likes in likeness.items() if not likes)
        return len(likeness) <= SHORT and strange > STRANGE * size

    def _scores(self, text: str) -> tuple[float, ...]:
        """The score of every target."""
        likeness, near = self._likeness(text), self._near(text)
        heard: dict[
            str, float
        ] = {}  # stems of phrasings that the text has, or has something like, and how much
        for likes in likeness.values():
            for stem, value in likes.items():
                heard[stem] = max(value, heard.get(stem, 0.0))
        leanings = {name for pattern, names in LEANINGS if pattern.search(text) for name in names}
        return tuple(
            self._score(likeness, heard, n, near[n])
            + (LEANING if target.check in leanings else 0.0)
            - (ABSENT if target.kind == "absent" else 0.0)
            for n, target in enumerate(self.targets)
        )

    def _near(self, text: str) -> list[float]:
        """For each target, the nearness of its nearest phrasing; zeros without vectors."""
        if self._nearness is None:
            return [0.0] * len(self.targets)
        row = iter(self._nearness([text], self._all)[0])
        return [max(next(row) for _ in target.phrasings) for target in self.targets]

    def _likeness(self, text: str) -> Likeness:
        """For each stem of the text the stems of the phrasings that are like it, with how much, 0 to 1."""
        wanted = set(_named(text))
        return {
            stem: self._likes(word, stem) for word in words(text) for stem in terms(word) if stem in wanted
        }

    def _like(self, word: str, stem: str) -> dict[str, float]:
        """The stems of the phrasings that are like one word, with how much, 0 to 1."""
        likes: dict[str, float] = {}
        if self._nearness is not None:
            for other, value in zip(self._spelt, self._nearness([word], self._spellings)[0], strict=True):
                if value > NEAR_FROM:
                    likes[other] = NEAR_MEANING * (value - NEAR_FROM) / (1 - NEAR_FROM)
        likes |= {other: SAME_MEANING for other in self._same.get(stem, ()) if other in self._weights}
        return likes | ({stem: 1.0} if stem in self._weights else {})

    def _weight(self, word: str) -> float:
        """How rare a word is among the targets; most for one that no target has."""
        return self._weights.get(word, self._rarest)

    def _score(self, likeness: Likeness, heard: dict[str, float], n: int, near: float) -> float:
        size = sum(self._weight(word) for word in likeness)
        if not size:
            return 0.0
        missed = KEY_MISSED if self._misses_key(likeness, n) else 0.0
        phrasing = max(self._agreement(likeness, heard, size, phrase) for phrase in self._phrases[n])
        vocabulary = self._held(likeness, self._bags[n]) / size
        if self._nearness is None:
            return (PHRASING * phrasing + VOCABULARY * vocabulary) / (PHRASING + VOCABULARY) - missed
        return PHRASING * phrasing + VOCABULARY * vocabulary + NEARNESS * max(near, 0.0) - missed

    def _misses_key(self, likeness: Likeness, n: int) -> bool:
        """True where the target has nothing like the request's rarest word."""
        key = max(likeness, key=self._weight)
        return not any(value > KEY_LIKE for other, value in likeness[key].items() if other in self._bags[n])

    def _held(self, likeness: Likeness, held: frozenset[str]) -> float:
        """Weight of the request's words that `held` has, or has by another word."""
        total = 0.0
        for word, likes in likeness.items():
            shared = held & likes.keys()
            if shared:
                total += self._weight(word) * max(likes[other] for other in shared)
        return total

    def _agreement(
        self, likeness: Likeness, heard: dict[str, float], size: float, phrase: frozenset[str]
    ) -> float:
        """Weighted harmonic mean of how much of the request the phrasing holds, and the other way round."""
        if phrase.isdisjoint(heard):
            return 0.0
        asked = self._held(likeness, phrase) / size
        held = sum(self._weight(word) * heard.get(word, 0.0) for word in phrase)
        held /= sum(self._weight(word) for word in phrase)
        return (1 + RECALL) * asked * held / (RECALL * held + asked)


def _named(text: str) -> list[str]:
    """The terms of a text without words of asking, unless it has no others."""
    found = terms(text)
    return [term for term in found if term not in ASKING] or found
