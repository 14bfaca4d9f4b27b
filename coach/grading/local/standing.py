"""Where one value stands among those of all others."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray


def standing(own: float, all_others: NDArray[np.floating[Any]]) -> list[float]:
    """Log share of the others that stand higher, the own value, its margin in standard deviations."""
    # As numpy's own mean and std, which take longer to find out what to do than to do it.
    number = len(all_others)
    rank = np.count_nonzero(all_others > own + 1e-6) / number
    mean = np.add.reduce(all_others) / number
    away = all_others - mean
    spread = np.sqrt(np.add.reduce(away * away) / number)
    return [math.log(rank + 0.01), own, (own - float(mean)) / max(float(spread), 1e-6)]
