"""Whether an answer speaks of its own exercise: of this case's things, and not of another case's.

Words alone are compared, by how few exercises of the kind share them; nothing is understood.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping

from coach.guides.terms import FILLER, terms, words
from coach.schema.base import Frozen
from coach.text.phrases import sentences

_SEPARATOR = re.compile(r"(?<=\d)[.,](?=\d)")
# By the tuning half of eval/drills.jsonl: no answer to another exercise of the kind gets through, and those
# to their own do, but for a few of one sentence.
LEAST_WORDS = 2
LEAST_TOLD = 5.0
LEAST_DENSITY = 1.4
LEAST_AGAINST_OTHERS = 1.0
# Words beyond these make a long document no less about its subject.
LONG = 40
# Words of this kind belong to every case.
EVERYWHERE = frozenset(
    terms(
        "user customer people team cost price quality time second minute hour day week month quarter year"
        " cent euro dollar money percent point rate model number target product data thing change back"
    )
)
# Joining words are a third and more of all speech that was measured, and a tenth of lists; a sentence of a
# document has ten words on the mean, a heading four.
JOINED, DOCUMENT, PIECE = 0.2, 60, 6
RUN = 3


class Fit(Frozen):
    """How an answer fits its exercise. `told` is the sum of its words' weights, `best_other` another's."""

    words: int
    told: float
    best_other: float
    size: int

    @property
    def own(self) -> bool:
        """True where the answer speaks of this exercise."""
        density = self.told / math.sqrt(min(self.size, LONG) + 1)
        return (
            self.words >= LEAST_WORDS
            and self.told >= LEAST_TOLD
            and density >= LEAST_DENSITY
            and self.told >= LEAST_AGAINST_OTHERS * self.best_other
        )


class Subjects:
    """The words of all exercises of a kind; `cases` are their texts by name."""

    def __init__(self, cases: Mapping[str, str]) -> None:
        self._bags = {name: frozenset(terms(_plain(text))) - EVERYWHERE for name, text in cases.items()}
        counts = Counter(word for bag in self._bags.values() for word in bag)
        size = len(self._bags)
        self._weights = {word: math.log(1 + (size - n + 0.5) / (n + 0.5)) for word, n in counts.items()}

    def fit(self, name: str, said: str) -> Fit:
        """How `said` fits the exercise `name`, beside the other exercises."""
        used = frozenset(terms(_plain(said)))
        told = {other: self._told(used & bag) for other, bag in self._bags.items()}
        best = max((value for other, value in told.items() if other != name), default=0.0)
        return Fit(words=len(used & self._bags[name]), told=told[name], best_other=best, size=len(used))

    def _told(self, words: frozenset[str]) -> float:
        return sum(self._weights[word] for word in words)


def runs_copied(parts: Iterable[str], given: str) -> float:
    """The share of an answer's runs of three words that stand in `given`."""
    known = set(_runs(given))
    runs = [run for part in parts for run in _runs(part)]
    return sum(run in known for run in runs) / len(runs) if runs else 0.0


def copied(said: str, given: str) -> tuple[float, int]:
    """The share of an answer's content words that stand in `given`, and how many are its own."""
    used, known = frozenset(terms(said)), frozenset(terms(given))
    own = len(used - known)
    return (1 - own / len(used) if used else 0.0), own


def listed(said: str) -> bool:
    """True for terms in a row or a document of headings: words that nothing joins (`the`, `if`, `we`)."""
    found = words(said)
    joining = sum(word in FILLER for word in found)
    pieces = max(len(sentences(said)), 1)
    return joining < JOINED * len(found) or (len(found) > DOCUMENT and len(found) < PIECE * pieces)


def _runs(text: str) -> list[tuple[str, ...]]:
    found = words(text)
    return [tuple(found[n : n + RUN]) for n in range(len(found) - RUN + 1)]


def _plain(text: str) -> str:
    """Names of code fall into their words; a figure stays one."""
    return _SEPARATOR.sub("", text.replace("_", " "))
