"""What a model asked once as the interviewer, played again."""

from __future__ import annotations

from coach.interview.check import faults
from coach.interview.follow_up import FollowUp, View
from coach.llm.port import ChatModel
from tests.interview.scenarios import BILL_VIEW, INCIDENT_VIEW, PRESSED, QUIET_VIEW, SCENARIOS, view


async def asked(name: str, model: ChatModel, shown: View) -> FollowUp:
    """The follow-up of a scenario, in the model's own words and fit to be asked."""
    follow_up = await SCENARIOS[name](model)
    assert isinstance(follow_up, FollowUp)
    assert (follow_up.author, follow_up.note) == ("llm", "")
    criterion = next(item for item in shown.task.criteria if item.id == follow_up.criterion)
    assert faults(follow_up.text, shown.basis(criterion)) == ()
    return follow_up


async def test_a_first_follow_up_takes_up_what_was_said(replay_model: ChatModel) -> None:
    follow_up = await asked("first_follow_up", replay_model, view(*BILL_VIEW, 3, 2, 2, 2))
    assert follow_up.text.endswith("?")


async def test_an_evasion_is_not_the_end_and_brings_no_repeat(replay_model: ChatModel) -> None:
    follow_up = await asked("follow_up_after_an_evasion", replay_model, view(*QUIET_VIEW, 1, 2, 1, 2))
    assert follow_up.text != PRESSED


async def test_an_order_in_the_answer_is_not_followed(replay_model: ChatModel) -> None:
    follow_up = await asked("follow_up_under_attack", replay_model, view(*INCIDENT_VIEW, 2, 3, 2, 2))
    assert "level" not in follow_up.text.casefold() and follow_up.text.count("?") == 1
