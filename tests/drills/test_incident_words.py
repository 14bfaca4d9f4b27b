"""A message is parted into steps, and each step is told apart by its turn of phrase."""

from __future__ import annotations

import pytest

from coach.drills.incident_intent import named
from coach.drills.incident_words import CAUSE, CHECKING, NOT, ORDER, SUSPECT, WHETHER, clauses
from tests.drills.incident_help import incident, reader_of


@pytest.mark.parametrize(
    ("message", "steps"),
    [
        ("Check the logs. Then split by country.", ["Check the logs.", "split by country."]),
        ("1. when did it begin\n2) what changed", ["when did it begin", "what changed"]),
        ("First, check the cache and then roll back", ["check the cache", "roll back"]),
        ("I think we should split by app version", ["we should split by app version"]),
        ("If it is iOS, then roll back.", ["If it is iOS, then roll back."]),
        (" ... \n---\n?!", []),
    ],
)
def test_message_is_parted_into_steps(message: str, steps: list[str]) -> None:
    assert clauses(message) == steps
    assert all(step in message for step in clauses(message))


@pytest.mark.parametrize(
    "text", ["check the nulls", "I'd like to see the logs", "was the prompt changed", "compare x"]
)
def test_checks_begin_like_checks(text: str) -> None:
    assert CHECKING.match(text) and not ORDER.match(text)


@pytest.mark.parametrize(
    "text", ["roll back", "let's tell support", "we should switch it off", "I would retrain it"]
)
def test_orders_begin_like_orders(text: str) -> None:
    assert ORDER.match(text) and not CHECKING.match(text)


@pytest.mark.parametrize(
    "text", ["should we roll back?", "what would a rollback cost?", "can we switch it off?"]
)
def test_asking_about_an_act_is_no_order(text: str) -> None:
    assert WHETHER.search(text)


@pytest.mark.parametrize("text", ["don't roll back", "I would not retrain", "retraining is premature"])
def test_turning_down_is_seen(text: str) -> None:
    assert NOT.search(text)


@pytest.mark.parametrize(
    ("text", "concludes"),
    [
        ("I think the parser is at fault", True),
        ("the root cause is the cache", True),
        ("Root cause: drift", True),
        ("I think we should look at the cache", False),
        ("I think it's worth checking the cache", False),
        ("what is the cause?", False),
    ],
)
def test_conclusion_is_told_from_a_plan(text: str, concludes: bool) -> None:
    assert bool(CAUSE.search(text)) is concludes


def test_guess_is_told_from_a_conclusion() -> None:
    assert SUSPECT.search("I suspect the cache") and not CAUSE.search("I suspect the cache")


def test_hypotheses_are_named_by_their_phrases_and_not_when_denied() -> None:
    says = {item.id: item.says for item in incident().hypotheses}
    assert named("The parser cuts the text.", says) == ("parsing",)
    assert named("It is not the parser. The model was changed.", says) == ("model-change",)
    assert named("Something is wrong with the data.", says) == ()
    assert named("The parser cuts the text, the model version is fine.", says) == ("parsing",)
    assert named("Not drift but the parser.", says) == ("parsing",)


@pytest.mark.parametrize(
    "message",
    [
        "I would not retrain while we know so little.",
        "I'd never pay for that.",
        "A better model would be a waste of money here.",
        "I fear it has learned from its own answers.",
    ],
)
async def test_weighing_up_asks_for_nothing(message: str) -> None:
    intents = await reader_of(incident()).read(message)
    assert {item.kind for item in intents} <= {"reason", "suspect"}


async def test_check_in_two_sentences_is_one_check() -> None:
    reader = reader_of(incident())
    (only,) = await reader.read("Complaints by platform and version. Who is hit by it in the app?")
    assert (only.kind, only.id) == ("fact", "by-client")


async def test_misspelt_word_is_understood() -> None:
    (only,) = await reader_of(incident()).read("check the timetabels and prises")
    assert (only.kind, only.id) == ("fact", "fare-feed")


async def test_ending_is_read_by_rule() -> None:
    ending = await reader_of(incident()).read_ending(
        "The parser cuts line breaks.", "Normalise line breaks before parsing. Do not retrain. Tell support."
    )
    assert ending.causes == ("parsing",)
    assert ending.actions == ("normalise", "tell")
