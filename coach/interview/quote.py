"""Picks a short clause of the candidate's own words to hold a follow-up to. Changes no letter of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from coach.interview.words import holds, quoted, stems, words
from coach.text.sanitize import for_terminal

SHORTEST, LONGEST = 3, 14
# A clause of so many words may carry one word of meaning alone.
ENOUGH = 5
_SENTENCE = re.compile(r"[^.!?\n]+(?:[.](?=\d)[^.!?\n]*)*")
_JOINT = re.compile(
    r"\s*(?:(?<!\d)[,:]|[,:](?!\d)|[;()\[\]–—]|\s-\s)\s*"
    r"|\s+(?=(?:because|since|so that|which|while|but|unless|although|and (?:then|i|we|they|it|the))\s)",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"^(?:(?:and|but|so|then|also|because|since|that|which|well|maybe|or|while|although|unless|okay|ok|um|uh|em|er"
    r"|basically|actually|honestly|anyway|you know)[,]?\s+)+",
    re.IGNORECASE,
)
_TRAIL = re.compile(
    r"(?:[,;:]?\s+(?:and|or|but|so|also|because|that|which|who(?: says?| said)?))+$", re.IGNORECASE
)
_LEANS = re.compile(
    r"(?:in|at|on|of|for|during|after|before|when|if|as|with|to|from|by|while|although|though|once|until|where"
    r"|given|depending|compared|mainly|next|than|like|such|especially|even|plus|instead|rather|how|what|who"
    r"|looking|thinking|coming|speaking|first|second|third|finally|well|okay|ok|yes|no|sure|fair|right)\b",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"(?:i|we|they|it|he|she|this|there|the|an?|my|our|their|its|these|those|each|every\w*|nobody|no one|one"
    r"|most|some|all|people|users|customers|engineers|legal|support|sales)\b",
    re.IGNORECASE,
)
_OPENS_A_NOUN = re.compile(r"(?:what|how|who|which|where)\b", re.IGNORECASE)
_SPEAKER = re.compile(r"(?:^|\s)((?:I|i|we|We)(?:['’]\w+)?\s.*)")
_MOMENT = re.compile(
    r"\b(?:days?|weeks?|months?|years?|times?|then|now|today|first|here|role|job|company)$", re.IGNORECASE
)
# What is said to the interviewer, or about the talk itself, is no claim.
_ADDRESSES = re.compile(r"\b(?:you|your|you['’]\w+|thanks?)\b", re.IGNORECASE)
_ABOUT_THE_TALK = re.compile(r"\b(?:sorry|apologi[sz]e|my english)\b", re.IGNORECASE)
_MARKS = re.compile(r'["“”«»?`{}<>|]')


@dataclass(frozen=True)
class Clause:
    """A verbatim piece of the answer and the sentence that it stands in.

    `whole` where it seems to say something by itself: what opens a sentence and does not lean on the rest
    of it, or what has a subject of its own.
    """

    text: str
    sentence: str
    whole: bool = True


def clauses(text: str) -> Iterable[Clause]:
    """Pieces that make sense on their own, as long as a spoken quote may be."""
    for sentence in sentences(text):
        pieces = _JOINT.split(sentence)
        if len(words(sentence)) <= LONGEST:
            yield Clause(tidy(sentence), sentence)
        for place, piece in enumerate(pieces if len(pieces) > 1 or len(words(sentence)) > LONGEST else ()):
            yield _stand_alone(tidy(piece), sentence, opens=place == 0)


def _stand_alone(piece: str, sentence: str, *, opens: bool) -> Clause:
    """The piece, without what comes before its subject where it leans on that."""
    leans = _LEANS.match(piece) is not None
    if _SUBJECT.match(piece) or (opens and not leans):
        return Clause(piece, sentence)
    speaker = None if _OPENS_A_NOUN.match(piece) else _SPEAKER.search(piece)
    # After anything but a moment, "we" within a sentence opens what qualifies a noun: the logs we keep.
    if speaker is not None and (opens or _MOMENT.search(piece[: speaker.start(1)].rstrip())):
        return Clause(speaker[1], sentence)
    return Clause(piece, sentence, whole=False)


def sentences(text: str) -> Iterable[str]:
    """The sentences of a text, without their full stops; a line of a list is one."""
    return (found for match in _SENTENCE.finditer(text) if (found := match.group(0).strip()))


def sentence_spans(text: str) -> Iterable[tuple[int, int]]:
    """Where each sentence of a text begins and ends, as `sentences` cuts it."""
    return (match.span() for match in _SENTENCE.finditer(text) if match.group(0).strip())


def tidy(piece: str) -> str:
    """A piece without the words that only join it to what stands before and after it."""
    return _TRAIL.sub("", _LEAD.sub("", piece.strip(" \t'*#->•")).strip(" \t'*#->•"))


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
            (sum(weights.get(stem, 0.0) for stem in stems(clause.text)), ease(clause), clause)
            for clause in clauses(said)
            if usable(clause, spent)
        ),
        key=lambda item: -item[0] - item[1],
    )
    for weight, _, clause in ranked:
        if weight > 0 and not aimed(clause.text) and not aimed(clause.sentence):
            return clause.text, weight
    return None


def ease(clause: Clause) -> float:
    """Six to twelve words read best aloud; a fuller clause wins a tie."""
    length = len(words(clause.text))
    return (0.5 if 5 <= length <= 12 else 0.0) + 0.01 * length


def usable(clause: Clause, spent: Sequence[str], least: int = SHORTEST) -> bool:
    """True for a clause of `least` words or more that can be spoken as it stands.

    No quote in `spent` may overlap with it.
    """
    text = clause.text
    return (
        least <= len(words(text)) <= LONGEST
        and clause.whole
        and _ADDRESSES.search(text) is None
        and _ABOUT_THE_TALK.search(clause.sentence) is None
        and len(stems(text)) >= (1 if len(words(text)) >= ENOUGH else min(2, least - 1))
        and _MARKS.search(text) is None
        and for_terminal(clause.sentence) == clause.sentence
        and not any(holds(text, quote) or holds(quote, text) for quote in spent)
    )
