"""Carries items of missed days over into the days to come, and says what found room and what did not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from coach.plan.days import short_day
from coach.plan.layout import Bank
from coach.plan.ticks import drop
from coach.plan.wording import shorten
from coach.schema.plan import Plan, PlanItem

# For so many days an item of this weight is carried from day to day before it is dropped.
_PATIENCE = {1: 3, 2: 10}
_GAP_DAYS = 2
_NAMED = 4


def carry_over(
    plan: Plan, items: Sequence[PlanItem], today: date, now: str
) -> tuple[tuple[PlanItem, ...], list[str]]:
    """Open items of days gone by find room in the days to come; what does not fit the hours is dropped."""
    missed = [item for item in items if item.state == "open" and item.day < today]
    days, dropped = _lay_out(plan, items, today)
    kept = []
    for item in items:
        if item.number in dropped:
            kept.append(drop(item, now))
        elif item.number in days and days[item.number] != item.day:
            kept.append(item.model_copy(update={"day": days[item.number]}))
        else:
            kept.append(item)
    return tuple(kept), _say(plan, missed, items, days, dropped)


def _lay_out(plan: Plan, items: Sequence[PlanItem], today: date) -> tuple[dict[int, date], set[int]]:
    """New days by item number, and the numbers of what finds none."""
    waiting = sorted((i for i in items if i.state == "open"), key=lambda i: (i.day, i.number))
    layout = _Layout(plan)
    spent = sum(i.minutes for i in items if i.state == "done" and i.day == today)
    for ahead in range((plan.last - today).days + 1):
        day = today + timedelta(days=ahead)
        layout.open_day(spent if ahead == 0 else 0)
        layout.fill([item for item in waiting if item.day <= day], day)
        waiting = [i for i in waiting if i.number not in layout.days and i.number not in layout.dropped]
    return layout.days, layout.dropped | {item.number for item in waiting}


class _Layout:
    """Days being filled anew: `days` by item number, and the numbers of what was `dropped` on the way."""

    def __init__(self, plan: Plan) -> None:
        self.days: dict[int, date] = {}
        self.dropped: set[int] = set()
        self._bank = Bank(plan.minutes_a_day)
        self._practised: dict[str, date] = {}

    def open_day(self, spent: int) -> None:
        self._bank.open_day()
        if spent:
            self._bank.spend(spent)

    def fill(self, here: Sequence[PlanItem], day: date) -> None:
        """The weightiest go first: on equal weight what stands on that day, then what is carried.

        Where something weighty waits for more minutes, nothing lighter may eat them up.
        """
        saving = False
        for item in sorted(here, key=lambda i: (-i.weight, i.day < day, i.day, i.number)):
            if self._too_soon(item, day):
                continue
            if (item.weight == 3 and item.day == day) or (not saving and self._bank.fits(item.minutes)):
                self._bank.spend(item.minutes)
                self.days[item.number] = day
                if item.kind == "practice":
                    self._practised[item.subject] = day
                continue
            saving = saving or item.weight == 3
            if item.weight in _PATIENCE and (day - item.wanted).days >= _PATIENCE[item.weight]:
                self.dropped.add(item.number)

    def _too_soon(self, item: PlanItem, day: date) -> bool:
        """A review right after the practice that it reviews proves nothing."""
        last = self._practised.get(item.subject, date.min)
        return item.kind == "review" and day - last < timedelta(days=_GAP_DAYS)


def _say(
    plan: Plan,
    missed: Sequence[PlanItem],
    items: Sequence[PlanItem],
    days: dict[int, date],
    dropped: set[int],
) -> list[str]:
    gone = sorted({item.day for item in missed})
    when = ", ".join(short_day(day) for day in gone[:_NAMED])
    more = f" and {len(gone) - _NAMED} more days" if len(gone) > _NAMED else ""
    notes = [f"Left undone on {when}{more}: {_count(len(missed))}."]
    carried = [item for item in missed if item.number in days]
    if carried:
        first, last = min(days[i.number] for i in carried), max(days[i.number] for i in carried)
        span = f"to {short_day(first)}" if first == last else f"({short_day(first)} to {short_day(last)})"
        notes.append(f"Carried over {span}: {_named(carried)}.")
    lost = [item for item in items if item.number in dropped]
    if lost:
        notes.append(f"Dropped, since {plan.hours:g} hours a week do not hold them: {_named(lost)}.")
    moved = [i for i in items if i.number in days and days[i.number] != i.day and i not in missed]
    if moved:
        notes.append(f"Moved to a later day to make room: {_named(moved)}.")
    return notes


def _count(number: int) -> str:
    return "1 item" if number == 1 else f"{number} items"


def _named(items: Sequence[PlanItem]) -> str:
    shown = "; ".join(f"{item.number} {shorten(item.title, 48)}" for item in items[:_NAMED])
    return shown + (f"; and {len(items) - _NAMED} more" if len(items) > _NAMED else "")
