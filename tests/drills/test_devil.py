"""Challenges: what they quote, what a model may word, and what it may not."""

from __future__ import annotations

from typing import Any

import pytest

from coach.drills.devil import CHALLENGES, DevilDrill
from coach.drills.shelf import OwnDecision, Shelf
from coach.errors import Unavailable
from coach.guides.corpus import load_corpus
from coach.guides.drills import load_drill
from coach.interview.words import quoted
from coach.llm.fake import ScriptedModel
from coach.resources import corpus_dir
from coach.schema.answer import Answer
from tests.drills import scenarios
from tests.drills.scenarios import press, shelf

GOOD = {
    "attack": "compared-with-what",
    "quote": "the classifier nearly half",
    "question": 'You say "the classifier nearly half". Of what, and who counted it?',
}


def own(text: str) -> Shelf:
    file = load_drill("devil", corpus_dir(), load_corpus(corpus_dir()))
    return Shelf("devil", file, [OwnDecision(name="story-7", title="A story", text=text)])


@pytest.mark.parametrize("name", shelf("devil").titles())
def test_each_challenge_quotes_the_decisions_own_words_and_no_words_twice(name: str) -> None:
    drill = shelf("devil").drill(name)
    assert isinstance(drill, DevilDrill)
    quotes = [quoted(angle.text)[0] for angle in drill.challenges]
    flat = " ".join(drill.decision.split())
    assert 3 <= len(quotes) <= CHALLENGES and len(set(quotes)) == len(quotes)
    assert all(quote in flat for quote in quotes)
    assert {angle.criterion for angle in drill.challenges} <= set(drill.exercise.criteria)


def test_a_challenge_that_the_decision_meets_is_passed_over() -> None:
    figures = "Revenue fell by 9% and complaints rose by 12%"
    bare = own(f"I launched a ranking model for all users. {figures}.")
    met = own(f"I launched a ranking model for all users. {figures} against a control group.")
    assert any("compared with what" in a.text for a in bare.drill("story-7").question.angles)
    assert not any("compared with what" in a.text for a in met.drill("story-7").question.angles)


def test_a_story_without_anything_to_attack_is_not_offered() -> None:
    assert "story-7" not in own("Hello.").titles()
    assert "fraud-blocks" in own("Hello.").titles()


def test_control_characters_of_a_story_are_gone() -> None:
    drill = own("I launched\x1b[2J a ranking model for all users.").drill("story-7")
    assert "\x1b" not in drill.question.text


def test_a_drill_is_the_same_when_it_is_made_again_from_its_question() -> None:
    drill = shelf("devil").drill("story-1")
    again = shelf("devil").of(drill.question)
    assert again.question == drill.question and again.steps == drill.steps
    bank_is_empty = Shelf("devil", load_drill("devil", corpus_dir(), load_corpus(corpus_dir())))
    assert bank_is_empty.of(drill.question).question.angles == drill.question.angles


def test_steps_follow_one_another_and_end() -> None:
    drill = shelf("devil").drill("story-1")
    answer = scenarios.talk(drill, "One.", "Two.", "Three.")
    asked = [turn.text for turn in answer.turns if turn.role == "interviewer"]
    assert asked == [angle.text for angle in drill.question.angles[1:3]]
    assert drill.next_step(scenarios.talk(drill, *["More."] * len(drill.question.angles))) is None


async def test_a_models_challenge_is_put_when_it_quotes_and_states_nothing_new() -> None:
    further = await press(ScriptedModel([GOOD]), "story-1", scenarios.DEFENCE)
    assert further.author == "llm" and further.step is not None
    assert further.step.text == GOOD["question"]
    assert further.step.criterion == "evaluation_metrics"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"quote": "the network found most"}, "not in the decision or the defence"),
        ({"quote": "tickets"}, "not in the decision or the defence"),
        ({"question": "Of what, and who counted it?"}, "does not hold the quote"),
        ({"question": 'You say "the classifier nearly half". Against 30% before?'}, "30%"),
        ({"question": 'You say "the classifier nearly half". Did Zendesk count it?'}, "Zendesk"),
        ({"question": 'You say "the classifier nearly half". Why? And of what?'}, "exactly one question"),
        ({"question": '"the classifier nearly half"' + " so" * 50 + "?"}, "words at most"),
        ({"attack": "kindness"}, "none of the attacks"),
    ],
)
async def test_a_challenge_that_fails_its_check_twice_gives_way_to_the_prepared_one(
    changes: dict[str, str], told: str
) -> None:
    wrong: dict[str, Any] = {**GOOD, **changes}
    model = ScriptedModel([wrong, wrong])
    further = await press(model, "story-1", scenarios.DEFENCE)
    drill = shelf("devil").drill("story-1")
    assert further.author == "local" and further.step is not None
    assert further.step.text == drill.question.angles[1].text
    assert told in further.note and told in model.history[1].messages[0].content


async def test_an_unreachable_model_gives_way_at_once() -> None:
    further = await press(ScriptedModel([Unavailable("no route")]), "story-1", scenarios.DEFENCE)
    assert (further.author, further.note) == ("local", "no route")


async def test_a_story_is_fenced() -> None:
    model = ScriptedModel([GOOD])
    await press(model, "story-1", scenarios.DEFENCE)
    text = model.history[0].messages[0].content
    assert text.index("<story-") < text.index("9,000 tickets") < text.index("</story-")


async def test_nothing_is_asked_after_the_last_challenge() -> None:
    drill, model = shelf("devil").drill("story-1"), ScriptedModel()
    further = await press(model, "story-1", *["I chose it."] * len(drill.question.angles))
    assert further.step is None and model.history == []


def test_a_defence_is_looked_through() -> None:
    drill = shelf("devil").drill("fraud-blocks")
    seen = {check.id for check in drill.check(Answer.of(scenarios.DEFENCE)).checks if check.seen}
    assert {"own-part", "figure"} <= seen
