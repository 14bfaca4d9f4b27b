"""Checks that the corpus agrees with itself: ids, references, coverage. Mends nothing.

Whether one file can be read at all is checked where it is loaded, in `corpus`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from pydantic import ValidationError

from coach.errors import DatasetError
from coach.guides.corpus import ANY_CRITERION, Corpus, read_text, read_yaml
from coach.schema.base import Loose
from coach.schema.question import ROUNDS

_FEWEST_CRITERIA, _MOST_CRITERIA = 3, 5
_FEWEST_GROUNDS, _MOST_GROUNDS = 4, 6


class ExemplarRow(Loose):
    """A row of eval/exemplars.jsonl: an answer pair with its question, criterion and passage."""

    id: str
    question_id: str
    criterion: str
    bad: str
    good: str
    passage: str


def check_corpus(corpus: Corpus, folder: Path, exemplars: Path) -> list[str]:
    """Everything that is wrong, one sentence each, with the id that it is about."""
    rows = read_exemplars(exemplars)
    found: list[str] = []
    found += _repeated("question", (str(item.get("id")) for item in read_yaml(folder / "questions.yaml")))
    found += _repeated("guide", (guide.id for guide in corpus.guides))
    found += _repeated("passage", (p.id for guide in corpus.guides for p in guide.passages))
    found += _repeated("exemplar", (row.id for row in rows))
    found += _questions(corpus)
    found += _criteria(corpus)
    found += _grounding(corpus)
    found += _asked(corpus)
    found += _exemplars(corpus, rows)
    return found


def read_exemplars(path: Path) -> list[ExemplarRow]:
    """Rows of eval/exemplars.jsonl; DatasetError names the line that is wrong."""
    rows = []
    for number, line in enumerate(read_text(path).splitlines(), start=1):
        try:
            rows.append(ExemplarRow.model_validate(json.loads(line)))
        except (ValueError, ValidationError) as error:
            raise DatasetError(f"{path}, line {number}: not an exemplar pair.") from error
    return rows


def _repeated(what: str, ids: Iterable[str]) -> Iterator[str]:
    for name, count in Counter(ids).items():
        if count > 1:
            yield f"{what} {name}: the id is used {count} times"


def _unknown(what: str, ids: Iterable[str], known: Iterable[str]) -> Iterator[str]:
    there = set(known)
    for name in ids:
        if name not in there:
            yield f"{what}: {name} does not exist"


def _questions(corpus: Corpus) -> Iterator[str]:
    criteria = corpus.rubric.by_id()
    for question in corpus.questions.values():
        what = f"question {question.id}"
        yield from _unknown(f"{what}, criterion", question.criteria, criteria)
        yield from _unknown(f"{what}, passage", question.passages, corpus.passages)
        yield from _unknown(f"{what}, angle", (a.criterion for a in question.angles), question.criteria)
        if not _FEWEST_CRITERIA <= len(question.criteria) <= _MOST_CRITERIA:
            yield f"{what}: it has {len(question.criteria)} criteria; it needs 3 to 5"
        pressed = {angle.criterion for angle in question.angles}
        yield from (f"{what}: no angle presses on {c}" for c in question.criteria if c not in pressed)
        if not question.passages:
            yield f"{what}: it names no passage"
    asked_in = {question.round for question in corpus.questions.values()}
    yield from (f"round {name}: no question belongs to it" for name in ROUNDS if name not in asked_in)


def _criteria(corpus: Corpus) -> Iterator[str]:
    asked = {name for question in corpus.questions.values() for name in question.criteria}
    for criterion in corpus.rubric.criteria:
        what = f"criterion {criterion.id}"
        yield from _unknown(f"{what}, passage", criterion.passages, corpus.passages)
        if criterion.id not in asked:
            yield f"{what}: no question asks for it"
        if not (criterion.bad and criterion.good and criterion.passages):
            yield f"{what}: it needs BAD and GOOD exemplars and passages"
    for level, notes in corpus.levels.items():
        yield from _unknown(f"level {level}, criterion", set(notes) - {ANY_CRITERION}, corpus.rubric.by_id())


def _grounding(corpus: Corpus) -> Iterator[str]:
    for name, ids in corpus.grounding.items():
        yield from _unknown(f"grounding of {name}, passage", ids, corpus.passages)
        yield from _repeated(f"grounding of {name}, passage", ids)
        if not _FEWEST_GROUNDS <= len(ids) <= _MOST_GROUNDS:
            yield f"grounding of {name}: {len(ids)} passages; it needs 4 to 6"
    yield from _unknown("grounding, question", corpus.grounding, corpus.questions)
    for name in corpus.questions:
        if name not in corpus.grounding:
            yield f"question {name}: it has no grounding (coach guides check --write-grounding)"


def _asked(corpus: Corpus) -> Iterator[str]:
    yield from _unknown("asked.yaml, passage", corpus.asked, corpus.passages)
    yield from (
        f"passage {i}: asked.yaml has no entry for it" for i in corpus.passages if i not in corpus.asked
    )


def _exemplars(corpus: Corpus, rows: Iterable[ExemplarRow]) -> Iterator[str]:
    """Rows refer to what exists, and every pair in the guides is cited and has its answer pair."""
    rows = list(rows)
    for row in rows:
        what = f"exemplar {row.id}"
        yield from _unknown(f"{what}, question", [row.question_id], corpus.questions)
        yield from _unknown(f"{what}, criterion", [row.criterion], corpus.rubric.by_id())
        yield from _unknown(f"{what}, passage", [row.passage], corpus.passages)
        question = corpus.questions.get(row.question_id)
        if question is not None and row.criterion not in question.criteria:
            yield f"{what}: question {row.question_id} does not ask for {row.criterion}"
        if not row.bad.strip() or not row.good.strip() or row.bad == row.good:
            yield f"{what}: it needs two different samples"
    answered = {row.passage for row in rows}
    cited = {i for c in corpus.rubric.criteria for i in c.passages}
    cited |= {i for question in corpus.questions.values() for i in question.passages}
    for passage in corpus.passages.values():
        if "**BAD:**" not in passage.text:
            continue
        if "**GOOD:**" not in passage.text or "**Why:**" not in passage.text:
            yield f"passage {passage.id}: its pair is not whole"
        if passage.id not in answered:
            yield f"passage {passage.id}: its pair has no row in eval/exemplars.jsonl"
        if passage.id not in cited:
            yield f"passage {passage.id}: no question or criterion cites its pair"
