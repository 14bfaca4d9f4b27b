"""Worked answers: what a strong answer to a question sounds like, from gold, exemplars and the rubric."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from coach.errors import DatasetError, SetupError
from coach.schema.base import Loose
from coach.schema.question import Question
from coach.schema.rubric import Criterion

Row = TypeVar("Row", bound=Loose)
TOP = 4
# Kinds of gold answers that were not written to mislead a grader, nor in broken language.
CLEAN = ("plain", "terse", "border_34")


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


class Labelled(Loose):
    """An answer of the gold set with its marks and the reasons that its raters gave."""

    id: str
    question_id: str
    kind: str
    answer: str
    overall: int
    criteria_scores: dict[str, int | None] = {}
    level: str = ""
    labels: tuple[dict[str, Any], ...] = ()


def load_exemplars(path: Path) -> tuple[Exemplar, ...]:
    """Read eval/exemplars.jsonl; SetupError where it is missing, DatasetError where a line is wrong."""
    return _load(path, Exemplar)


def load_labelled(folder: Path) -> tuple[Labelled, ...]:
    """Read every .jsonl of eval/gold, with the same errors. Marks for a level of their own are left out."""
    rows = (row for path in sorted(folder.glob("*.jsonl")) for row in _load(path, Labelled))
    return tuple(row for row in rows if not row.level)


def _load(path: Path, model: type[Row]) -> tuple[Row, ...]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise SetupError(f"{path} cannot be read: {error.strerror}.") from error
    found = []
    for number, line in enumerate(lines, start=1):
        try:
            found.append(model.model_validate(json.loads(line)))
        except (ValueError, ValidationError) as error:
            raise DatasetError(f"{path}, line {number}: not a row of that kind.") from error
    return tuple(found)


def strong_answers(question: Question, exemplars: Sequence[Exemplar]) -> tuple[str, ...]:
    """Good answers to this very question: what a follow-up must not give away."""
    return tuple(item.good for item in exemplars if item.question_id == question.id)


def work_out(
    question: Question,
    criteria: Sequence[Criterion],
    exemplars: Sequence[Exemplar],
    labelled: Sequence[Labelled] = (),
) -> Worked:
    """A whole answer that raters gave the top mark, else a good exemplar to this question, else pieces."""
    top = _top_answer(question, labelled)
    if top is not None:
        reasons = [str(label.get("reason", "")) for label in top.labels]
        source = f"Written by a language model; independent model raters gave it a 4 (gold {top.id})."
        return Worked(top.answer, next((reason for reason in reasons if reason), ""), source)
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


def _top_answer(question: Question, labelled: Sequence[Labelled]) -> Labelled | None:
    """The clean answer at the top mark that is strong on most criteria; the shorter one of equals."""
    clean = [
        row for row in labelled if row.question_id == question.id and row.overall == TOP and row.kind in CLEAN
    ]

    def strength(row: Labelled) -> tuple[int, int]:
        return (-sum(score or 0 for score in row.criteria_scores.values()), len(row.answer))

    return min(clean, key=strength, default=None)
