"""The rules of marks and of the decision: what must hold whatever the marks are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.loops.decision import ORDER, Outcome, Vote, allowed, decide, hurdle, raised, settle
from coach.loops.marks import AnswerMark, RoundMark, answer_mark, round_mark

CRITERIA = ("metrics", "ownership", "latency", "harm")
CORE = frozenset({"metrics", "ownership"})
SOFTER = frozenset({"metrics", "latency"})

levels = st.dictionaries(st.sampled_from(CRITERIA), st.integers(1, 4), max_size=4)


@st.composite
def answers(draw: st.DrawFn) -> AnswerMark:
    low, overall, high = sorted(draw(st.tuples(*[st.integers(1, 4)] * 3)))
    return AnswerMark(overall, low, high, draw(levels), draw(st.booleans()))


@st.composite
def votes(draw: st.DrawFn) -> Vote:
    mark = draw(st.one_of(st.none(), st.integers(1, 4)))
    high = draw(st.integers(mark or 1, 4))
    return Vote(draw(st.sampled_from("abcdef")), mark, high, draw(st.booleans()), draw(levels))


def rank(outcome: Outcome) -> int:
    return ORDER.index(outcome)


def worse_levels(given: Mapping[str, int], criterion: str) -> dict[str, int]:
    return {key: max(1, value - 1) if key == criterion else value for key, value in given.items()}


@given(st.lists(answers(), min_size=1, max_size=3), st.data())
def test_no_round_mark_rises_when_something_in_it_falls(
    given_: list[AnswerMark], data: st.DataObject
) -> None:
    before = round_mark(given_, CORE)
    n = data.draw(st.integers(0, len(given_) - 1))
    one = given_[n]
    lower = data.draw(
        st.sampled_from(
            [
                replace(one, overall=max(1, one.overall - 1), low=max(1, one.low - 1)),
                replace(
                    one, low=max(1, one.low - 1), overall=max(1, one.overall - 1), high=max(1, one.high - 1)
                ),
                replace(one, fatal=True),
                *(replace(one, levels=worse_levels(one.levels, i)) for i in one.levels),
            ]
        )
    )
    after = round_mark([*given_[:n], lower, *given_[n + 1 :]], CORE)
    assert after.mark <= before.mark
    assert after.low <= before.low
    assert after.high <= before.high


@given(st.lists(answers(), min_size=1, max_size=3))
def test_a_round_is_no_better_than_one_above_its_weakest_answer_or_core_criterion(
    given_: list[AnswerMark],
) -> None:
    mark = round_mark(given_, CORE)
    assert mark.low <= mark.mark <= mark.high
    assert mark.mark <= min(answer.overall for answer in given_) + 1
    assert mark.mark <= max(answer.overall for answer in given_)
    assert not any(answer.fatal for answer in given_) or mark.high <= 2
    for answer in given_:
        for criterion, level in answer.levels.items():
            assert criterion not in CORE or mark.mark <= level + 2


@pytest.mark.parametrize(
    ("overalls", "levels_", "mark"),
    [
        ([3], {"metrics": 3, "latency": 1}, 3),  # what this interviewer does not weigh holds nothing down
        ([3], {"metrics": 1, "latency": 4}, 2),
        ([4], {"metrics": 2}, 3),
        ([4, 1], {}, 2),
        ([4, 3], {}, 3),
        ([4, 4, 1], {}, 2),
    ],
)
def test_round_marks_by_example(overalls: list[int], levels_: dict[str, int], mark: int) -> None:
    marks = [AnswerMark(n, n, n, levels_) for n in overalls]
    assert round_mark(marks, CORE) == RoundMark(mark, mark, mark)
    assert answer_mark(4, {}, CORE) == 4


@given(st.lists(votes(), min_size=1, max_size=7), st.one_of(st.none(), st.just(SOFTER)), st.data())
def test_no_decision_gets_better_when_a_mark_falls(
    given_: list[Vote], softer: frozenset[str] | None, data: st.DataObject
) -> None:
    before = decide(given_, softer)
    n = data.draw(st.integers(0, len(given_) - 1))
    one = given_[n]
    lower = data.draw(
        st.sampled_from(
            [
                replace(one, mark=max(1, one.mark - 1)) if one.mark is not None else one,
                replace(one, high=max(one.mark or 1, one.high - 1)),
                replace(one, fatal=True),
                *(replace(one, levels=worse_levels(one.levels, i)) for i in one.levels),
            ]
        )
    )
    after = decide([*given_[:n], lower, *given_[n + 1 :]], softer)
    assert rank(after.best) <= rank(before.best)
    assert rank(after.worst) <= rank(before.worst)


@given(st.lists(votes(), min_size=1, max_size=7), st.one_of(st.none(), st.just(SOFTER)))
def test_a_fatal_round_or_a_clear_no_is_never_hired_at_any_level(
    given_: list[Vote], softer: frozenset[str] | None
) -> None:
    if any(vote.fatal or vote.mark == 1 for vote in given_):
        assert decide(given_, softer).outcome == "no_hire"


@given(st.lists(votes(), min_size=1, max_size=7))
def test_a_missing_mark_leaves_open_only_what_it_could_change(given_: list[Vote]) -> None:
    ruling = decide(given_, SOFTER)
    open_votes = [n for n, vote in enumerate(given_) if vote.mark is None]
    tried = {settle(filled(given_, open_votes, mark), SOFTER) for mark in (1, 2, 3, 4)}
    if ruling.outcome == "undecided":
        assert open_votes
        assert {ruling.best, ruling.worst} <= tried
    else:
        assert tried == {ruling.outcome}


def filled(given_: list[Vote], places: list[int], mark: int) -> list[Vote]:
    return [replace(v, mark=mark, high=mark) if n in places else v for n, v in enumerate(given_)]


def vote(mark: int, high: int | None = None, **levels_: int) -> Vote:
    return Vote("r", mark, high or mark, False, levels_)


STRONG = [vote(4)] * 4


@pytest.mark.parametrize(
    ("given_", "softer", "outcome"),
    [
        ([vote(3)] * 4, SOFTER, "hire"),
        ([*STRONG, vote(2, metrics=2)], SOFTER, "no_hire"),  # not averaged away
        ([*STRONG, vote(2, 3, metrics=2)], SOFTER, "lower"),
        ([*STRONG, vote(2, 3, metrics=2)], None, "no_hire"),  # nothing below
        ([*STRONG, vote(2, 3, metrics=2, harm=2)], SOFTER, "no_hire"),  # harm is asked of both alike
        ([*STRONG, vote(2, 3, metrics=1)], SOFTER, "no_hire"),
        ([*STRONG, vote(2, 3, metrics=2), vote(2, 3, latency=2)], SOFTER, "lower"),
        ([*STRONG[:3], vote(2, 3, metrics=2), vote(2, 3, latency=2)], SOFTER, "no_hire"),  # two of five
        ([*STRONG, vote(1, 3)], SOFTER, "no_hire"),
        ([*STRONG, replace(vote(4), fatal=True)], SOFTER, "no_hire"),
    ],
)
def test_decisions_by_example(given_: list[Vote], softer: frozenset[str] | None, outcome: Outcome) -> None:
    assert decide(given_, softer).outcome == outcome


def test_what_is_missing_is_undecided_only_where_it_matters() -> None:
    missing = Vote("x", None)
    assert decide([*STRONG, missing], SOFTER).outcome == "undecided"
    assert decide([vote(1), missing], SOFTER).outcome == "no_hire"


def test_the_hurdle_is_named_with_its_criterion() -> None:
    assert hurdle(vote(2, 3, metrics=1), SOFTER) == ("floor", "metrics")
    assert hurdle(vote(2, 2, metrics=2), SOFTER) == ("far", "")
    assert hurdle(vote(2, 3, harm=2), SOFTER) == ("same", "harm")
    assert hurdle(vote(2, 3, metrics=2), SOFTER) is None
    assert [allowed(n) for n in (1, 4, 5, 6, 7)] == [1, 1, 1, 2, 2]


@given(votes())
def test_raising_every_weak_round_ends_in_a_hire(given_: Vote) -> None:
    assert settle([raised(given_)], SOFTER) == "hire"
