"""Which follow-ups were left open: those with nothing to hold on to, and no others."""

from __future__ import annotations

import pytest

from coach.guides.corpus import Corpus
from coach.guides.pressing import load_pressing
from coach.interview.left_open import left_open
from coach.resources import corpus_dir
from coach.schema.answer import Turn
from coach.schema.pressing import Pressing

ASKED = "At which value would you act?"


@pytest.fixture(scope="module")
def pressing(corpus: Corpus) -> Pressing:
    return load_pressing(corpus_dir(), corpus)


def talk(*replies: str) -> list[Turn]:
    turns = [Turn(role="candidate", text="We would monitor it.")]
    for reply in replies:
        turns += [Turn(role="interviewer", text=ASKED), Turn(role="candidate", text=reply)]
    return turns


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        ("I do not know", ""),
        ("", ""),
        (
            "It depends on the situation, we would monitor it and align with stakeholders.",
            "It depends on the situation, we would monitor it and align with stakeholders",
        ),
    ],
)
def test_nothing_said_and_nothing_firm_leave_it_open(pressing: Pressing, reply: str, words: str) -> None:
    (found,) = left_open(talk(reply), pressing)
    assert (found.number, found.asked, found.words) == (1, ASKED, words)


@pytest.mark.parametrize(
    "reply",
    [
        "At 12 percent I align with stakeholders and make sure that it is safe; it depends on nothing.",
        "I sat with six agents: the summary left out the order number, so they read the ticket anyway.",
        "The head of sales disagreed, and he agreed to start with the long tail only.",
    ],
)
def test_what_can_be_held_on_to_is_an_answer(pressing: Pressing, reply: str) -> None:
    assert left_open(talk(reply), pressing) == ()


def test_follow_ups_are_counted_and_one_without_a_reply_is_not_open(pressing: Pressing) -> None:
    turns = [*talk("At 12 percent I stop it.", "No idea."), Turn(role="interviewer", text=ASKED)]
    assert [item.number for item in left_open(turns, pressing)] == [2]
    assert left_open(turns[:1], pressing) == ()
