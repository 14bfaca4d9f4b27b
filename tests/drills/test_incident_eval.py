"""Requests in plain words find their checks often enough, and seldom get what they did not ask for.

A miss costs the candidate one more sentence; a wrong result shows what was not asked for. So the bar on
what is shown by mistake is the stricter one. The development rows were seen while the words of the corpus
were chosen, and say only that nothing got worse.
"""

from __future__ import annotations

from coach.resources import eval_dir
from tests.drills.incident_eval import measure


def test_development_rows_stay_where_they_were() -> None:
    measured = measure(eval_dir() / "incidents-dev.jsonl", every=2)
    assert measured.asked >= 140 and measured.nulls >= 30
    assert measured.found / measured.asked >= 0.88, measured
    assert measured.wrong / measured.asked <= 0.06, measured
    assert measured.revealed / measured.nulls <= 0.25, measured
