"""Ticks items off by what was done: which deed does for which item. Each deed ticks one item at most."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from coach.schema.plan import ItemKind, PlanItem

ANY = "any"


@dataclass(frozen=True)
class Deed:
    """Something done, as the history tells it.

    `key` is unique and lasting, such as `attempt:12`; `kinds` are the items that it can tick; `subjects`
    are what it was about (a question's id, `round:NAME`, a kind of drill, an item's task). `at` is ISO 8601
    UTC, `day` the user's. An item that asks for something else of the same kind takes over `title`, so that
    nothing is ticked off that was not done.
    """

    key: str
    kinds: tuple[ItemKind, ...]
    at: str
    day: date
    subjects: frozenset[str] = frozenset()
    title: str = ""


def tick(items: Sequence[PlanItem], deeds: Iterable[Deed]) -> tuple[PlanItem, ...]:
    """The items with those done that a deed after their planning does for, the earliest of them first."""
    found = {item.number: item for item in items}
    used = {item.closed_by for item in items}
    for deed in sorted(deeds, key=lambda deed: (deed.at, deed.key)):
        if deed.key in used:
            continue
        fitting = [item for item in found.values() if _does(deed, item)]
        if fitting:
            best = _best(deed, fitting)
            found[best.number] = close(best, deed.key, deed.at)
    return tuple(found.values())


def _best(deed: Deed, fitting: Sequence[PlanItem]) -> PlanItem:
    """The item that the deed does for; one that takes its title over is the last, which matters least."""
    if deed.title and not any(item.task in deed.subjects for item in fitting):
        last = max(fitting, key=lambda item: (item.day, item.number))
        return last.model_copy(update={"title": deed.title, "task": deed.key})
    return min(fitting, key=lambda item: _nearness(deed, item))


def _does(deed: Deed, item: PlanItem) -> bool:
    if item.state != "open" or item.kind not in deed.kinds or item.planned_at >= deed.at:
        return False
    if item.kind == "review" and deed.day < item.day - timedelta(days=1):
        # Said again too early it proves nothing; the card moves the review instead.
        return False
    return item.subject in ("", ANY) or item.subject in deed.subjects


def _nearness(deed: Deed, item: PlanItem) -> tuple[bool, bool, date, int]:
    """Least for the item that the deed fits best: its very task, its subject, then the earliest."""
    return item.task not in deed.subjects, item.subject in ("", ANY), item.day, item.number


def close(item: PlanItem, by: str, at: str) -> PlanItem:
    """The item as done; `by` is `hand` or a deed's key."""
    return item.model_copy(update={"state": "done", "closed_by": by, "closed_at": at})


def reopen(item: PlanItem) -> PlanItem:
    return item.model_copy(update={"state": "open", "closed_by": None, "closed_at": None})


def drop(item: PlanItem, now: str) -> PlanItem:
    """The item as taken out of the plan by the plan itself."""
    return item.model_copy(update={"state": "dropped", "closed_by": "plan", "closed_at": now})
