"""The noise that ranges rest on is what the recorded repeats show."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations
from math import ceil
from pathlib import Path

from coach.grading.reply import read_reply
from coach.grading.rules import REPEAT_NOISE, Observation
from coach.llm.recordings import Recordings

RECORDINGS = Path(__file__).parents[2] / "eval" / "recordings"
LEANS = {"lower": -1, "firm": 0, "higher": 1}


def mean_position(content: str) -> float:
    reply = read_reply(content)
    positions = [Observation(item.level, LEANS[item.lean]).position for item in reply.criteria]
    return sum(positions) / len(positions)


def test_repeat_noise_is_the_measured_95th_percentile() -> None:
    repeats: dict[str, list[float]] = defaultdict(list)
    for recording in Recordings.load(RECORDINGS / "main.jsonl", RECORDINGS / "samples.jsonl"):
        if recording.purpose == "grade":
            repeats[recording.subject].append(mean_position(recording.reply.content))
    moved = sorted(
        abs(a - b) for group in repeats.values() if len(group) == 3 for a, b in combinations(group, 2)
    )
    assert len(moved) == 240
    assert abs(moved[ceil(0.95 * len(moved)) - 1] - REPEAT_NOISE) < 0.01
