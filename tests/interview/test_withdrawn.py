"""What a candidate takes back is neither quoted nor credited; what only sounds like it stays."""

from __future__ import annotations

import pytest

from coach.guides.corpus import Corpus
from coach.guides.pressing import load_pressing
from coach.interview.offline import OfflineInterviewer
from coach.interview.silence import Attentive
from coach.interview.withdrawn import standing
from coach.resources import corpus_dir
from coach.schema.answer import Answer, Turn
from coach.schema.pressing import Pressing
from tests.interview.conftest import QUESTION, SetGrader, task_of
from tests.interview.test_claims import view

WRONG = "If training accuracy is 99 percent the model cannot give wrong answers."
REST = " I would roll back the index within the hour."
MENDED = "Fair, that was wrong: training accuracy says nothing about live traffic. I replay 80 bad questions."


@pytest.fixture(scope="module")
def pressing(corpus: Corpus) -> Pressing:
    return load_pressing(corpus_dir(), corpus)


@pytest.mark.parametrize(
    "later",
    [
        MENDED,
        "I take that back, training accuracy is no proof.",
        "You are right, training accuracy is no proof. It should be a replay.",
        "Sorry, that's not right. Training accuracy is no proof.",
        "Scrap that, training accuracy is no proof.",
    ],
)
def test_what_is_taken_back_leaves_blanks_of_its_length(pressing: Pressing, later: str) -> None:
    first, second = standing([WRONG + REST, later], QUESTION, pressing.takes_back)
    assert first.strip() == "." + REST and len(first) == len(WRONG + REST)
    assert second == later


@pytest.mark.parametrize(
    "later",
    [
        "You are right to ask: the training accuracy is 99 percent on 500 cases.",
        "That was wrong of me, I trusted training accuracy too long.",
        "That is right: training accuracy is 99 percent.",
        "It is right that training accuracy matters.",
        "Training accuracy. That was wrong in the end.",
        "That was wrong. The index is stale.",
    ],
)
def test_what_only_sounds_like_it_takes_nothing_back(pressing: Pressing, later: str) -> None:
    assert standing([WRONG + REST, later], QUESTION, pressing.takes_back) == (WRONG + REST, later)


async def test_a_grader_is_not_told_what_was_taken_back(pressing: Pressing) -> None:
    grader = SetGrader()
    turns = [
        Turn(role="candidate", text=WRONG + REST),
        Turn(role="interviewer", text="How so?"),
        Turn(role="candidate", text=MENDED),
    ]
    reader = Attentive(grader, pressing.silences, pressing.takes_back)
    await reader.grade(task_of(QUESTION, Answer.of(turns)))
    told = grader.tasks[0].answer
    assert "99 percent" not in told.said() and "roll back the index" in told.said()
    assert told.turns[0].text.index("roll back") == turns[0].text.index("roll back")
    await reader.grade(task_of(QUESTION, Answer.of(WRONG)))
    assert grader.tasks[1].answer.said() == WRONG


def test_no_follow_up_quotes_what_was_taken_back(corpus: Corpus, pressing: Pressing) -> None:
    seen = view(
        corpus,
        "Cross-validation guarantees that the assistant is always accurate on random folds.",
        "Fair, that was wrong: random folds and cross-validation leak. We will track complaints.",
        weakest="evaluation_metrics",
    )
    follow_up = OfflineInterviewer(pressing).press(seen)
    assert follow_up is not None
    assert "guarantees" not in follow_up.text
