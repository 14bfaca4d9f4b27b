"""Keeps a plan up with what happened: ticks, reviews moved to when they are due, missed days carried over."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from coach.plan.layout import REVIEW_MINUTES, Bank
from coach.plan.memory import WEAK
from coach.plan.ticks import Deed, tick
from coach.plan.wording import practice_command, shorten
from coach.schema.plan import MemoryCard, Plan, PlanItem

# For so many days an item of this weight is carried from day to day before it is dropped.
_PATIENCE = {1: 3, 2: 10}
_GAP_DAYS = 2
_NAMED = 4


@dataclass(frozen=True)
class KeptUp:
    """All items as they are now, and what was done to the plan, in sentences."""

    items: tuple[PlanItem, ...]
    notes: tuple[str, ...] = ()

    def changed(self, before: Iterable[PlanItem]) -> list[PlanItem]:
        known = {item.number: item for item in before}
        return [item for item in self.items if known.get(item.number) != item]


@dataclass
class _Notes:
    """What happens to items while a plan is kept up."""

    carried: list[PlanItem] = field(default_factory=list)
    dropped: list[PlanItem] = field(default_factory=list)


def keep_up(
    plan: Plan,
    items: Sequence[PlanItem],
    *,
    today: date,
    now: str,
    deeds: Iterable[Deed],
    cards: dict[str, MemoryCard],
    title_of: Callable[[str], str | None],
) -> KeptUp:
    """The plan's items as of today. Doing it twice changes nothing more.

    `title_of` gives a review's title for a question's id, None for one that the corpus does not hold.
    """
    kept = tick(items, deeds)
    if today > plan.last:
        return KeptUp(kept)
    kept, notes = _follow_cards(plan, kept, cards, today, now, title_of)
    if any(item.state == "open" and item.day < today for item in kept):
        kept, more = _carry_over(plan, kept, today, now)
        notes += more
    return KeptUp(kept, tuple(notes))


def _follow_cards(
    plan: Plan,
    items: Sequence[PlanItem],
    cards: dict[str, MemoryCard],
    today: date,
    now: str,
    title_of: Callable[[str], str | None],
) -> tuple[tuple[PlanItem, ...], list[str]]:
    """Open reviews go to the days on which their questions are due; weak new answers get a review."""
    kept: list[PlanItem] = []
    notes: list[str] = []
    for item in items:
        card = cards.get(f"question:{item.subject}")
        if item.kind == "review" and item.state == "open" and card is not None and card.due is not None:
            moved = _move_review(plan, item, card, card.due, today, now)
            if moved.state == "dropped":
                notes.append(
                    f"“{shorten(item.title, 60)}” is not due before the plan ends (last mark {card.mark})."
                )
            kept.append(moved)
        else:
            kept.append(item)
    number = max((item.number for item in kept), default=0)
    for name, card in sorted(cards.items()):
        question = name.removeprefix("question:")
        if question != name and _needs_review(plan, card, question, kept) and (title := title_of(question)):
            number += 1
            kept.append(_review_item(number, question, title, card, today, now))
            notes.append(f"Added a review, since the last mark was {card.mark}: {shorten(title, 60)}")
    return tuple(kept), notes


def _move_review(plan: Plan, item: PlanItem, card: MemoryCard, due: date, today: date, now: str) -> PlanItem:
    if item.wanted == due:
        return item
    if due > plan.last:
        return _drop(item, now)
    why = f"Your last mark was {card.mark}."
    weight = 3 if card.mark <= WEAK else 2
    return item.model_copy(update={"wanted": due, "day": max(due, today), "why": why, "weight": weight})


def _needs_review(plan: Plan, card: MemoryCard, question: str, items: Iterable[PlanItem]) -> bool:
    if card.mark > WEAK or card.due is None or card.due > plan.last or card.last_at < plan.made_at:
        return False
    of_it = [item for item in items if item.subject == question]
    return not any(item.state == "open" or item.wanted == card.due for item in of_it)


def _review_item(number: int, question: str, title: str, card: MemoryCard, today: date, now: str) -> PlanItem:
    due = card.due or today
    return PlanItem(
        number=number,
        task=f"review:{question}",
        kind="review",
        title=title,
        subject=question,
        why=f"Your last mark was {card.mark}.",
        command=practice_command(question),
        minutes=REVIEW_MINUTES,
        weight=3,
        wanted=due,
        day=max(due, today),
        planned_at=now,
    )


def _drop(item: PlanItem, now: str) -> PlanItem:
    return item.model_copy(update={"state": "dropped", "closed_by": "plan", "closed_at": now})


def _carry_over(
    plan: Plan, items: Sequence[PlanItem], today: date, now: str
) -> tuple[tuple[PlanItem, ...], list[str]]:
    """Open items of days gone by find room in the days to come; what does not fit the hours is dropped."""
    missed = [item for item in items if item.state == "open" and item.day < today]
    days, dropped = _lay_out(plan, items, today)
    kept = []
    for item in items:
        if item.number in dropped:
            kept.append(_drop(item, now))
        elif item.number in days and days[item.number] != item.day:
            kept.append(item.model_copy(update={"day": days[item.number]}))
        else:
            kept.append(item)
    return tuple(kept), _say(plan, missed, items, days, dropped)


def _lay_out(plan: Plan, items: Sequence[PlanItem], today: date) -> tuple[dict[int, date], set[int]]:
    """New days by item number, and the numbers of what finds none.

    Day by day the weightiest go first: on equal weight what stands on that day, then what is carried.
    """
    waiting = sorted((i for i in items if i.state == "open"), key=lambda i: (i.day, i.number))
    bank = Bank(plan.minutes_a_day)
    spent = sum(i.minutes for i in items if i.state == "done" and i.day == today)
    days: dict[int, date] = {}
    dropped: set[int] = set()
    last_practice: dict[str, date] = {}
    for ahead in range((plan.last - today).days + 1):
        day = today + timedelta(days=ahead)
        bank.open_day()
        if spent:
            bank.spend(spent)
            spent = 0
        here = [i for i in waiting if i.day <= day]
        if not here:
            continue
        for item in sorted(here, key=lambda i: (-i.weight, i.day < day, i.day, i.number)):
            if item.kind == "review" and day - last_practice.get(item.subject, date.min) < timedelta(
                _GAP_DAYS
            ):
                continue
            if (item.weight == 3 and item.day == day) or bank.fits(item.minutes):
                bank.spend(item.minutes)
                days[item.number] = day
                if item.kind == "practice":
                    last_practice[item.subject] = day
            elif (day - item.wanted).days >= _PATIENCE.get(item.weight, plan.last.toordinal()):
                dropped.add(item.number)
        waiting = [i for i in waiting if i.number not in days and i.number not in dropped]
    return days, dropped | {item.number for item in waiting}


def _say(
    plan: Plan,
    missed: Sequence[PlanItem],
    items: Sequence[PlanItem],
    days: dict[int, date],
    dropped: set[int],
) -> list[str]:
    gone = sorted({item.day for item in missed})
    when = ", ".join(f"{day:%a} {day.day} {day:%b}" for day in gone[:_NAMED])
    more = f" and {len(gone) - _NAMED} more days" if len(gone) > _NAMED else ""
    notes = [f"Left undone on {when}{more}: {_count(len(missed))}."]
    carried = [item for item in missed if item.number in days]
    if carried:
        first, last = min(days[i.number] for i in carried), max(days[i.number] for i in carried)
        span = f"{first:%a} {first.day} {first:%b}" + (
            f" to {last:%a} {last.day} {last:%b}" if last > first else ""
        )
        notes.append(f"Carried over to {span}: {_named(carried)}.")
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
