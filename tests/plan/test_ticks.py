"""Deeds tick items off: once each, only what was planned before, the closest fit first."""

from __future__ import annotations

from datetime import date, timedelta

from coach.plan.ticks import Deed, reopen, tick
from coach.schema.plan import PlanItem
from tests.plan.conftest import FIRST, item

AFTER = "2026-11-22T10:00:00.000+00:00"
BEFORE = "2026-11-20T10:00:00.000+00:00"


def answered(key: str, question: str, *, at: str = AFTER, day: date = FIRST + timedelta(days=1)) -> Deed:
    return Deed(key, ("practice", "review"), at, day, frozenset({question, "round:debugging"}))


def states(items: tuple[PlanItem, ...]) -> dict[int, str | None]:
    return {found.number: found.closed_by for found in items}


def test_an_answer_ticks_the_earliest_item_for_its_question_and_no_other() -> None:
    items = (
        item(1, subject="fraud", day=FIRST + timedelta(days=5)),
        item(2, subject="fraud", day=FIRST + timedelta(days=3)),
        item(3, subject="other"),
    )
    assert states(tick(items, [answered("attempt:1", "fraud")])) == {1: None, 2: "attempt:1", 3: None}


def test_a_deed_ticks_once_however_often_it_is_seen() -> None:
    items = (item(1, subject="fraud"), item(2, subject="fraud"))
    once = tick(items, [answered("attempt:1", "fraud")])
    assert tick(once, [answered("attempt:1", "fraud")]) == once
    twice = tick(once, [answered("attempt:1", "fraud"), answered("attempt:2", "fraud")])
    assert states(twice) == {1: "attempt:1", 2: "attempt:2"}


def test_what_was_done_before_it_was_planned_does_not_count() -> None:
    assert states(tick((item(1, subject="fraud"),), [answered("attempt:1", "fraud", at=BEFORE)])) == {1: None}


def test_a_named_question_goes_before_any() -> None:
    items = (item(1, subject="any"), item(2, subject="fraud", day=FIRST + timedelta(days=9)))
    assert states(tick(items, [answered("attempt:1", "fraud")])) == {1: None, 2: "attempt:1"}
    assert states(tick(items, [answered("attempt:1", "else")])) == {1: "attempt:1", 2: None}


def test_a_round_is_ticked_by_any_of_its_questions() -> None:
    assert states(tick((item(1, subject="round:debugging"),), [answered("attempt:1", "x")])) == {
        1: "attempt:1"
    }


def test_a_review_does_not_count_days_before_it_is_due() -> None:
    early = item(1, kind="review", subject="fraud", day=FIRST + timedelta(days=4))
    assert states(tick((early,), [answered("attempt:1", "fraud")])) == {1: None}
    due = item(1, kind="review", subject="fraud", day=FIRST + timedelta(days=2))
    assert states(tick((due,), [answered("attempt:1", "fraud")])) == {1: "attempt:1"}


def test_a_story_or_drill_ticks_its_own_kind() -> None:
    items = (
        item(1, kind="story"),
        item(2, kind="drill", subject="incident"),
        item(3, kind="drill", subject="code"),
    )
    day = FIRST + timedelta(days=1)
    deeds = [
        Deed("story:4", ("story",), AFTER, day),
        Deed("drill:d1", ("drill",), AFTER, day, frozenset({"code"})),
    ]
    assert states(tick(items, deeds)) == {1: "story:4", 2: None, 3: "drill:d1"}


def test_an_item_can_be_opened_again() -> None:
    done = tick((item(1, kind="story"),), [Deed("story:4", ("story",), AFTER, FIRST)])[0]
    assert reopen(done) == item(1, kind="story")


def test_a_story_ticks_the_item_that_asks_for_its_kind() -> None:
    items = (
        item(1, kind="story", task="story:missed"),
        item(2, kind="story", task="story:proudest", day=FIRST + timedelta(days=3)),
    )
    told = Deed("story:1", ("story",), AFTER, FIRST, frozenset({"story:proudest"}))
    assert states(tick(items, [told])) == {1: None, 2: "story:1"}
    untold = Deed("story:2", ("story",), AFTER, FIRST)
    assert states(tick(items, [untold])) == {1: "story:2", 2: None}


def test_a_story_that_no_item_asks_for_takes_the_place_of_the_last_one() -> None:
    items = (
        item(1, kind="story", task="story:failed"),
        item(2, kind="story", task="story:users", day=FIRST + timedelta(days=3)),
    )
    deed = Deed("story:7", ("story",), AFTER, FIRST, title="Add a story: the summary that made things up")
    first, last = tick(items, [deed])
    assert first.state == "open"
    assert (last.state, last.title, last.task) == ("done", deed.title, "story:7")
