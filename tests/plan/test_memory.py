"""FSRS over whole days of the user's: marks become ratings, and the order of arrival changes nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import partial
from itertools import permutations
from zoneinfo import ZoneInfo

import pytest

from coach.plan.memory import learn, review
from coach.schema.plan import Marked, MemoryCard, Review

DAY = date(2026, 11, 21)
BERLIN = ZoneInfo("Europe/Berlin")


def marked(number: int, overall: int, at: datetime, **criteria: int) -> Marked:
    return Marked(
        attempt_id=number,
        question_id="fraud",
        round=None,
        overall=overall,
        criteria=criteria,
        at=at.isoformat(timespec="milliseconds"),
    )


def due_after(*marks: tuple[int, int]) -> MemoryCard:
    """The card after (mark, day number) reviews."""
    card = None
    for number, (mark, ahead) in enumerate(marks):
        day = DAY + timedelta(days=ahead)
        card = review(card, Review(attempt_id=number, card="question:x", mark=mark, day=day, at=str(number)))
    assert card is not None
    return card


@pytest.mark.parametrize(("mark", "days"), [(1, 1), (2, 1), (3, 2), (4, 8)])
def test_a_first_mark_sets_the_first_interval(mark: int, days: int) -> None:
    assert due_after((mark, 0)).due == DAY + timedelta(days=days)


def test_better_marks_come_back_later_and_a_failure_sooner() -> None:
    assert due_after((2, 0), (2, 1)).due == DAY + timedelta(days=4)
    assert due_after((1, 0), (1, 1)).due == DAY + timedelta(days=2)
    good, better = due_after((3, 0), (3, 2)).due, due_after((3, 0), (4, 2)).due
    assert good and better and DAY < good < better
    fallen = due_after((3, 0), (3, 2), (1, 13)).due
    assert fallen and (fallen - DAY).days - 13 <= 3


def test_no_interval_is_longer_than_half_a_year() -> None:
    card = due_after((4, 0), (4, 8), (4, 70), (4, 400))
    assert card.due is not None
    assert (card.due - card.last_day).days <= 180


def test_a_criterion_is_scheduled_from_its_first_weak_mark_on() -> None:
    name = "criterion:data_fluency"
    strong = review(None, Review(attempt_id=1, card=name, mark=3, day=DAY, at="1"))
    assert strong.due is None
    weak = review(strong, Review(attempt_id=2, card=name, mark=2, day=DAY, at="2"))
    assert weak.due == DAY + timedelta(days=1)
    after = review(weak, Review(attempt_id=3, card=name, mark=4, day=weak.due, at="3"))
    assert after.due is not None and after.due > weak.due
    assert after.times == 3


def _all_at_once(attempts: list[Marked], zone: tzinfo | None = UTC) -> dict[str, MemoryCard]:
    learnt = learn(attempts, {}, [], lambda card: [], zone)
    return {card.card: card for card in learnt.cards}


def _logged(log: dict[str, list[Review]], card: str) -> list[Review]:
    return log.get(card, [])


def test_the_order_of_arrival_changes_nothing() -> None:
    start = datetime(2026, 11, 1, 9, tzinfo=UTC)
    attempts = [
        marked(n, mark, start + timedelta(days=ahead), ownership=level)
        for n, (mark, level, ahead) in enumerate([(2, 3, 0), (1, 2, 2), (4, 4, 9)])
    ]
    whole = _all_at_once(attempts)
    for order in permutations(attempts):
        cards: dict[str, MemoryCard] = {}
        log: dict[str, list[Review]] = {}
        for attempt in order:
            learnt = learn([attempt], cards, [], partial(_logged, log), UTC)
            cards |= {card.card: card for card in learnt.cards}
            for found in learnt.reviews:
                log.setdefault(found.card, []).append(found)
        assert cards == whole


def test_a_card_whose_reviews_were_deleted_is_worked_out_anew_or_forgotten() -> None:
    start = datetime(2026, 11, 1, 9, tzinfo=UTC)
    first, second = marked(1, 1, start), marked(2, 4, start + timedelta(days=3))
    whole = _all_at_once([first, second])
    left = [Review(attempt_id=2, card="question:fraud", mark=4, day=date(2026, 11, 4), at=second.at)]
    learnt = learn([], whole, ["question:fraud"], lambda card: left, UTC)
    assert learnt.cards == [_all_at_once([second])["question:fraud"]]
    learnt = learn([], whole, ["question:fraud"], lambda card: [], UTC)
    assert learnt.forgotten == ["question:fraud"]


def test_the_day_is_the_users_own() -> None:
    late = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
    assert _all_at_once([marked(1, 3, late)], BERLIN)["question:fraud"].last_day == date(2026, 11, 21)
    assert _all_at_once([marked(1, 3, late)], UTC)["question:fraud"].last_day == date(2026, 11, 20)


@pytest.mark.parametrize("start", [date(2026, 10, 24), date(2026, 3, 28)])
def test_a_change_of_the_clocks_moves_no_day(start: date) -> None:
    """Half past midnight, the day before the clocks change in Berlin: two days on is two days on."""
    at = datetime(start.year, start.month, start.day, 0, 30, tzinfo=BERLIN)
    card = _all_at_once([marked(1, 3, at.astimezone(UTC))], BERLIN)["question:fraud"]
    assert card.last_day == start
    assert card.due == start + timedelta(days=2)
    hour_later = datetime(start.year, start.month, start.day + 1, 0, 15, tzinfo=BERLIN)
    twice = _all_at_once([marked(1, 3, at.astimezone(UTC)), marked(2, 3, hour_later.astimezone(UTC))], BERLIN)
    one_day = due_after((3, 0), (3, 1))
    assert twice["question:fraud"].stability == one_day.stability
