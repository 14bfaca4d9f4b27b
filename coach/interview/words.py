"""Words of a text as sets and runs, for comparing a follow-up with what was said. Judges nothing."""

from __future__ import annotations

import re
from functools import lru_cache

import Stemmer

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_QUOTED = re.compile(r'"([^"\n]*)"|“([^”\n]*)”|«([^»\n]*)»')
_STEMMER = Stemmer.Stemmer("english")
_COMMON_WORDS = """
a about above after again against all almost already also although always am among an and another any
anything are as ask asked at away back be became because been before being below between both bring but
by call came can cannot case come could did different do does doing done down during each either else
end enough even ever every everybody everything exactly far few find first for from further gave get
give given go going gone good got had half has have having he her here him his how however i if in
instead into is it its itself just keep kept kind know later least less let like little look made make
many matter may me mean meant might mind moment more most much must my myself name need never new next
no nobody none nor not nothing now of off often on once one only onto or other our out over own part
people person place point put quite rather really reason right said same saw say second see seem set
several shall she should show side since single so some somebody someone something soon start stay still
stop such suppose sure take tell than that the their them then there these they thing think thinking
this those though three through thus time to together told too took toward turn two under until up upon
us use used very want was way we well went were what when where whether which while who whom whose why
will with within without word work would year yes yet you your yours yourself
"""
_COMMON = frozenset(_COMMON_WORDS.split())


def words(text: str) -> list[str]:
    """Words in order, case folded."""
    return [word.casefold().replace("’", "'") for word in _WORD.findall(text)]


def is_common(word: str) -> bool:
    """True for a word that carries no meaning of its own, case folded."""
    return word in _COMMON


@lru_cache(maxsize=4096)
def stems(text: str) -> frozenset[str]:
    """Stems of the words that carry meaning."""
    carrying = (word.removesuffix("'s") for word in words(text))
    return frozenset(_STEMMER.stemWords([word for word in carrying if word not in _COMMON]))


def runs(text: str, length: int) -> set[tuple[str, ...]]:
    """Every run of `length` words."""
    row = words(text)
    return {tuple(row[n : n + length]) for n in range(len(row) - length + 1)}


def quoted(text: str) -> list[str]:
    """What stands between double quotation marks, straight or curled."""
    return ["".join(parts) for parts in _QUOTED.findall(text)]


def without_quotes(text: str) -> str:
    return _QUOTED.sub(" ", text)


def holds(text: str, quote: str) -> bool:
    """True where the words of `quote` stand in `text` in that order, whatever the marks and case."""
    wanted = words(quote)
    return not wanted or f" {' '.join(wanted)} " in f" {' '.join(words(text))} "
