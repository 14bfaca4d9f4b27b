"""A plan keeps up: what matters is carried over, what does not fit is dropped, and it says so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from coach.plan.keep import KeptUp, Knowledge, keep_up
from coach.plan.memory import foresee
from coach.plan.ticks import Deed
from coach.schema.plan import MemoryCard, Plan, PlanItem
from coach.schema.question import Question
from tests.plan.conftest import FIRST, MADE_AT, Make, item

NOW = "2026-11-25T08:00:00.000+00:00"
KNOWN = Knowledge(
    {
        name: Question(id=name, text=f"What of {name}?", round="debugging", criteria=criteria)
        for name, criteria in {
            "fraud": ("ownership",),
            "drift": ("model_lifecycle", "data_fluency"),
            "labels": ("data_fluency", "ownership"),
        }.items()
    },
    {"data_fluency": "Data fluency", "ownership": "Ownership"},
)


def a_plan(days: int = 10, hours: float = 7) -> Plan:
    """An hour a day."""
    last = FIRST + timedelta(days=days - 1)
    return Plan(id="p", form="f", title="T", made_at=MADE_AT, first=FIRST, last=last, hours=hours)


def kept(
    plan: Plan,
    items: Sequence[PlanItem],
    today: date,
    *,
    cards: dict[str, MemoryCard] | None = None,
    deeds: Sequence[Deed] = (),
) -> KeptUp:
    return keep_up(
        plan,
        items,
        today=today,
        now=NOW,
        deeds=deeds,
        cards=cards or {},
        knowledge=lambda: KNOWN,
        fresh=cards is not None,
    )


def on(day: int) -> date:
    return FIRST + timedelta(days=day)


def test_nothing_happens_to_a_plan_that_is_kept() -> None:
    items = (item(1, day=on(1)), item(2, day=on(2)))
    result = kept(a_plan(), items, on(1))
    assert result.items == items
    assert result.notes == ()


def test_missed_items_are_carried_over_and_said() -> None:
    items = (item(1, title="Old", day=on(0)), item(2, day=on(3)))
    result = kept(a_plan(), items, on(2))
    assert result.items[0].day == on(2)
    assert result.items[0].wanted == on(0)
    assert result.items[1].day == on(3)
    assert "Left undone on Sat 21 Nov: 1 item." in result.notes
    assert any(note.startswith("Carried over to Mon 23 Nov: 1 Old") for note in result.notes)


def test_keeping_up_twice_changes_nothing_more() -> None:
    items = tuple(item(n, day=on(n // 3), minutes=30, weight=1 + n % 3) for n in range(24))
    once = kept(a_plan(), items, on(4))
    again = kept(a_plan(), once.items, on(4))
    assert once.changed(items)
    assert again.items == once.items
    assert again.notes == ()


def test_what_matters_least_goes_first_when_hours_run_out() -> None:
    today = on(8)
    full = [item(n, day=on(8 + n % 2), minutes=30, weight=2) for n in range(1, 5)]
    missed = [
        item(10, title="Loop", day=on(1), minutes=60, weight=3),
        item(11, title="Reading", day=on(1), minutes=30, weight=1),
    ]
    result = kept(a_plan(), [*full, *missed], today)
    by_number = {found.number: found for found in result.items}
    assert by_number[10].state == "open" and by_number[10].day == today
    assert by_number[11].state == "dropped"
    assert by_number[11].closed_by == "plan"
    assert any(note.startswith("Dropped, since 7 hours a week do not hold them:") for note in result.notes)
    spent = sum(found.minutes for found in result.items if found.state == "open")
    assert spent <= 2 * 60 + 75


def test_what_is_weighty_and_long_is_saved_for() -> None:
    short = [item(n, day=on(n // 2), minutes=15, weight=2) for n in range(2, 20)]
    loop = item(30, day=on(0), minutes=120, weight=3)
    result = kept(a_plan(hours=3), [loop, *short], on(1))
    assert result.items[0].state == "open"
    assert result.items[0].day <= on(4)


def test_a_long_absence_leaves_no_day_overfull(make: Make) -> None:
    plan, items = make(30)
    result = kept(plan, items, on(15))
    open_ = [found for found in result.items if found.state == "open"]
    assert all(found.day >= on(15) for found in open_)
    assert sum(found.minutes for found in open_) <= plan.minutes_a_day * 15 + 150
    lost = [found for found in result.items if found.state == "dropped"]
    weights = [sum(f.weight == w for f in open_) / sum(f.weight == w for f in items) for w in (1, 3)]
    assert lost and weights[1] > weights[0]
    assert any(found.task == "day-before" and found.day == plan.last for found in open_)


def test_after_the_last_day_nothing_is_moved() -> None:
    items = (item(1, day=on(1)),)
    assert kept(a_plan(), items, on(30)).items == items


def test_a_review_moves_to_the_day_on_which_it_is_due() -> None:
    items = (item(1, kind="review", subject="fraud", day=on(3)),)
    card = foresee(None, "question:fraud", on(1), mark=4)
    result = kept(a_plan(20), items, on(1), cards={"question:fraud": card})
    assert result.items[0].day == on(9)
    assert kept(a_plan(20), result.items, on(1), cards={"question:fraud": card}).items == result.items


def test_a_review_that_is_due_after_the_end_is_dropped() -> None:
    items = (item(1, kind="review", subject="fraud", day=on(3)),)
    card = foresee(None, "question:fraud", on(1), mark=4)
    result = kept(a_plan(5), items, on(1), cards={"question:fraud": card})
    assert result.items[0].state == "dropped"
    assert "not due before the plan ends" in result.notes[0]


def test_a_weak_answer_to_what_was_not_planned_gets_one_review() -> None:
    card = foresee(None, "question:fraud", on(1), mark=1).model_copy(update={"last_at": NOW})
    gone = foresee(None, "question:gone", on(1), mark=1).model_copy(update={"last_at": NOW})
    cards = {"question:fraud": card, "question:gone": gone}
    result = kept(a_plan(), (), on(1), cards=cards)
    assert [(found.subject, found.day) for found in result.items] == [("fraud", on(2))]
    assert kept(a_plan(), result.items, on(1), cards=cards).items == result.items
    skipped = tuple(found.model_copy(update={"state": "dropped"}) for found in result.items)
    assert kept(a_plan(), skipped, on(1), cards=cards).items == skipped


def weak(criterion: str, mark: int = 1) -> dict[str, MemoryCard]:
    """A criterion whose last mark, given on the second day, was weak."""
    card = foresee(None, f"criterion:{criterion}", on(1), mark=mark)
    return {card.card: card.model_copy(update={"last_at": NOW})}


def test_a_weak_criterion_takes_the_place_of_a_question_chosen_by_need() -> None:
    items = (
        item(1, subject="fraud", day=on(3), task="practice-debugging"),
        item(2, subject="fraud", day=on(4), task="practice:fraud"),
    )
    result = kept(a_plan(), items, on(1), cards=weak("data_fluency"))
    assert result.items[0] == items[0]
    assert result.items[1].subject == "labels"
    assert result.items[1].command == "coach practice --question labels"
    assert result.items[1].why == "Data fluency: your last mark was 1."
    assert "Item 2 now asks about data fluency" in result.notes[0]
    assert kept(a_plan(), result.items, on(1), cards=weak("data_fluency")).items == result.items


def test_what_takes_a_question_s_place_takes_its_repetition_too() -> None:
    items = (
        item(1, subject="fraud", day=on(4), task="practice:fraud"),
        item(2, kind="review", subject="fraud", day=on(8), task="review:fraud"),
    )
    result = kept(a_plan(), items, on(1), cards=weak("data_fluency"))
    assert [one.subject for one in result.items] == ["labels", "labels"]
    assert result.items[1].task == "review:labels"
    assert result.items[1].command == "coach practice --question labels"
    assert "What of labels?" in result.items[1].title


def test_a_weak_criterion_that_is_asked_soon_changes_nothing() -> None:
    items = (item(1, subject="drift", day=on(4)), item(2, subject="fraud", day=on(4), task="practice:fraud"))
    assert kept(a_plan(), items, on(1), cards=weak("data_fluency")).items == items
    assert kept(a_plan(), items[1:], on(1), cards=weak("data_fluency", mark=3)).items == items[1:]
    assert kept(a_plan(), items[1:], on(1), cards=weak("not_in_the_rubric")).items == items[1:]


def test_a_carried_review_stays_behind_its_practice() -> None:
    items = (
        item(1, kind="practice", subject="fraud", day=on(0), minutes=25),
        item(2, kind="review", subject="fraud", day=on(2), minutes=15),
    )
    result = kept(a_plan(), items, on(4))
    assert result.items[0].day == on(4)
    assert result.items[1].day >= on(6)


def test_what_was_done_on_a_missed_day_is_ticked_and_not_carried() -> None:
    deed = Deed("attempt:1", ("practice", "review"), NOW, on(1), frozenset({"fraud"}))
    result = kept(a_plan(), (item(1, subject="fraud", day=on(0)),), on(2), deeds=[deed])
    assert result.items[0].state == "done"
    assert result.notes == ()


@given(
    days=st.lists(st.integers(0, 9), min_size=1, max_size=25),
    weights=st.lists(st.integers(1, 3), min_size=25, max_size=25),
    minutes=st.lists(st.sampled_from([5, 15, 25, 60, 120]), min_size=25, max_size=25),
    done=st.sets(st.integers(1, 25)),
    today=st.integers(0, 12),
)
def test_no_item_is_lost_and_none_stays_behind(
    days: list[int], weights: list[int], minutes: list[int], done: set[int], today: int
) -> None:
    items = tuple(
        item(
            n,
            day=on(day),
            weight=weight,
            minutes=time,
            **({"state": "done", "closed_by": "hand"} if n in done else {}),
        )
        for n, (day, weight, time) in enumerate(zip(days, weights, minutes, strict=False), start=1)
    )
    result = kept(a_plan(), items, on(today))
    assert [found.number for found in result.items] == [found.number for found in items]
    for before, after in zip(items, result.items, strict=True):
        if before.state == "done":
            assert after == before
        elif today <= 9 and after.state == "open":
            assert max(on(today), before.wanted) <= after.day <= on(9)
    assert kept(a_plan(), result.items, on(today)).items == result.items
