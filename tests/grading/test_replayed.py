"""The rewrite over recorded replies: it keeps to the candidate's facts."""

from __future__ import annotations

import pytest

from coach.grading.rewrite import invented
from coach.llm.replay import ReplayModel
from tests.grading.scenarios import MISSING, SCENARIOS, task_of


@pytest.mark.parametrize("gold_id", MISSING)
async def test_a_stronger_answer_invents_nothing_and_leaves_blanks(
    gold_id: str, replay_model: ReplayModel
) -> None:
    text = await SCENARIOS[f"rewrite-{gold_id}"](replay_model)
    assert invented(text, task_of(gold_id)) == []
    assert "[" in text and "]" in text
    assert 40 <= len(text.split()) <= 220
