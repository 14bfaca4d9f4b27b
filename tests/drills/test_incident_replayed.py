"""Moves and endings of incidents as a real model read them, from recordings."""

from __future__ import annotations

import pytest

from coach.llm.replay import ReplayModel
from tests.drills.incident_scenarios import ENDINGS, MESSAGES, read_ending, read_message


@pytest.mark.parametrize("key", ["roundabout", "two_wants", "no_such_data"])
async def test_message_is_read_as_a_fair_reader_would(key: str, replay_model: ReplayModel) -> None:
    intents = await read_message(replay_model, key)
    _, message, expected = MESSAGES[key]
    assert tuple((item.kind, item.id) for item in intents) == expected
    assert all(item.text in message for item in intents)


async def test_orders_to_the_reader_reveal_nothing(replay_model: ReplayModel) -> None:
    intents = await read_message(replay_model, "hostile")
    assert not [item for item in intents if item.kind in ("fact", "act")]


@pytest.mark.parametrize("key", list(ENDINGS))
async def test_cause_and_fix_in_own_words_are_named(key: str, replay_model: ReplayModel) -> None:
    _, _, _, causes, actions = ENDINGS[key]
    ending = await read_ending(replay_model, key)
    assert ending.causes == causes
    assert set(actions) <= set(ending.actions)
