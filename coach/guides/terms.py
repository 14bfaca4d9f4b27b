"""Turns text into index terms: lower case, no filler words, English stems. Knows no index."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from functools import lru_cache

import Stemmer

_WORD = re.compile(r"[a-z0-9]+(?:['’][a-z]+)?")
_SHORT_FORM = re.compile(r"['’](?:s|re|ve|ll|d|m|t)$")
_CLAUSE_END = re.compile(r"[;.?!\n]")
# What a synonym of a query's word counts for, beside the word itself.
SYNONYM_WEIGHT = 0.1
# British and American spellings meet; the words that this spoils are spoiled on both sides alike.
_SPELLINGS = (
    (re.compile(r"is(e|ed|es|er|ers|ing|ation|ations)$"), r"iz\1"),
    (re.compile(r"(?<=[a-z]{3})our(s|al|ally|ed|ing|able)?$"), r"or\1"),
    (re.compile(r"^(down)?(label|model|level|cancel|travel)l(?=ed|ing|er)"), r"\1\2"),
)

# Function words, what a candidate says around any question ("tell me", "how do I"), and the words that
# the whole subject shares ("AI", "PM"), which tell no passage from another.
FILLER = frozenset(
    """
    a about above after again all also am an and any are as at be because been before being below between
    both but by can cannot could did do does doing don down during each etc even ever every few for from
    further get gets getting give gives go goes going gonna got had has have having he her here hers him
    his how i if in into is isn it its itself just keep let like lot make makes many may me might more
    most much must my no nor not now of off on once one only or other our out over own please put quite
    rather really same say says said she should so some such sure tell than that the their them then there
    these they thing things this those through to too under until up us use used using very want was wasn
    way we were what when where whether which while who whom whose why will with without won would wouldn
    yet you your yours yourself good bad best better right wrong ok okay answer answers question questions
    ask asks asked talk interview interviews interviewer interviewers ai pm pms manager managers actually
    anything something someone anyone everyone somebody anybody everybody nothing maybe bit kind
    """.split()
)


# Changes whenever texts are cut into terms differently, so that nothing fitted before is used again.
VERSION = hashlib.sha256(repr((sorted(FILLER), _WORD, _SHORT_FORM, _SPELLINGS)).encode()).hexdigest()[:8]


@lru_cache(maxsize=1)
def _stemmer() -> Stemmer.Stemmer:
    return Stemmer.Stemmer("english")


def words(text: str) -> list[str]:
    """Lower-case words in order, short forms cut off ("what's" -> "what")."""
    return [_SHORT_FORM.sub("", word) for word in _WORD.findall(text.lower())]


def terms(text: str) -> list[str]:
    """Stems of the words that carry meaning, in order; empty where a text has none."""
    kept = [word for word in words(text) if word not in FILLER and (len(word) > 1 or word.isdigit())]
    return [_stem(word) for word in kept]


def wordings(text: str) -> list[str]:
    """Stems of all words, filler too, and pairs of neighbours within a clause: how a thing is put.

    "How long" and "what if" tell passages apart although none of their words does.
    """
    found = []
    for clause in _CLAUSE_END.split(text):
        stems = [_stem(word) for word in words(clause)]
        found += stems + [f"{a} {b}" for a, b in zip(stems, stems[1:], strict=False)]
    return found


def synonym_map(groups: Iterable[Iterable[str]]) -> dict[str, frozenset[str]]:
    """Stem -> the other stems of the groups that it belongs to."""
    others: dict[str, set[str]] = {}
    for group in groups:
        stems = {stem for word in group for stem in terms(word)}
        for stem in stems:
            others.setdefault(stem, set()).update(stems - {stem})
    return {stem: frozenset(found) for stem, found in others.items()}


@lru_cache(maxsize=65_536)
def _stem(word: str) -> str:
    for pattern, replacement in _SPELLINGS:
        word = pattern.sub(replacement, word)
    stem: str = _stemmer().stemWord(word)
    return stem
