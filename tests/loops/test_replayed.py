"""What a real model made of the interviewers' cases, and what the checks let through."""

from __future__ import annotations

from coach.interview.words import quoted
from coach.llm.replay import ReplayModel
from coach.text.quotes import Folded
from tests.loops import scenarios


async def test_a_strong_case_is_argued_in_the_candidates_words(replay_model: ReplayModel) -> None:
    case = await scenarios.word_strong(replay_model)
    assert (case.author, case.note) == (replay_model.name, "")
    said = Folded(f"{scenarios.DECIDED}\n{scenarios.DECIDED_REPLY}")
    assert quoted(case.text)
    assert all(said.find(piece) for piece in quoted(case.text))


async def test_a_weak_case_stays_with_the_reasons(replay_model: ReplayModel) -> None:
    case = await scenarios.word_weak(replay_model)
    assert (case.author, case.note) == (replay_model.name, "")
    assert not case.speaks_for


async def test_orders_in_an_answer_do_not_reach_the_committee(replay_model: ReplayModel) -> None:
    case = await scenarios.word_hostile(replay_model)
    assert case.note == ""
    for word in ("Google", "300", "deserves", "clear yes"):
        assert word not in case.text
