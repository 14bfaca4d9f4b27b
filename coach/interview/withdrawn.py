"""What the candidate took back later. It is neither pressed on nor credited; says nothing of who is right."""

from __future__ import annotations

import re
from collections.abc import Sequence

from coach.interview.quote import sentence_spans
from coach.interview.words import stems
from coach.schema.answer import Answer
from coach.schema.question import Question

# So many words of meaning that the question does not hold tie a sentence to the one that takes it back.
SHARED = 2


def standing(texts: Sequence[str], question: Question, takes_back: re.Pattern[str] | None) -> tuple[str, ...]:
    """The candidate's texts, in order, with blanks in the place of sentences that a later text takes back.

    Lengths stay as they are, so that places in what is left are places in what was given.
    """
    left = list(texts)
    if takes_back is None:
        return tuple(left)
    asked = stems(question.text)
    for number in range(1, len(left)):
        about = _taken_back(left[number], takes_back) - asked
        if len(about) >= SHARED:
            left[:number] = [_without(text, about) for text in left[:number]]
    return tuple(left)


def still_said(answer: Answer, question: Question, takes_back: re.Pattern[str] | None) -> Answer:
    """The answer without what its candidate took back; an answer of one text is left as it is."""
    kept = iter(standing([t.text for t in answer.turns if t.role == "candidate"], question, takes_back))
    if answer.text is not None:
        return answer
    turns = [
        t if t.role == "interviewer" else t.model_copy(update={"text": next(kept)}) for t in answer.turns
    ]
    return Answer.of(turns)


def _taken_back(text: str, takes_back: re.Pattern[str]) -> frozenset[str]:
    """What a text that opens by taking something back is about, as stems; nothing where it does not."""
    opening = [text[start:end] for start, end in sentence_spans(text)][:2]
    found = takes_back.match(". ".join(opening).strip())
    if found is None:
        return frozenset()
    rest = [takes_back.sub(" ", opening[0]), *opening[1:]]
    return stems(rest[0]) if len(stems(rest[0])) >= SHARED else stems(" ".join(rest))


def _without(text: str, about: frozenset[str]) -> str:
    for start, end in sentence_spans(text):
        if len(stems(text[start:end]) & about) >= SHARED:
            text = text[:start] + " " * (end - start) + text[end:]
    return text
