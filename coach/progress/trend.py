"""Whether marks rose or fell by more than chance. Knows numbers alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist, fmean, variance
from typing import Literal, NamedTuple

Verdict = Literal["better", "worse", "within noise", "too few"]

# Fewer on either side say nothing; more on either side would compare with ever older answers.
FEWEST, MOST = 4, 50
CONFIDENCE = 0.95


class Point(NamedTuple):
    """One mark; `spread` is its standard deviation by the grader's noise."""

    at: str
    value: float
    spread: float


@dataclass(frozen=True)
class Trend:
    """The first marks against the last. `beyond` is how far the means must lie apart to say more.

    Where there are too few marks `before` and `now` are null; `mean` is over all.
    """

    number: int
    mean: float
    window: int
    before: float | None
    now: float | None
    beyond: float | None
    verdict: Verdict


def measure_trend(points: Sequence[Point], *, lines: int = 1) -> Trend:
    """Compare the first `window` marks with the last as many, oldest first.

    The means must differ by more than the grader's noise and the spread from answer to answer explain
    (Student's t, two-sided, 95%); with several `lines` read side
    by side the level is shared among them (Bonferroni), so that one of them rarely moves by chance alone.
    """
    window = min(len(points) // 2, MOST)
    mean = fmean(point.value for point in points) if points else 0.0
    if window < FEWEST:
        return Trend(len(points), mean, window, None, None, None, "too few")
    first, last = points[:window], points[-window:]
    before, now = (fmean(point.value for point in side) for side in (first, last))
    beyond = _quantile(lines, 2 * window - 2) * sqrt(_error_of_mean(first) + _error_of_mean(last))
    moved = now - before
    verdict: Verdict = "within noise"
    if abs(moved) > beyond:
        verdict = "better" if moved > 0 else "worse"
    return Trend(len(points), mean, window, before, now, beyond, verdict)


def beyond_zero(points: Sequence[Point]) -> float | None:
    """How far the mean of `points` must lie from zero to be no chance; None where there are too few."""
    if len(points) < FEWEST:
        return None
    return _quantile(1, len(points) - 1) * sqrt(_error_of_mean(points))


def _quantile(lines: int, freedom: int) -> float:
    """Student's t for a level shared by `lines`, by the expansion of Fisher and Cornish."""
    z = NormalDist().inv_cdf(1 - (1 - CONFIDENCE) / (2 * max(lines, 1)))
    return z + (z**3 + z) / (4 * freedom) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)


def _error_of_mean(points: Sequence[Point]) -> float:
    """Variance of a mean: by the grader's noise, or by what the marks show where they vary more."""
    noise = fmean(point.spread**2 for point in points)
    seen = variance([point.value for point in points])
    return max(noise, seen) / len(points)


def enough(points: Sequence[Point]) -> bool:
    """True where there are marks enough to compare."""
    return len(points) >= 2 * FEWEST


def running_mean(points: Sequence[Point], width: int = 5) -> list[tuple[float, float]]:
    """(mean, deviation of that mean) over each mark and the ones before it, `width` together at most."""
    means: list[tuple[float, float]] = []
    for end in range(1, len(points) + 1):
        window = points[max(0, end - width) : end]
        deviation = sqrt(sum(point.spread**2 for point in window)) / len(window)
        means.append((fmean(point.value for point in window), deviation))
    return means
