"""A sentence embedder tells more surely what an answer is about; without one nothing changes."""

from __future__ import annotations

import numpy as np
import pytest

from coach.grading.local import open_local_grader
from coach.grading.local.model import load_model
from coach.grading.local.relevance import NAMES as RELEVANCE
from coach.grading.local.sentences import NAMES, Array, SentenceNearness
from coach.guides.corpus import load_corpus
from coach.resources import corpus_dir
from coach.schema.answer import Answer
from coach.schema.grade import GradeTask

TOPICS = ("nurse", "price")


def embed(texts: list[str]) -> Array:
    """Unit vectors that tell two subjects apart by one word each."""
    rows = np.array([[1.0 + 9.0 * (topic in text) for topic in TOPICS] for text in texts])
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def test_an_answer_is_nearer_to_the_question_of_its_subject() -> None:
    near = SentenceNearness(embed, ["Why do nurses tire?", "How is a price set?", "Anything else?"])
    own = dict(
        zip(NAMES, near.measure("Why do nurses tire?", "The nurse is alone. It is late."), strict=True)
    )
    other = dict(zip(NAMES, near.measure("How is a price set?", "The nurse is alone."), strict=True))
    unknown = near.measure("What does a nurse do at night?", "The nurse is alone.")
    assert own["near_text"] > other["near_text"] and own["log_rank_best"] < other["log_rank_best"]
    assert len(unknown) == len(NAMES)


def test_the_shipped_model_knows_what_to_do_with_an_embedder() -> None:
    chance = load_model().relevance_by_sentences
    assert chance is not None
    assert len(chance.mean) == len(RELEVANCE) + len(NAMES)


@pytest.mark.parametrize("with_embedder", [False, True])
def test_grades_name_the_embedder_that_they_rest_on(with_embedder: bool) -> None:
    corpus = load_corpus(corpus_dir())
    question = corpus.questions["fraud-realtime"]
    task = GradeTask(
        question=question,
        criteria=corpus.criteria_of(question.criteria),
        answer=Answer.of("We block at a score of 0.9, because a wrong block costs us the customer."),
        passages=corpus.ground(question),
    )
    grade = open_local_grader(corpus, embed if with_embedder else None).grade_now(task)
    assert grade.status == "graded"
    assert grade.grader.model.endswith("+sentences") is with_embedder
