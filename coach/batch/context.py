"""What rows are graded against: finds a row's question, criteria and passages, once for all its like."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from coach.batch.row_rubric import read_row_rubric
from coach.errors import RowError
from coach.guides.corpus import Corpus
from coach.schema.answer import Answer
from coach.schema.chat import short_hash
from coach.schema.grade import GraderId, GradeTask
from coach.schema.passage import Passage
from coach.schema.question import Question
from coach.schema.rubric import Criterion, Rubric

_QUESTION_LIMIT = 20_000  # characters
_RETRIEVED = 2000  # questions of the input's own whose passages are remembered
_KEPT = 4096  # contexts; a file of as many different questions still needs no more memory


@dataclass(frozen=True, eq=False)
class Context:
    """A task without its answer. `made_of` are short hashes of what is in it, by name."""

    question: Question
    criteria: tuple[Criterion, ...]
    passages: tuple[Passage, ...]
    rubric: Rubric
    made_of: tuple[tuple[str, str], ...]

    def task(self, answer: Answer) -> GradeTask:
        return GradeTask(
            question=self.question, criteria=self.criteria, answer=answer, passages=self.passages
        )

    def content(self, answer: Answer) -> bytes:
        """16 bytes of a SHA-256 over what the row holds: question, criteria asked for, answer."""
        parts: list[Any] = [self.question.id, self.question.text, [item.id for item in self.criteria]]
        if answer.text is not None:
            parts.append(answer.text)
        else:
            parts.append([[turn.role, turn.text] for turn in answer.turns])
        return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).digest()[:16]


def makings(context: Context, grader: GraderId, samples: int) -> dict[str, Any]:
    """All that makes a grade but the row's content, by name: a change of any of it makes another grade."""
    who = {"grader": grader.kind, "model": grader.model, "prompt": grader.prompt, "guides": grader.guides}
    asked = {"samples": samples} if grader.kind == "llm" else {}
    return who | asked | dict(context.made_of)


@dataclass(frozen=True)
class Asked:
    """What a row says of its question: `name` is an id, `text` a text or an id; "" where not given."""

    name: str = ""
    text: str = ""
    criteria: tuple[str, ...] = ()
    rubric: str = ""  # a file's name, or a rubric as JSON
    folder: Path | None = None  # in which the row may name a rubric's file


# Finds the ids of passages for a question that the corpus does not hold.
Retrieve = Callable[[Question], tuple[str, ...]]


class Contexts:
    """Finds contexts over a corpus; `rubric`, where given, takes the place of the corpus's own.

    `retrieve` is asked for each different question of the input's own, again where it was long ago.
    """

    def __init__(
        self, corpus: Corpus, rubric: Rubric | None = None, retrieve: Retrieve = lambda question: ()
    ) -> None:
        self._corpus = corpus
        self._given = rubric
        self._retrieve = lru_cache(_RETRIEVED)(retrieve)
        self._by_text = {fold(item.text): item for item in corpus.questions.values()}
        self.find = lru_cache(_KEPT)(self._find)
        self._rubric = lru_cache(64)(read_row_rubric)

    def known(self, name: str) -> Question | None:
        """The corpus question of that id or, case and spaces aside, of that text."""
        return self._corpus.questions.get(name.strip()) or self._by_text.get(fold(name))

    def _find(self, asked: Asked) -> Context:
        """The context of a row; raises RowError whose kind the row fails with."""
        question = self._question(asked)
        rubric = self._given or self._corpus.rubric
        if asked.rubric and asked.rubric not in (rubric.name, self._corpus.rubric.name):
            rubric = self._rubric(asked.rubric, asked.folder)
        own = rubric is not self._corpus.rubric
        criteria = _criteria(asked, question, rubric, own=own)
        passages = self._passages(question, criteria)
        made_of = (
            ("rubric", rubric.digest),
            ("question", short_hash(question.model_dump_json())),
            ("passages", short_hash(" ".join(f"{item.id} {item.digest}" for item in passages))),
        )
        return Context(question, criteria, passages, rubric, made_of)

    def _passages(self, question: Question, criteria: tuple[Criterion, ...]) -> tuple[Passage, ...]:
        if question.id in self._corpus.questions:
            return self._corpus.ground(question)
        wanted = Question(id="", text=question.text, criteria=tuple(item.id for item in criteria))
        known = self._corpus.passages
        return tuple(known[name] for name in self._retrieve(wanted) if name in known)

    def _question(self, asked: Asked) -> Question:
        if not asked.name and not asked.text.strip():
            raise RowError("unknown_question", "The row names no question: give question_id or question.")
        if asked.name and asked.name.strip() in self._corpus.questions:
            return self._corpus.questions[asked.name.strip()]
        if not asked.text.strip():
            raise RowError(
                "unknown_question",
                f"No question {asked.name!r} is known, and no text is given."
                " `coach questions list` shows the ids.",
            )
        if len(asked.text) > _QUESTION_LIMIT:
            raise RowError("too_long", f"The question has more than {_QUESTION_LIMIT:,} characters.")
        made = "q-" + hashlib.sha256(asked.text.encode()).hexdigest()[:8]
        return self.known(asked.text) or Question(id=asked.name or made, text=asked.text)


def fold(text: str) -> str:
    """Text with case and spaces folded."""
    return " ".join(text.casefold().split())


def _criteria(asked: Asked, question: Question, rubric: Rubric, *, own: bool) -> tuple[Criterion, ...]:
    known = rubric.by_id()
    missing = [name for name in asked.criteria if name not in known]
    if missing:
        raise RowError("no_criteria", f"Rubric {rubric.name} has no criterion {', '.join(missing)}.")
    if asked.criteria:
        return tuple(known[name] for name in dict.fromkeys(asked.criteria))
    if question.criteria and all(name in known for name in question.criteria):
        return tuple(known[name] for name in question.criteria)
    if own:
        return rubric.criteria
    raise RowError(
        "no_criteria", "The corpus does not hold this question: give `criteria` in the row, or --rubric."
    )
