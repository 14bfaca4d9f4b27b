"""Agreement statistics over additive tables, so that resampling questions is one matrix product.

Every statistic is a function of totals: arrays that are sums over clusters (questions). A table has
shape (clusters, ...); a statistic takes (resamples, ...) and gives (resamples,), NaN where undefined.
Formulas: quadratic weighted kappa after Cohen (1968), ordinal alpha after Krippendorff (2011).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

from coach.schema.base import Frozen

Array = NDArray[np.float64]
Statistic = Callable[[Array], Array]
RESAMPLES = 2000
SEED = 20240229


class Estimate(Frozen):
    """A value with its 95% cluster bootstrap interval; null where it is undefined. `n` counts items."""

    value: float | None
    lo: float | None
    hi: float | None
    n: int


def group(clusters: Sequence[Hashable]) -> tuple[NDArray[np.intp], int]:
    """Cluster numbers of the items and how many clusters there are.

    Where all items share one cluster, each item is its own: there is nothing else to resample.
    """
    names = {name: number for number, name in enumerate(dict.fromkeys(clusters))}
    if len(names) <= 1:
        return np.arange(len(clusters)), len(clusters)
    return np.array([names[name] for name in clusters], dtype=np.intp), len(names)


def estimate(table: Array, statistic: Statistic, n: int) -> Estimate:
    """The statistic of the whole table and the 2.5% and 97.5% quantiles over resampled clusters."""
    value = _number(statistic(table.sum(axis=0, keepdims=True))[0]) if len(table) else None
    if value is None or len(table) < 2:
        return Estimate(value=value, lo=None, hi=None, n=n)
    drawn = statistic(resample(table))
    lo, hi = _quantiles(drawn)
    return Estimate(value=value, lo=lo, hi=hi, n=n)


def resample(table: Array) -> Array:
    """Totals of RESAMPLES draws of as many clusters, with replacement; always the same draws."""
    clusters = len(table)
    rng = np.random.default_rng(SEED)
    weights = rng.multinomial(clusters, np.full(clusters, 1 / clusters), size=RESAMPLES).astype(np.float64)
    totals = weights @ table.reshape(clusters, -1)
    return totals.reshape(RESAMPLES, *table.shape[1:])


def paired_difference(one: Array, other: Array, statistic: Statistic, n: int) -> Estimate:
    """statistic(other) - statistic(one), the same questions drawn for both."""
    whole = statistic(np.stack([one.sum(axis=0), other.sum(axis=0)]))
    value = _number(whole[1] - whole[0])
    if value is None or len(one) < 2:
        return Estimate(value=value, lo=None, hi=None, n=n)
    lo, hi = _quantiles(statistic(resample(other)) - statistic(resample(one)))
    return Estimate(value=value, lo=lo, hi=hi, n=n)


def permutation_p(one: Array, other: Array, statistic: Statistic) -> float | None:
    """Two-sided p of the difference when the two results are swapped question by question at random."""
    observed = statistic(np.stack([one.sum(axis=0), other.sum(axis=0)]))
    if not np.isfinite(observed).all():
        return None
    clusters = len(one)
    swap = np.random.default_rng(SEED).integers(0, 2, size=(RESAMPLES, clusters)).astype(np.float64)
    flat_one, flat_other = one.reshape(clusters, -1), other.reshape(clusters, -1)
    shape = (RESAMPLES, *one.shape[1:])
    first = (swap @ flat_one + (1 - swap) @ flat_other).reshape(shape)
    second = (swap @ flat_other + (1 - swap) @ flat_one).reshape(shape)
    differences = np.abs(statistic(second) - statistic(first))
    extreme = np.nansum(differences >= abs(observed[1] - observed[0]) - 1e-12)
    return float((extreme + 1) / (RESAMPLES + 1))


# Tables


def confusion_table(
    gold: Sequence[int], marks: Sequence[int], clusters: Sequence[Hashable], top: int
) -> Array:
    """(clusters, top, top) counts: rows are gold levels, columns the grader's."""
    number, count = group(clusters)
    table = np.zeros((count, top, top))
    np.add.at(table, (number, np.array(gold, dtype=int) - 1, np.array(marks, dtype=int) - 1), 1)
    return table


def order_table(
    gold: Sequence[int],
    marks: Sequence[int],
    clusters: Sequence[Hashable],
    within: Sequence[Hashable] | None = None,
) -> Array:
    """(clusters, 2): points and number of pairs of marks that can be ordered.

    A pair is two marks of one cluster, and of the same `within` where that is given, whose gold differs.
    In the right order it is one point, a tie half a point.
    """
    names = {name: number for number, name in enumerate(dict.fromkeys(clusters))}
    table = np.zeros((len(names), 2))
    kinds = within if within is not None else clusters
    groups: dict[tuple[Hashable, Hashable], list[int]] = {}
    for at, key in enumerate(zip(clusters, kinds, strict=True)):
        groups.setdefault(key, []).append(at)
    levels, given = np.array(gold, dtype=int), np.array(marks, dtype=int)
    for (cluster, _), members in groups.items():
        wanted = np.sign(levels[members][:, None] - levels[members][None, :])
        got = np.sign(given[members][:, None] - given[members][None, :])
        above = wanted > 0
        table[names[cluster]] += (np.where(got == 0, 0.5, got > 0)[above].sum(), above.sum())
    return table


