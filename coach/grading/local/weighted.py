"""Grams as tf-idf tables, and ridge by its dual: what the fits share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Floats = NDArray[np.float64]


class Weighted:
    """The grams that at least `least` rows hold, each with its smoothed inverse document frequency.

    `held` is a table of ones, (rows, names).
    """

    def __init__(self, held: Any, names: Sequence[str], least: int) -> None:
        counts = np.asarray(held.sum(axis=0)).ravel()
        self._columns = np.flatnonzero(counts >= least)
        self.idf = np.log((1 + held.shape[0]) / (1 + counts[self._columns])) + 1
        self.names = [names[int(n)] for n in self._columns]

    def table(self, held: Any) -> Any:
        """Tf-idf of the rows, each of unit length, (rows, names)."""
        weighted = held[:, self._columns] @ sparse.diags(self.idf)
        norms = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
        return sparse.diags(1 / np.maximum(norms, 1e-9)) @ weighted


def solve(kernel: Floats, wanted: Floats, penalty: float) -> Floats:
    """Dual weights of a ridge without an intercept: kernel (rows, rows), wanted (rows,) or (rows, heads)."""
    from scipy.linalg import solve as solve_system

    return np.asarray(solve_system(kernel + penalty * np.eye(len(kernel)), wanted, assume_a="pos"))
