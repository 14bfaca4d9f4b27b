"""Statistics against scikit-learn, krippendorff and sums done by hand."""

from __future__ import annotations

import krippendorff
import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from coach.evals import statistics as s


def marks(seed: int, n: int = 200, top: int = 4) -> tuple[list[int], list[int], list[str]]:
    rng = np.random.default_rng(seed)
    gold = rng.integers(1, top + 1, n)
    given = np.clip(gold + rng.integers(-1, 2, n), 1, top)
    return gold.tolist(), given.tolist(), [f"q{i % 16}" for i in range(n)]


@pytest.mark.parametrize("top", [2, 3, 4, 5])
def test_kappa_is_that_of_scikit_learn(top: int) -> None:
    gold, given, clusters = marks(top, top=top)
    table = s.confusion_table(gold, given, clusters, top)
    ours = s.estimate(table, s.quadratic_weighted_kappa, len(gold))
    theirs = cohen_kappa_score(gold, given, weights="quadratic", labels=list(range(1, top + 1)))
    assert ours.value == pytest.approx(theirs, abs=1e-6)
    assert ours.lo is not None and ours.hi is not None and ours.value is not None
    assert ours.lo < ours.value < ours.hi


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_ordinal_alpha_is_that_of_krippendorff(seed: int) -> None:
    rng = np.random.default_rng(seed)
    base = rng.integers(1, 5, 60)
    repeats = [[int(np.clip(level + rng.integers(-1, 2), 1, 4)) for _ in range(3)] for level in base]
    with_gaps: list[list[int | None]] = [
        [None if rng.random() < 0.1 else level for level in row] for row in repeats
    ]
    data = np.array([[np.nan if x is None else x for x in row] for row in with_gaps]).T
    theirs = krippendorff.alpha(data, level_of_measurement="ordinal", value_domain=[1, 2, 3, 4])
    table = s.coincidence_table(with_gaps, [str(n % 8) for n in range(60)], 4)
    assert s.estimate(table, s.ordinal_alpha, 60).value == pytest.approx(theirs, abs=1e-6)


def test_simple_shares_and_bias_by_hand() -> None:
    gold, given, clusters = [1, 2, 3, 4], [1, 3, 3, 2], ["a", "a", "b", "b"]
    table = s.confusion_table(gold, given, clusters, 4)
    totals = table.sum(axis=0, keepdims=True)
    assert s.exact_agreement(totals)[0] == 0.5
    assert s.within_one(totals)[0] == 0.75
    assert s.signed_bias(totals)[0] == pytest.approx(-0.25)
    assert s.recall_of(3)(totals)[0] == 1.0
    assert s.recall_of(2)(totals)[0] == 0.0


def test_order_counts_pairs_within_a_question_and_half_for_a_tie() -> None:
    gold, given, clusters = [1, 2, 4, 1], [1, 1, 3, 4], ["a", "a", "a", "b"]
    table = s.order_table(gold, given, clusters)
    assert table.sum(axis=0).tolist() == [2.5, 3.0]
    by_scale = s.order_table(gold, given, clusters, ["x", "x", "y", "x"])
    assert by_scale.sum(axis=0).tolist() == [0.5, 1.0]


def test_flips_count_ungraded_against_a_mark() -> None:
    table = s.flip_table([[2, 2, 3], [1, 1, 1], [1, None, 1]], ["a", "b", "c"])
    assert table.tolist() == [[2.0, 3.0], [0.0, 3.0], [2.0, 3.0]]


def test_undefined_is_null_and_never_a_number() -> None:
    empty = s.confusion_table([2, 2], [2, 2], ["a", "b"], 4)
    assert s.estimate(empty, s.quadratic_weighted_kappa, 2).value is None
    assert s.estimate(empty, s.recall_of(4), 2).value is None


def test_one_question_alone_is_resampled_by_answer() -> None:
    gold, given, _ = marks(9, n=30)
    found = s.estimate(s.confusion_table(gold, given, ["q"] * 30, 4), s.exact_agreement, 30)
    assert found.lo is not None and found.hi is not None and found.lo < found.hi