def mean_table(values: Sequence[float], clusters: Sequence[Hashable]) -> Array:
    """(clusters, 2): sum and count."""
    number, count = group(clusters)
    sums = np.bincount(number, weights=np.array(values, dtype=np.float64), minlength=count)
    return np.stack([sums, np.bincount(number, minlength=count)], axis=1).astype(np.float64)


def flip_table(repeats: Sequence[Sequence[int | None]], clusters: Sequence[Hashable]) -> Array:
    """(clusters, 2): pairs of samples that differ, and all pairs. Ungraded differs from all, ungraded too."""
    number, count = group(clusters)
    table = np.zeros((count, 2))
    for cluster, levels in zip(number, repeats, strict=True):
        pairs = [(a, b) for n, a in enumerate(levels) for b in levels[n + 1 :]]
        table[cluster] += (sum(a is None or a != b for a, b in pairs), len(pairs))
    return table


def coincidence_table(
    repeats: Sequence[Sequence[int | None]], clusters: Sequence[Hashable], top: int
) -> Array:
    """(clusters, top, top): Krippendorff's coincidences, each unit weighted by 1/(m - 1)."""
    number, count = group(clusters)
    table = np.zeros((count, top, top))
    for cluster, levels in zip(number, repeats, strict=True):
        given = [level - 1 for level in levels if level is not None]
        if len(given) < 2:
            continue
        counts = np.bincount(given, minlength=top).astype(np.float64)
        table[cluster] += (np.outer(counts, counts) - np.diag(counts)) / (len(given) - 1)
    return table


# Statistics of confusion totals (resamples, top, top)


def quadratic_weighted_kappa(totals: Array) -> Array:
    top = totals.shape[-1]
    levels = np.arange(top)
    weights = np.square(levels[:, None] - levels[None, :]).astype(np.float64)
    n = totals.sum(axis=(1, 2))
    expected = totals.sum(axis=2)[:, :, None] * totals.sum(axis=1)[:, None, :]
    return 1 - _ratio((weights * totals).sum(axis=(1, 2)) * n, (weights * expected).sum(axis=(1, 2)))


def exact_agreement(totals: Array) -> Array:
    return _ratio(np.trace(totals, axis1=1, axis2=2), totals.sum(axis=(1, 2)))


def within_one(totals: Array) -> Array:
    top = totals.shape[-1]
    near: Array = np.abs(np.arange(top)[:, None] - np.arange(top)[None, :]) <= 1.0
    return _ratio((totals * near).sum(axis=(1, 2)), totals.sum(axis=(1, 2)))


def signed_bias(totals: Array) -> Array:
    """Mean of mark minus gold: above zero is lenient."""
    levels = np.arange(totals.shape[-1])
    shift = (levels[None, :] - levels[:, None]).astype(np.float64)
    return _ratio((totals * shift).sum(axis=(1, 2)), totals.sum(axis=(1, 2)))


def recall_of(level: int) -> Statistic:
    """Share of the answers with this gold level that got it."""

    def recall(totals: Array) -> Array:
        return _ratio(totals[:, level - 1, level - 1], totals[:, level - 1].sum(axis=1))

    return recall


def share(totals: Array) -> Array:
    """First total over the second."""
    return _ratio(totals[:, 0], totals[:, 1])


def ordinal_alpha(totals: Array) -> Array:
    """Krippendorff's alpha with the ordinal metric, of coincidence totals."""
    margins = totals.sum(axis=2)
    n = margins.sum(axis=1)
    middle = np.cumsum(margins, axis=1) - margins / 2
    distance = np.square(middle[:, :, None] - middle[:, None, :])
    observed = (totals * distance).sum(axis=(1, 2))
    expected = (margins[:, :, None] * margins[:, None, :] * distance).sum(axis=(1, 2))
    return 1 - _ratio(observed * (n - 1), expected)


def _ratio(above: Array, below: Array) -> Array:
    ratio: Array = np.divide(above, below, out=np.full(np.shape(above), np.nan), where=below > 0)
    return ratio


def _quantiles(drawn: Array) -> tuple[float | None, float | None]:
    drawn = drawn[np.isfinite(drawn)]
    if not len(drawn):
        return None, None
    lo, hi = np.quantile(drawn, [0.025, 0.975])
    return _number(lo), _number(hi)


def _number(value: float) -> float | None:
    """Six decimals are enough to tell results apart, and equal on every machine."""
    return round(float(value), 6) + 0.0 if np.isfinite(value) else None
