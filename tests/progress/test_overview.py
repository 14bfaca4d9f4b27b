"""Series never mix makers; what never came up is named; self-ratings stand beside the grades."""

from __future__ import annotations

from dataclasses import replace

import pytest

from coach.progress.noise import Noise
from coach.progress.overview import Retries, difference
from tests.progress.made import LOCAL, QUIET, marks_of, overview_of


@pytest.mark.parametrize(
    ("part", "words"),
    [
        # Another kind of session is a series of its own without any change of the grader.
        ("kind", ""),
        ("level", "for another level (other, before it senior)"),
        ("grader", "by the model local-1, not by the local grader as before"),
        ("model", "by another version of the local grader (other, before it local-1)"),
        ("prompt", "by another version of the local grader"),
        ("rubric", "on another version of the rubric"),
        ("guides", "with another version of the guides"),
    ],
)
def test_any_difference_of_the_maker_begins_another_series(part: str, words: str) -> None:
    other = replace(LOCAL, **{part: "other"})
    overview = overview_of([*marks_of([1] * 4), *marks_of([4] * 4, maker=other, begin=10)])
    new, old = overview.series
    assert (new.maker, old.maker) == (other, LOCAL)
    assert (new.overall.trend.mean, old.overall.trend.mean) == (4, 1)
    assert {new.overall.trend.verdict, old.overall.trend.verdict} == {"too few"}
    assert (old.changed, new.changed) == ("", words)
    assert overview.answers == 8


def test_a_difference_is_told_in_words_without_hashes() -> None:
    model = replace(LOCAL, grader="llm", model="gpt-5")
    assert difference(model, replace(model, prompt="p9")) == "with another version of the prompt"
    assert difference(model, replace(model, model="gpt-6", prompt="p9", rubric="r9", guides="g9")) == (
        "by another model (gpt-6, before it gpt-5), on another version of the rubric"
        " and with another version of the guides"
    )
    assert difference(model, LOCAL) == "by the local grader, not by the model gpt-5 as before"


def test_a_maker_that_comes_back_goes_on_with_its_series() -> None:
    other = replace(LOCAL, model="other")
    marks = [*marks_of([1] * 4), *marks_of([2], maker=other, begin=4), *marks_of([3] * 4, begin=5)]
    overview = overview_of(marks)
    assert [series.maker for series in overview.series] == [LOCAL, other]
    assert [series.changed for series in overview.series] == [
        "",
        "by another version of the local grader (other, before it local-1)",
    ]
    assert overview.series[0].overall.trend.verdict == "better"


def test_rows_are_by_round_and_criterion_the_weakest_first() -> None:
    marks = [
        *marks_of([3, 3], round_="strategy", criterion="data"),
        *marks_of([1, 2], begin=2),
        *marks_of([4], begin=4, round_=None, criterion="unheard-of"),
    ]
    (series,) = overview_of(marks).series
    assert [(row.name, row.trend.mean) for row in series.rounds] == [("debugging", 1.5), ("strategy", 3)]
    assert [row.title for row in series.criteria] == ["Ownership", "Data fluency", "unheard-of"]
    assert series.overall.trend.number == 5


def test_the_level_is_shared_among_the_lines_of_a_table() -> None:
    levels = [2, 2, 3, 2, 3, 3, 2, 3]
    one = overview_of(marks_of(levels)).series[0].criteria[0]
    marks = [*marks_of(levels), *marks_of(levels, begin=10, criterion="data")]
    two = overview_of(marks).series[0].criteria[0]
    assert one.trend.beyond is not None
    assert two.trend.beyond is not None
    assert two.trend.beyond > one.trend.beyond


def test_the_noise_of_the_series_grader_is_used() -> None:
    rise = marks_of([2] * 5 + [3] * 5)
    loud = Noise(overall=0.9, criteria=0.9)
    assert overview_of(rise).series[0].overall.trend.verdict == "better"
    assert overview_of(rise, loud).series[0].overall.trend.verdict == "within noise"


def test_retries_stand_apart_from_the_trend() -> None:
    marks = marks_of([1, 3, 2, 2, 1, 4, 3], again=(1, 3, 6))
    (series,) = overview_of(marks).series
    assert series.overall.trend.number == 4
    assert series.retries == Retries(number=3, higher=1, equal=1, lower=1)


def test_a_retry_that_another_maker_graded_is_compared_with_nothing() -> None:
    other = replace(LOCAL, grader="llm", model="gpt")
    first, again = marks_of([2, 4], again=(1,))
    overview = overview_of([first, replace(again, maker=other)])
    assert (overview.answers, overview.again) == (2, 1)
    new, old = overview.series
    assert (new.overall.points, new.retries) == ((), Retries(0, 0, 0, 0, apart=1))
    assert (len(old.overall.points), old.retries) == (1, Retries(0, 0, 0, 0))


def test_the_self_rating_and_its_gap() -> None:
    high = overview_of(marks_of([2] * 8, own=[3] * 8)).series[0].own
    assert high is not None
    assert (high.number, high.own, high.given, high.gap, high.verdict) == (8, 3, 2, 1, "higher")
    assert overview_of(marks_of([3] * 8, own=[2] * 8)).series[0].own.verdict == "lower"  # type: ignore[union-attr]  # fails if None
    same = overview_of(marks_of([2, 3] * 4, own=[3, 2] * 4)).series[0].own
    few = overview_of(marks_of([2, 2], own=[3])).series[0].own
    assert same is not None
    assert few is not None
    assert (same.verdict, few.verdict, few.beyond) == ("as the grader does", "too few", None)
    assert overview_of(marks_of([2, 2])).series[0].own is None


def test_what_never_came_up_is_named_whoever_graded() -> None:
    other = replace(LOCAL, grader="llm")
    overview = overview_of([*marks_of([1]), *marks_of([2], maker=other, begin=3, round_="strategy")])
    rounds, criteria = overview.never
    assert [row.name for row in rounds] == ["portfolio"]
    assert [row.name for row in criteria] == ["data"]
    assert [(row.name, row.times) for row in overview.rounds] == [
        ("debugging", 1),
        ("strategy", 1),
        ("portfolio", 0),
    ]
    assert overview.rounds[1].last_at == "2026-01-04T09:00:00.000+00:00"


def test_no_marks_give_an_empty_overview() -> None:
    overview = overview_of([], QUIET)
    assert (overview.answers, overview.series) == (0, ())
    assert len(overview.never[0]) == 3
