"""Picks a short clause of the candidate's own words to hold a follow-up to. Changes no letter of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from coach.interview.words import holds, quoted, stems, words
from coach.text.sanitize import for_terminal

SHORTEST, LONGEST = 3, 14
_SENTENCE = re.compile(r"[^.!?\n]+(?:[.](?=\d)[^.!?\n]*)*")
_JOINT = re.compile(
    r"\s*(?:(?<!\d)[,:]|[,:](?!\d)|[;()\[\]–—]|\s-\s)\s*"
    r"|\s+(?=(?:because|since|so that|which|while|but|unless|although|and (?:then|i|we|they|it|the))\s)",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"^(?:(?:and|but|so|then|also|because|since|that|which|well|maybe|or|while|although|unless)\s+)+",
    re.IGNORECASE,
)
_MARKS = re.compile(r'["“”«»?`{}<>|]')


@dataclass(frozen=True)
class Clause:
    """A verbatim piece of the answer and the sentence that it stands in."""

    text: str
    sentence: str


def clauses(text: str) -> Iterable[Clause]:
    """Pieces that make sense on their own, as long as a spoken quote may be."""
    for match in _SENTENCE.finditer(text):
        sentence = match.group(0).strip()
        pieces = _JOINT.split(sentence)
        for piece in (sentence, *pieces) if len(words(sentence)) <= LONGEST else pieces:
            yield Clause(_LEAD.sub("", piece.strip()).strip(" \t'*#->•"), sentence)


def pick(
    said: str, weights: Mapping[str, float], *, aimed: Callable[[str], bool], used: Iterable[str] = ()
) -> tuple[str, float] | None:
    """The clause of `said` whose stems weigh most, and their weight; None where none weighs anything.

    Clauses aimed at a grader, with quotation marks or control characters, or that overlap with a
    quote in `used` are passed over.
    """
    spent = [quote for text in used for quote in quoted(text)]
    ranked = sorted(
        (
            (sum(weights.get(stem, 0.0) for stem in stems(clause.text)), _ease(clause), clause)
            for clause in clauses(said)
            if _usable(clause, spent)
        ),
        key=lambda item: -item[0] - item[1],
    )
    for weight, _, clause in ranked:
        if weight > 0 and not aimed(clause.text) and not aimed(clause.sentence):
            return clause.text, weight
    return None


def _ease(clause: Clause) -> float:
    """Six to twelve words read best aloud; a fuller clause wins a tie."""
    length = len(words(clause.text))
    return (0.5 if 5 <= length <= 12 else 0.0) + 0.01 * length


def _usable(clause: Clause, spent: list[str]) -> bool:
    text = clause.text
    return (
        SHORTEST <= len(words(text)) <= LONGEST
        and len(stems(text)) >= 2
        and _MARKS.search(text) is None
        and for_terminal(clause.sentence) == clause.sentence
        and not any(holds(text, quote) or holds(quote, text) for quote in spent)
    )
