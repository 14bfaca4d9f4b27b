"""The words for marks, flags and graders on screen."""

from __future__ import annotations

import re

from coach.schema.grade import Flag, Grade, GraderId, Usage
from coach.schema.rubric import Criterion

_FOUR = {1: "clear no", 2: "lean no", 3: "lean yes", 4: "clear yes"}
# "level 3", and a bare digit that ends a phrase, such as "stays a 1;" or "lifts it to 2."
_MARK = re.compile(
    r"\b(?:level (?P<named>[1-9])\b|(?P<held>held at )(?P<kept>[1-9])\b"
    r"|(?P<lead>an? |to |at |below |above )(?P<bare>[1-9])(?! ?[\w%$€]|[.,]\d))",
    re.IGNORECASE,
)
FLAGS: dict[Flag, str] = {
    "injection": "Part of the answer speaks to the grader. It was read as data and earned nothing.",
    "control_chars": "The answer holds control or invisible characters; they are left out on screen.",
    "empty": "There was no answer.",
    "language": "The local grader reads English only and gives no marks here. A model can.",
    "off_topic": "It seems to answer another question.",
    "unfound_quote": "A quote that the grader gave is not in the answer; nothing was built on it.",
    "fatal": "It shows a fault that decides this question by itself; that holds the mark down.",
    "split": "The grader's readings of this answer disagree.",
    "border": "The mark lies close to the next one.",
}


def level_word(level: int, criterion: Criterion) -> str:
    """The name of a level: the rubric's own, the usual four, or nothing."""
    if criterion.level_names:
        return criterion.level_names[level - 1]
    return _FOUR.get(level, "") if criterion.top == 4 else ""


def mark_words(mark: int, *, scores: bool = True) -> str:
    """A mark of the scale 1 to 4 in words, with its number unless numbers are hidden."""
    return f"{_FOUR[mark]} ({mark})" if scores else _FOUR[mark]


def without_marks(text: str, criterion: Criterion | None) -> str:
    """`text` with marks as words, for a screen without numbers: "lifts it to lean no"."""
    if criterion is None:
        return text

    def word(found: re.Match[str]) -> str:
        level = int(found["named"] or found["kept"] or found["bare"])
        name = level_word(level, criterion) if level <= criterion.top else ""
        return f"{found['held'] or found['lead'] or ''}{name}" if name else found[0]

    return _MARK.sub(word, text)


def grader_words(grader: GraderId) -> str:
    """Who graded, in one line."""
    if grader.kind == "local":
        return f"Graded by the local grader ({grader.model}): on this machine, no model was asked."
    again = ", from a recording" if grader.replayed else ""
    return f"Graded by the model {grader.model}{again}."


def usage_words(usage: Usage) -> str:
    """What a model's grade took, or nothing where no model was asked."""
    if not usage.requests:
        return ""
    tokens = usage.prompt_tokens + usage.completion_tokens
    requests = "1 request" if usage.requests == 1 else f"{usage.requests} requests"
    cost = "price unknown" if usage.cost_usd is None else f"{usage.cost_usd:.4f} USD"
    return f"{requests}, {tokens:,} tokens, {cost}, {usage.seconds:.1f} s."


def review_words(grade: Grade) -> str:
    """Why a person should look at the mark, or nothing."""
    if not grade.needs_review or grade.overall is None:
        return ""
    return "Worth a second look by a person: the grader is not sure of this mark."
