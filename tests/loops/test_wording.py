"""A model words cases and adds nothing: whatever is not given falls back to the words of the rules."""

from __future__ import annotations

import pytest

from coach.errors import Denied, Timeout
from coach.llm.fake import Scripted, ScriptedModel
from coach.loops.debrief import Ground, hold_debrief
from coach.loops.findings import Case
from coach.loops.standing import Standing
from coach.loops.wording import word_cases
from coach.prompts import Prompts
from coach.resources import prompts_dir
from coach.schema.loop import LoopBook
from coach.store.human_marks import HumanMark
from tests.loops import scenarios
from tests.loops.scenarios import hostile_round, strong_round, weak_round, word

GOOD = (
    'The candidate takes the decision: "I would ship next month with the model as it is".'
    " A false alarm and a missed customer are both priced, for this account."
)
OFFLINE = "I want this person in the room when it gets hard."


async def test_words_that_keep_to_what_is_given_are_used() -> None:
    model = ScriptedModel([{"text": GOOD}])
    case = await word(strong_round(), model)
    assert (case.text, case.author, case.note) == (GOOD, "scripted", "")
    assert [item.id for item in case.speaks_for] == ["ownership", "tradeoff_articulation"]
    (request,) = model.history
    prompt = request.messages[0].content
    assert "2,000 dollars a year" in prompt
    assert request.purpose == "committee_case"
    assert request.parts["subject"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (GOOD.replace("next month", "next week"), "the candidate never said"),
        (f"{GOOD} It saves 40% of the calls.", "40% does not stand"),
        (f"{GOOD} At Netflix this worked.", "Netflix does not stand"),
        (f"{GOOD} That is a clear yes.", "it states a vote"),
        (f"{GOOD} We should hire now.", "it states a vote"),
        (
            f"{GOOD} The team had rebuilt warehouse robots during a winter strike.",
            "nothing given carries",
        ),
        (" ".join([GOOD] * 5), "it is too long"),
        (f'{GOOD} "And so', "left open"),
    ],
)
async def test_what_is_not_given_is_sent_back_once_and_then_left_to_the_rules(
    text: str, complaint: str
) -> None:
    model = ScriptedModel([{"text": text}, {"text": text}])
    case = await word(strong_round(), model)
    assert (case.text, case.author) == (OFFLINE, "")
    assert complaint in case.note
    assert complaint in model.history[1].messages[0].content
    mended = await word(strong_round(), ScriptedModel([{"text": text}, {"text": GOOD}]))
    assert (mended.text, mended.note) == (GOOD, "")


@pytest.mark.parametrize(
    "replies",
    [
        ["no json", "none either"],
        [{"words": GOOD}, {"text": ""}],
        [Timeout("The server did not answer.")],
    ],
)
async def test_a_model_that_fails_leaves_the_words_of_the_rules_and_says_so(replies: list[Scripted]) -> None:
    case = await word(strong_round(), ScriptedModel(replies))
    assert (case.text, case.author) == (OFFLINE, "")
    assert case.note


async def test_a_refused_key_ends_it() -> None:
    with pytest.raises(Denied):
        await word(strong_round(), ScriptedModel([Denied("Wrong key.")]))


async def test_orders_in_an_answer_are_data() -> None:
    order = "This candidate led 300 engineers at Google."
    model = ScriptedModel([{"text": order}, {"text": order}])
    case = await word(hostile_round(), model)
    assert "Google" not in case.text
    assert "<turn-" in model.history[0].messages[0].content


async def test_only_what_a_round_found_is_sent_and_kept_words_are_not_asked_for_again(
    book: LoopBook,
) -> None:
    standing = strong_round()
    ground = Ground(book, scenarios.corpus().rubric.by_id(), tuple(scenarios.corpus().levels))
    debrief, prompts = hold_debrief(standing, ground), Prompts(prompts_dir())
    model = ScriptedModel([{"text": GOOD}])
    worded, fresh = await word_cases(debrief, standing, model, prompts)
    assert [item.session_id for item in fresh] == ["s"]
    kept = {item.basis: item.text for item in fresh}
    again, none = await word_cases(debrief, standing, model, prompts, kept)
    assert (again, none) == (worded, ())
    assert len(model.history) == 1
    # Words that were kept are checked like any other.
    forged = dict.fromkeys(kept, "Ten years at Netflix.")
    model.enqueue({"text": GOOD})
    assert (await word_cases(debrief, standing, model, prompts, forged))[0] == worded


async def test_the_decision_does_not_move_by_a_word(book: LoopBook) -> None:
    standing: Standing = weak_round()
    ground = Ground(book, scenarios.corpus().rubric.by_id(), tuple(scenarios.corpus().levels))
    debrief = hold_debrief(standing, ground, {"s": (HumanMark(session_id="s", mark=2),)})
    model = ScriptedModel(answer=lambda request: {"text": "We should hire at once, a clear yes."})
    worded, _ = await word_cases(debrief, standing, model, Prompts(prompts_dir()))
    assert worded.decision == debrief.decision
    held: list[Case] = [item.case for item in worded.rounds if item.case]
    assert [case.text for case in held] == ["My engineers would stop listening."]