def test_interval_widens_when_answers_of_a_question_go_together() -> None:
    gold = [2] * 160
    clusters = [f"q{n // 10}" for n in range(160)]
    alone = [2 if n % 2 else 3 for n in range(160)]
    together = [2 if (n // 10) % 2 else 3 for n in range(160)]
    widths = []
    for given in (alone, together):
        found = s.estimate(s.confusion_table(gold, given, clusters, 4), s.exact_agreement, 160)
        assert found.lo is not None and found.hi is not None
        widths.append(found.hi - found.lo)
    assert widths[0] < 0.01 < 0.3 < widths[1]


def test_paired_difference_and_permutation() -> None:
    gold, worse, clusters = marks(4)
    one = s.confusion_table(gold, worse, clusters, 4)
    other = s.confusion_table(gold, gold, clusters, 4)
    gain = s.paired_difference(one, other, s.exact_agreement, len(gold))
    assert gain.value is not None and gain.lo is not None and 0 < gain.lo < gain.value
    p = s.permutation_p(one, other, s.exact_agreement)
    same = s.permutation_p(one, one, s.exact_agreement)
    assert p is not None and p < 0.01
    assert same == 1.0


def test_means_and_shares_by_hand() -> None:
    table = s.mean_table([1.0, 2.0, 6.0], ["a", "a", "b"])
    assert table.tolist() == [[3.0, 2.0], [6.0, 1.0]]
    assert s.share(table.sum(axis=0, keepdims=True))[0] == 3.0
    assert s.mean_table([1.0, 5.0], ["a", "a"]).tolist() == [[1.0, 1.0], [5.0, 1.0]]


def test_recall_of_a_level_looks_at_its_own_row_alone() -> None:
    table = s.confusion_table([1, 2, 2, 3, 3, 3], [2, 2, 3, 3, 3, 1], list("aabbcc"), 4)
    totals = table.sum(axis=0, keepdims=True)
    assert [s.recall_of(level)(totals)[0] for level in (1, 2)] == [0.0, 0.5]
    assert s.recall_of(3)(totals)[0] == pytest.approx(2 / 3)


STATISTICS = [
    s.quadratic_weighted_kappa,
    s.exact_agreement,
    s.within_one,
    s.signed_bias,
    s.recall_of(2),
    s.ordinal_alpha,
]


@pytest.mark.parametrize("statistic", STATISTICS)
def test_each_resample_is_a_sum_of_its_own(statistic: s.Statistic) -> None:
    tables = []
    for seed, n in ((1, 40), (2, 90)):
        gold, given, clusters = marks(seed, n)
        tables.append(s.confusion_table(gold, given, clusters, 4).sum(axis=0))
    alone = [statistic(table[None])[0] for table in tables]
    assert statistic(np.stack(tables)) == pytest.approx(alone)


def test_a_difference_by_hand_with_one_question_and_with_two() -> None:
    one, other = s.mean_table([1.0], ["a"]), s.mean_table([3.0], ["a"])
    assert s.paired_difference(one, other, s.share, 1) == s.Estimate(value=2.0, lo=None, hi=None, n=1)
    one, other = s.mean_table([0.0, 1.0], ["a", "b"]), s.mean_table([1.0, 4.0], ["a", "b"])
    assert s.paired_difference(one, other, s.share, 7) == s.Estimate(value=2.0, lo=1.0, hi=3.0, n=7)


def test_permutation_p_is_the_share_of_swaps_that_differ_as_much() -> None:
    one, other = s.mean_table([0.0] * 3, list("abc")), s.mean_table([1.0] * 3, list("abc"))
    found = [s.permutation_p(*pair, s.share) for pair in ((one, other), (other, one), (one, other))]
    assert found[0] == found[1] == found[2] == pytest.approx(2 / 2**3, abs=0.03)
    empty = np.zeros((3, 2))
    assert s.permutation_p(one, empty, s.share) is None


def test_units_of_one_question_add_up_in_its_row() -> None:
    repeats: list[list[int | None]] = [[1, 2], [1, 1], [3, 3, 4], [None, None], [2, None]]
    clusters = ["a", "a", "b", "b", "b"]
    assert s.flip_table(repeats, clusters).tolist() == [[1.0, 2.0], [4.0, 5.0]]
    assert s.coincidence_table(repeats, clusters, 4).sum(axis=(1, 2)).tolist() == [4.0, 3.0]


def test_lists_of_unequal_length_are_refused() -> None:
    with pytest.raises(ValueError, match="shorter"):
        s.order_table([1, 2], [1, 2], ["a", "a"], ["x"])
    with pytest.raises(ValueError, match="longer"):
        s.flip_table([[1, 2], [1, 1], [2, 2]], ["a", "b"])
    with pytest.raises(ValueError, match="longer"):
        s.coincidence_table([[1, 2], [1, 1], [2, 2]], ["a", "b"], 4)


def test_the_interval_of_a_table_of_no_one_or_two_questions() -> None:
    assert s.estimate(np.zeros((0, 2)), s.share, 0) == s.Estimate(value=None, lo=None, hi=None, n=0)
    assert s.estimate(np.array([[3.0, 4.0]]), s.share, 4) == s.Estimate(value=0.75, lo=None, hi=None, n=4)
    two = s.mean_table([0.0, 1.0], ["a", "b"])
    assert s.estimate(two, s.share, 2) == s.Estimate(value=0.5, lo=0.0, hi=1.0, n=2)


def test_values_have_six_decimals_and_no_negative_zero() -> None:
    third = s.estimate(s.mean_table([0.0, 0.0, 1.0], ["a"] * 3), s.share, 3)
    assert third.value == 0.333333
    nothing = s.estimate(np.array([[-1e-9, 1.0]]), s.share, 1)
    assert str(nothing.value) == "0.0"


def test_resamples_are_always_the_same() -> None:
    table = s.mean_table([1.0, 2.0, 4.0], list("abc"))
    assert np.array_equal(s.resample(table), s.resample(table))
    assert s.resample(table)[:, 1].tolist() == [3.0] * s.RESAMPLES


def test_each_answer_counts_once_and_each_resample_has_its_own_recall() -> None:
    table = s.confusion_table([1, 2, 2], [2, 2, 1], ["a", "b", "b"], 2)
    assert table.tolist() == [[[0.0, 1.0], [0.0, 0.0]], [[0.0, 0.0], [1.0, 1.0]]]
    assert s.recall_of(2)(np.stack([table[1], 3 * table[1]])).tolist() == [0.5, 0.5]
