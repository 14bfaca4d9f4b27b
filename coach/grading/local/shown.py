"""What an answer most likely lacks: the chance that it shows each good sign, and the advice that follows.

A sign that may well have been said is never asked for; where all may have been, the advice is to go deeper.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
NAMES = ("mark", "mark_squared", "usual", "usual_by_mark", "seen", "times", "seen_by_mark")
MOST_TIMES = 3
# Asked for first is what most of the best answers show and this one most likely does not; above these chances
# of being there nothing is asked for, as the first thing or as a second one.
FIRST, SECOND = 0.20, 0.10
SUREST = 4.0
DEEPER = (
    "Much of what is looked for here seems to be there. Take it one step further: what it costs and who pays "
    "for it, how it is measured, and what happens when it fails."
)


@dataclass(frozen=True)
class Shown:
    """A logistic regression over NAMES.

    `usual` gives for each sign the log odds of being shown in an answer that is no plain no, `best` the share
    of the best answers that show it.
    """

    mean: Vector
    spread: Vector
    weights: Vector
    bias: float
    usual: dict[str, float]
    best: dict[str, float]

    def knows(self, signs: Sequence[str]) -> bool:
        return all(sign in self.usual for sign in signs)

    def chances(self, mark: float, signs: Sequence[str], times: Sequence[int]) -> list[float]:
        """Chance that each known sign is shown, from the criterion's continuous mark and the cues seen."""
        rows = [numbers(mark, self.usual[sign], count) for sign, count in zip(signs, times, strict=True)]
        values = (np.array(rows) - self.mean) / self.spread @ self.weights + self.bias
        return [1 / (1 + math.exp(-float(value))) for value in values]

    def lacking(self, signs: Sequence[str], chances: Sequence[float]) -> list[int]:
        """Places of the signs to ask for, at most two, most useful first."""
        worth = [
            self.best[sign] * (1 - chance) ** SUREST for sign, chance in zip(signs, chances, strict=True)
        ]
        order = sorted(range(len(signs)), key=lambda n: -worth[n])
        first = [n for n in order if chances[n] < FIRST][:1]
        return first + [n for n in order if chances[n] < SECOND and n not in first][:1]


def numbers(mark: float, usual: float, times: int) -> list[float]:
    """The numbers of NAMES for one sign; `mark` is the criterion's, `times` how often its cues were seen."""
    seen = float(times > 0)
    return [mark, mark * mark, usual, usual * mark, seen, float(min(times, MOST_TIMES)), seen * mark]


def build_shown(data: dict[str, Any]) -> Shown:
    """As the model file holds it."""
    return Shown(
        mean=np.array(data["mean"]),
        spread=np.array(data["spread"]),
        weights=np.array(data["weights"]),
        bias=float(data["bias"]),
        usual={sign: float(pair[0]) for sign, pair in data["signs"].items()},
        best={sign: float(pair[1]) for sign, pair in data["signs"].items()},
    )
