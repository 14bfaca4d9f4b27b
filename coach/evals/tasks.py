"""Gold rows as tasks for a grader. A task never holds a label or a kind."""

from __future__ import annotations

import hashlib

from coach.errors import DatasetError
from coach.evals.gold import GoldRow
from coach.guides.corpus import Corpus
from coach.schema.grade import GradeTask
from coach.schema.question import Question
from coach.schema.rubric import Rubric


def make_task(row: GoldRow, corpus: Corpus, rubric: Rubric) -> GradeTask:
    """What a grader may know of a gold row: question, criteria, answer, passages.

    A question of the corpus brings its committed passages. Any other question is graded on the
    criteria that the row names, or else on the whole rubric. A row's level brings that level's note.
    """
    question = find_question(row, corpus)
    ids = row.criteria or tuple(i for i in question.criteria if i in rubric.by_id())
    known = rubric.by_id()
    criteria = tuple(known[i] for i in ids) or rubric.criteria
    return GradeTask(
        question=question,
        criteria=criteria,
        answer=row.answer,
        passages=corpus.ground(question),
        level_note=corpus.level_note(row.level, criteria) if row.level else "",
    )


def find_question(row: GoldRow, corpus: Corpus) -> Question:
    """The corpus question that the row names, or one made of the row's own text."""
    known = corpus.questions.get(row.question_id)
    if known is not None and row.question in ("", known.text):
        return known
    if not row.question:
        raise DatasetError(
            f"Gold row {row.id}: question {row.question_id!r} is not in the corpus and has no text."
        )
    made = "q-" + hashlib.sha256(row.question.encode()).hexdigest()[:8]
    return Question(id=row.question_id if known is None and row.question_id else made, text=row.question)
