"""Which question of all an answer is most likely for."""

from __future__ import annotations

import json

import numpy as np
import pytest

from coach.grading.local import LocalGrader, open_local_grader
from coach.grading.local.aim import LAYERS, Kinds, bearing, contrast, layers
from coach.grading.local.model import load_model
from coach.grading.local.relevance import LIKENESS, Look
from coach.guides.corpus import Corpus, load_corpus
from coach.resources import corpus_dir, eval_dir
from coach.schema.answer import Answer
from coach.schema.grade import GradeTask
from coach.schema.question import Question

KINDS = Kinds(("behavioral", "debugging"), ("ownership", "star_evidence"))
STORY = Question(id="a", text="Tell me of a time.", round="behavioral", criteria=("star_evidence",))
BUG = Question(id="b", text="What broke?", round="debugging", criteria=("ownership",))
RANK = np.ones(len(LAYERS))


def like(own: int) -> Look:
    """An answer whose words are as like to one question as to the other."""
    every = np.zeros((2, len(LIKENESS)))
    return Look([], every[own], every, own)


def test_an_answer_that_sounds_like_a_story_is_for_the_question_that_asks_for_one() -> None:
    sounds = np.array([2.0, -2.0, -1.0, 2.0])
    every = KINDS.table([STORY, BUG])
    numbers = {}
    for n, question in enumerate((STORY, BUG)):
        asked, known = layers(like(n), sounds, KINDS, KINDS.of(question), every)
        numbers[question.id] = contrast(asked, known, n, RANK) + bearing(
            asked, sounds, KINDS.of(question), KINDS
        )
    assert numbers["a"][0] > 0 > numbers["b"][0]
    assert numbers["a"][-3:] == [1.0, 2.0, 0.0]
    assert numbers["b"][-3:] == [0.0, 0.0, 2.0]


def test_a_question_of_ones_own_has_no_round_and_may_borrow_the_tasks_criteria() -> None:
    own = Question(id="x", text="Anything?")
    assert KINDS.of(own).tolist() == [0, 0, 0, 0]
    assert KINDS.of(own, ["ownership"]).tolist() == [0, 0, 1, 0]


def test_an_unknown_question_is_held_against_all_known_ones() -> None:
    asked, every = np.full(len(LAYERS), 0.5), np.zeros((3, len(LAYERS)))
    chance, lead, rank, score = contrast(asked, every, None, RANK)
    assert lead == score == pytest.approx(0.5 * len(LAYERS))
    assert chance == pytest.approx(lead - np.log(3))
    assert rank == pytest.approx(np.log(0.01))


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return load_corpus(corpus_dir())


def test_strong_answers_are_held_at_a_no_as_answers_to_another_question(corpus: Corpus) -> None:
    grader: LocalGrader = open_local_grader(corpus)
    rows = [json.loads(line) for line in (eval_dir() / "gold" / "dev.jsonl").read_text().splitlines()]
    strong = [row for row in rows if row["overall"] == 4][:24]
    asked = sorted({row["question_id"] for row in rows})

    def mark(answer: str, question_id: str) -> int:
        question = corpus.questions[question_id]
        task = GradeTask(
            question=question,
            criteria=corpus.criteria_of(question.criteria),
            answer=Answer.of(answer),
            passages=corpus.ground(question),
        )
        return grader.grade_now(task).overall or 0

    own = [mark(row["answer"], row["question_id"]) for row in strong]
    step = len(asked) // 2
    other = [
        mark(row["answer"], asked[(asked.index(row["question_id"]) + step) % len(asked)]) for row in strong
    ]
    assert sum(value >= 3 for value in own) >= len(strong) - 2
    assert sum(value <= 2 for value in other) >= len(strong) * 2 // 3


def test_the_models_kinds_are_the_corpuss(corpus: Corpus) -> None:
    kinds = load_model().sounding.kinds
    assert set(kinds.rounds) == {question.round for question in corpus.questions.values()}
    assert list(kinds.criteria) == [criterion.id for criterion in corpus.rubric.criteria]
