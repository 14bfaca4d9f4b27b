"""Stress cases: answers changed in a known way, each with the direction that its mark must keep.

Loads the committed cases, makes tasks of them, and judges the marks. Making the cases is `variants`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import ValidationError

from coach.errors import DatasetError
from coach.evals.gold import GoldRow
from coach.evals.tasks import make_task
from coach.grading.request import Order
from coach.guides.corpus import Corpus
from coach.llm.files import numbered_lines
from coach.schema.answer import Answer
from coach.schema.base import Frozen, first_fault
from coach.schema.grade import GradeTask
from coach.schema.passage import Passage
from coach.schema.rubric import Criterion, Rubric

Direction = Literal["must_not_rise", "must_not_fall", "must_not_move", "at_most_2", "is_1", "order"]
_WORD = re.compile(r"[a-z0-9]+")
_SHINGLE = 4
_Noun = TypeVar("_Noun", bound=Frozen)


class StressCase(Frozen):
    """One changed answer.

    `base` is the gold answer that it was made from and whose own clean mark it is compared with.
    `criteria` and `levels` name an order other than the usual one in which those are put to a model.
    `pair` and `side` belong to direction `order`: both sides of a pair are graded, bad must be lower.
    """

    id: str
    family: str
    direction: Direction
    question_id: str
    answer: str
    base: str = ""
    criteria: Literal["given", "reversed"] = "given"
    levels: Literal["ascending", "descending"] = "ascending"
    pair: str = ""
    side: Literal["", "bad", "good"] = ""

    @property
    def order(self) -> Order:
        return Order(criteria=self.criteria, levels=self.levels)


class ExemplarPair(Frozen):
    """A BAD and a GOOD answer to the same question that differ on one criterion."""

    id: str
    question_id: str
    criterion: str
    bad: str
    good: str
    why: str
    passage: str


def load_cases(path: Path) -> tuple[StressCase, ...]:
    """The committed cases, in file order; DatasetError for a broken line or a repeated id."""
    cases = tuple(_parse(path, number, line, StressCase) for number, line in numbered_lines(path))
    ids = [case.id for case in cases]
    repeated = sorted({i for i in ids if ids.count(i) > 1})
    if repeated:
        raise DatasetError(f"{path}: case ids repeat: {', '.join(repeated)}.")
    return cases


def load_pairs(path: Path) -> dict[str, ExemplarPair]:
    pairs = [_parse(path, number, line, ExemplarPair) for number, line in numbered_lines(path)]
    return {pair.id: pair for pair in pairs}


def stress_task(
    case: StressCase,
    gold: dict[str, GoldRow],
    pairs: dict[str, ExemplarPair],
    corpus: Corpus,
    rubric: Rubric,
) -> GradeTask:
    """The task of a case: the base answer's own question, or another one, with the changed answer."""
    if case.pair:
        return _pair_task(case, pairs[case.pair], corpus, rubric)
    answer = Answer.of(case.answer)
    base = gold.get(case.base)
    if base is not None and base.question_id == case.question_id:
        return make_task(base.model_copy(update={"answer": answer}), corpus, rubric)
    return make_task(GoldRow(id=case.id, question_id=case.question_id, answer=answer), corpus, rubric)


def _pair_task(case: StressCase, pair: ExemplarPair, corpus: Corpus, rubric: Rubric) -> GradeTask:
    """One side of an exemplar pair, graded on the criterion that the two differ on.

    The tested pair is left out of everything that the grader sees: the criterion's samples and every
    passage that holds the pair or shares wording with it.
    """
    row = GoldRow(
        id=case.id, question_id=case.question_id, criteria=(pair.criterion,), answer=Answer.of(case.answer)
    )
    task = make_task(row, corpus, rubric)
    return task.model_copy(
        update={
            "criteria": tuple(without_samples(item, pair) for item in task.criteria),
            "passages": tuple(item for item in task.passages if not _holds(item, pair)),
            "question": task.question.model_copy(
                update={"passages": tuple(i for i in task.question.passages if i != pair.passage)}
            ),
        }
    )


def without_samples(criterion: Criterion, pair: ExemplarPair) -> Criterion:
    """The criterion without BAD and GOOD samples where its levels describe the standard without them.

    Samples paraphrase the pairs, so that no measure of likeness would separate them safely. A rubric
    that has nothing but samples loses only those that share wording with the pair.
    """
    if criterion.levels:
        kept_bad: tuple[str, ...] = ()
        kept_good: tuple[str, ...] = ()
    else:
        told = f"{pair.bad} {pair.good}"
        kept_bad = tuple(text for text in criterion.bad if not _shares_wording(text, told))
        kept_good = tuple(text for text in criterion.good if not _shares_wording(text, told))
    passages = tuple(i for i in criterion.passages if i != pair.passage)
    return criterion.model_copy(update={"bad": kept_bad, "good": kept_good, "passages": passages})


def _holds(passage: Passage, pair: ExemplarPair) -> bool:
    return passage.id == pair.passage or _shares_wording(passage.text, f"{pair.bad} {pair.good}")


def _shares_wording(one: str, other: str) -> bool:
    """True where two texts have four words in a row in common, twice."""
    return len(_shingles(one) & _shingles(other)) >= 2


def _shingles(text: str) -> set[tuple[str, ...]]:
    words = _WORD.findall(text.casefold())
    return {tuple(words[n : n + _SHINGLE]) for n in range(len(words) - _SHINGLE + 1)}


def _parse(path: Path, number: int, line: str, model: type[_Noun]) -> _Noun:
    try:
        return model.model_validate_json(line)
    except ValidationError as error:
        raise DatasetError(f"{path}:{number}: {first_fault(error)}.") from error


@dataclass(frozen=True)
class Outcome:
    """What became of one case: the marks before and after, and whether the direction was broken.

    `shift` is after minus before. For a pair, before is the bad side's mark and after the good side's.
    """

    id: str
    family: str
    direction: Direction
    before: int | None
    after: int | None
    violated: bool

    @property
    def judged(self) -> bool:
        """True where there were the marks that the direction compares."""
        alone = self.direction in ("at_most_2", "is_1")
        return self.after is not None and (alone or self.before is not None)

    @property
    def shift(self) -> int | None:
        return None if self.before is None or self.after is None else self.after - self.before


def judge_marks(id: str, family: str, direction: Direction, before: int | None, after: int | None) -> Outcome:
    """Compare the marks as the direction asks.

    A mark that is missing breaks no direction by itself; such cases are counted as not judged.
    """
    return Outcome(id, family, direction, before, after, _breaks(direction, before, after))


def _breaks(direction: Direction, before: int | None, after: int | None) -> bool:
    if after is None:
        return False
    if direction == "at_most_2":
        return after > 2
    if direction == "is_1":
        return after != 1
    if before is None:
        return False
    broken = {
        "must_not_rise": after > before,
        "must_not_fall": after < before,
        "must_not_move": after != before,
        "order": after <= before,
    }
    return broken[direction]
