"""What the candidate claimed, clause by clause, and which of it is vague. Words no question."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from coach.interview.quote import LONGEST, Clause, clauses, sentences, tidy
from coach.interview.words import words
from coach.schema.pressing import Doubt

_WORD = re.compile(r"\S+")
_SUBJECT = re.compile(r"(?:i|we|they|people|users|customers)(?:['’]\w+)?", re.IGNORECASE)
_OWN = re.compile(r"(?:^|\b(?:i|we)(?:['’]\w+)?(?:\s+\w+){0,3})\s*$", re.IGNORECASE)
_DENIED = re.compile(
    r"\b(?:not|\w+n['’]?t|never|no|nobody|nothing|without|less)(?:\s+\w+){0,2}\s*$", re.IGNORECASE
)
_BREAK = re.compile(
    r"(?:and|but|or|so|because|which|that|while|when|if|then|where|until|since|for|with|in|on|by|at)",
    re.IGNORECASE,
)
_CARRIES_ON = re.compile(
    r"(?:it|that|this|they|these|those|from|up|down|by|namely|measured)\b", re.IGNORECASE
)
_CONJUNCTION = re.compile(
    r"(?:and|but|or|so|because|which|that|while|when|if|then|where|until|since)", re.IGNORECASE
)
_TRAIL = re.compile(
    r"(?:\s+(?:to|of|for|with|in|on|at|by|from|as|than|if|when|while|where|the|an?|my|our|their|its|is|are|was"
    r"|were|be|not))+$",
    re.IGNORECASE,
)
_BACK, _AHEAD = 6, 14


@dataclass(frozen=True)
class Claim:
    """A clause that can be quoted; `turn` counts the answers.

    `context` is its sentence, with the next one where that carries it on.
    """

    clause: Clause
    context: str
    turn: int


def claims(texts: Sequence[str]) -> Iterator[Claim]:
    """Every clause of the candidate's texts, in order, long ones whole."""
    for turn, text in enumerate(texts):
        said = list(sentences(text))
        for place, sentence in enumerate(said):
            follows = [text for text in said[place + 1 : place + 2] if _CARRIES_ON.match(text)]
            context = " ".join([sentence, *follows])
            for clause in clauses(sentence):
                yield Claim(clause, context, turn)


def doubtful(claim: Claim, doubt: Doubt) -> Claim | None:
    """The claim cut to what the doubt is about, or None where the doubt does not arise."""
    found = doubt.finds.search(claim.clause.text)
    if found is None or (doubt.unless is not None and doubt.unless.search(claim.context)):
        return None
    text = claim.clause.text
    before = text[: found.start()]
    if _DENIED.search(before) or (doubt.own and not _OWN.search(before)):
        return None
    if len(words(text)) > LONGEST:
        text = _cut(text, found.start(), found.end())
    return Claim(replace(claim.clause, text=text), claim.context, claim.turn)


def shortened(claim: Claim) -> Claim:
    """The claim, a long one without what follows its first joint after a while."""
    text = claim.clause.text
    first = _WORD.match(text)
    if first is None or len(words(text)) <= LONGEST:
        return claim
    return replace(claim, clause=replace(claim.clause, text=_cut(text, 0, first.end())))


def _cut(text: str, start: int, end: int) -> str:
    """A piece of a long clause around what was found, from its subject to the next joint; "" without one."""
    spans = [match.span() for match in _WORD.finditer(text)]
    first = next(n for n, span in enumerate(spans) if span[1] > start)
    last = max(n for n, span in enumerate(spans) if span[0] < end)
    subjects = [n for n in range(max(0, first - _BACK), first) if _SUBJECT.fullmatch(text[slice(*spans[n])])]
    if not subjects and first > 0:
        return ""
    begin = subjects[-1] if subjects else first
    limit = min(len(spans), begin + _AHEAD)
    joints = [n for n in range(last + 3, limit) if _BREAK.fullmatch(text[slice(*spans[n])])]
    clean = [n for n in joints if _CONJUNCTION.fullmatch(text[slice(*spans[n])])]
    stop = (clean or joints or [limit])[-1]
    cut = tidy(text[spans[begin][0] : spans[max(stop, last + 1) - 1][1]])
    return _TRAIL.sub("", cut)
