"""Picks a short clause of the candidate's own words to hold a follow-up to. Changes no letter of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from coach.interview.words import holds, quoted, stems, words
from coach.text.sanitize import for_terminal

SHORTEST, LONGEST = 3, 14
_SENTENCE = re.compile(r"[^.!?\n]+(?:[.](?=\d)[^.!?\n]*)*")
_JOINT = re.compile(
    r"\s*(?:[,;:()\[\]–—]|\s-\s)\s*"
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


def pick(said: str, topic: str, *, aimed: Callable[[str], bool], used: Iterable[str] = ()) -> str | None:
    """The clause of `said` that has most to do with `topic`, or None where none has.

    Clauses aimed at a grader, with quotation marks or control characters, or that overlap with a
    quote in `used` are passed over.
    """
    wanted = stems(topic)
    spent = [quote for text in used for quote in quoted(text)]
    best: tuple[float, str] | None = None
    for clause in clauses(said):
        if not _usable(clause, spent):
            continue
        own = stems(clause.text)
        shared = len(own & wanted)
        if shared == 0 or len(own) < 2:
            continue
        # Six to twelve words read best aloud; a fuller clause wins only a tie.
        length = len(words(clause.text))
        score = shared + (0.5 if 5 <= length <= 12 else 0.0) + 0.01 * length
        if (best is None or score > best[0]) and not aimed(clause.text) and not aimed(clause.sentence):
            best = (score, clause.text)
    return best[1] if best else None


def _usable(clause: Clause, spent: list[str]) -> bool:
    text = clause.text
    return (
        SHORTEST <= len(words(text)) <= LONGEST
        and _MARKS.search(text) is None
        and for_terminal(clause.sentence) == clause.sentence
        and not any(holds(text, quote) or holds(quote, text) for quote in spent)
    )
