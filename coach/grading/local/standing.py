"""Where one value stands among those of all others."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray


def standing(own: float, all_others: NDArray[np.floating[Any]]) -> list[float]:
    """Log share of the others that stand higher, the own value, its margin in standard deviations."""
    rank = float((all_others > own + 1e-6).mean())
    margin = (own - float(all_others.mean())) / max(float(all_others.std()), 1e-6)
    return [math.log(rank + 0.01), own, margin]
