"""Requests in plain words find their checks often enough, and seldom get what they did not ask for.

A miss or a question back costs the candidate one more sentence; a wrong result shows what was not asked
for. So the bar on what is shown by mistake is the stricter one. The development rows were seen while the
words of the corpus were chosen, and so were those of the outside rows' tuning half: both say only that
nothing got worse.
"""

from __future__ import annotations

import pytest

from coach.resources import eval_dir
from tests.drills.incident_eval import HELD_OUT, NAMES, OUTSIDE, TUNING, VOICES, VOICES_DEV, measure


def test_development_rows_stay_where_they_were() -> None:
    measured = measure(eval_dir() / "incidents-dev.jsonl", every=4)
    assert measured.asked >= 70 and measured.nulls >= 14
    assert (measured.found + measured.offered) / measured.asked >= 0.94, measured
    assert measured.wrong / measured.asked <= 0.04, measured
    assert measured.revealed / measured.nulls <= 0.12, measured


@pytest.mark.parametrize(
    ("names", "found", "offered", "wrong", "revealed"),
    [(TUNING, 0.92, 0.95, 0.03, 0.07), (HELD_OUT, 0.57, 0.74, 0.09, 0.13)],
)
def test_words_of_an_outsider_find_their_checks(
    names: list[str], found: float, offered: float, wrong: float, revealed: float
) -> None:
    measured = measure(eval_dir() / OUTSIDE, names=names)
    # Of the held-out half only figures are shown, here too.
    assert measured.asked >= 79 and measured.nulls == 32
    assert measured.found / measured.asked >= found, str(measured)
    assert (measured.found + measured.offered) / measured.asked >= offered, str(measured)
    assert measured.wrong / measured.asked <= wrong, str(measured)
    assert measured.revealed / measured.nulls <= revealed, str(measured)


@pytest.mark.parametrize(
    ("name", "found", "offered", "wrong", "revealed"),
    [(VOICES_DEV, 0.78, 0.86, 0.07, 0.12), (VOICES, 0.70, 0.83, 0.05, 0.20)],
)
def test_many_voices_find_their_checks(
    name: str, found: float, offered: float, wrong: float, revealed: float
) -> None:
    measured = measure(eval_dir() / name, every=2 if name == VOICES_DEV else 1)
    assert measured.asked >= 105 and measured.nulls >= 30
    assert measured.found / measured.asked >= found, str(measured)
    assert (measured.found + measured.offered) / measured.asked >= offered, str(measured)
    assert measured.wrong / measured.asked <= wrong, str(measured)
    assert measured.revealed / measured.nulls <= revealed, str(measured)


def test_halves_share_no_incident() -> None:
    assert sorted(TUNING + HELD_OUT) == NAMES and not set(TUNING) & set(HELD_OUT)
