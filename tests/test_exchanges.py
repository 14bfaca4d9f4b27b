"""Every recorded exchange is still asked by a scenario, and every scenario's requests are recorded."""

from __future__ import annotations

from tests.exchanges import missing, recorded


async def test_every_request_of_every_scenario_is_recorded() -> None:
    assert {key: room for key, (room, _) in (await missing(recorded())).items()} == {}


async def test_no_recorded_exchange_is_left_over() -> None:
    recordings = recorded()
    await missing(recordings)
    assert [f"{item.purpose} {item.subject}" for item in recordings.unused()] == []
