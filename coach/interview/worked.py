"""Worked answers: what a strong answer to a question sounds like, from the exemplars and the rubric."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from coach.errors import DatasetError, SetupError
from coach.schema.base import Loose
from coach.schema.question import Question
from coach.schema.rubric import Criterion


class Exemplar(Loose):
    """An answer pair to one question, with the point that separates the two."""

    id: str
    question_id: str
    criterion: str
    bad: str
    good: str
    why: str = ""
    passage: str = ""


@dataclass(frozen=True)
class Worked:
    """A worked answer, why it is strong, and where it comes from, in words for the screen."""

    answer: str
    why: str
    source: str


def load_exemplars(path: Path) -> tuple[Exemplar, ...]:
    """Read eval/exemplars.jsonl; SetupError where it is missing, DatasetError where a line is wrong."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise SetupError(f"{path} cannot be read: {error.strerror}.") from error
    found = []
    for number, line in enumerate(lines, start=1):
        try:
            found.append(Exemplar.model_validate(json.loads(line)))
        except (ValueError, ValidationError) as error:
            raise DatasetError(f"{path}, line {number}: not an exemplar.") from error
    return tuple(found)


def strong_answers(question: Question, exemplars: Sequence[Exemplar]) -> tuple[str, ...]:
    """Good answers to this very question: what a follow-up must not give away."""
    return tuple(item.good for item in exemplars if item.question_id == question.id)


def work_out(question: Question, criteria: Sequence[Criterion], exemplars: Sequence[Exemplar]) -> Worked:
    """The good answer to this question where one is written, else strong pieces, one for each criterion."""
    for item in exemplars:
        if item.question_id == question.id:
            return Worked(item.good, item.why, f"From the guides' exemplars ({item.id}).")
    pieces = [f"{criterion.title}: {criterion.good[0]}" for criterion in criteria if criterion.good]
    anchors = [
        f"{criterion.title}: {criterion.levels[criterion.top]}" for criterion in criteria if criterion.levels
    ]
    return Worked(
        answer="\n\n".join(pieces),
        why="\n".join(anchors),
        source="No whole answer to this question is written; these are strong pieces from other cases.",
    )
