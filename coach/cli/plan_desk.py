"""Composes the plan: made from what is known, kept up with what was done, changed by hand."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from functools import cached_property, partial

from coach.cli.plan_facts import EXERCISE, Doings, gather_needs
from coach.cli.wiring import Rooms
from coach.errors import UsageError
from coach.plan.days import first_day, local_day
from coach.plan.keep import KeptUp, Knowledge, keep_up
from coach.plan.memory import learn
from coach.schema.plan import Plan, PlanItem
from coach.store.memory import Memory
from coach.store.plan import Changes, Plans
from coach.store.profile import Profile, Profiles


@dataclass(frozen=True)
class View:
    """A plan as it stands on a day: all its items, and what was done to it that day, in sentences.

    `hint` says why another plan may be better, "" where nothing speaks for that.
    """

    plan: Plan
    items: tuple[PlanItem, ...]
    today: date
    notes: tuple[str, ...] = ()
    hint: str = ""

    @property
    def ended(self) -> bool:
        return self.today > self.plan.last

    def on(self, day: date) -> list[PlanItem]:
        """What stands on a day, dropped items left out."""
        return [item for item in self.items if item.day == day and item.state != "dropped"]

    def ahead(self) -> list[PlanItem]:
        return [item for item in self.items if item.day > self.today and item.state == "open"]


@dataclass
class PlanDesk:
    """The plan over the rooms. `zone` None is the system's; `now` is fixed for one command."""

    rooms: Rooms
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    zone: tzinfo | None = None
    _has_news: bool = False

    @cached_property
    def store(self) -> Plans:
        return Plans(self.rooms.database)

    @cached_property
    def memory(self) -> Memory:
        return Memory(self.rooms.database)

    @cached_property
    def profile(self) -> Profile:
        return Profiles(self.rooms.database).load()

    @property
    def today(self) -> date:
        return local_day(self.now, self.zone)

    @property
    def first_day(self) -> date:
        """The day that a plan made now begins on."""
        return first_day(self.now, self.zone)

    @property
    def stamp(self) -> str:
        return self.now.astimezone(UTC).isoformat(timespec="milliseconds")

    def look(self) -> View | None:
        """The current plan, kept up with what was done since; None where there is none."""
        self.absorb()
        plan = self.store.current()
        if plan is None:
            return None
        items = self.store.items(plan.id)
        if self._is_fresh(plan) or self._kept_up(plan, items).changed(items):
            # Decided again over the items as they are under the lock.
            self.store.change(plan.id, lambda held: self._changes(plan, held))
            self._has_news = False
            items = self.store.items(plan.id)
        notes = tuple(self.store.notes(plan.id, self.today.isoformat()))
        return View(plan, items, self.today, notes, self._hint(plan))

    def absorb(self) -> None:
        """Take graded attempts that are new into the cards."""
        self._has_news = self.memory.absorb(partial(learn, zone=self.zone)) or self._has_news

    def make(self, last: date, hours: float | None) -> View:
        """Make a plan from now to `last` and keep it in the place of the one before."""
        from coach.plan.draft import Span
        from coach.plan.make import make_plan
        from coach.plan.template import load_template
        from coach.resources import corpus_dir

        self.absorb()
        plan, items = make_plan(
            f"{self.first_day:%Y%m%d}-{secrets.token_hex(3)}",
            gather_needs(self.rooms, self.store, self.memory, self.profile, self.today),
            load_template(corpus_dir()),
            Span(self.first_day, last),
            self.stamp,
            hours,
        )
        self.store.keep(plan, items)
        return View(plan, items, self.today)

    def change(
        self, view: View, numbers: Sequence[int], do: Callable[[PlanItem], PlanItem]
    ) -> list[PlanItem]:
        """Change items by hand and return them as they are then; UsageError for a number that is none."""
        known = {item.number for item in view.items}
        unknown = [number for number in numbers if number not in known]
        if unknown:
            raise UsageError(f"The plan has no item {unknown[0]}. `coach plan --all` shows the numbers.")
        changed: list[PlanItem] = []

        def decide(held: tuple[PlanItem, ...]) -> Changes:
            changed.extend(do(item) for item in held if item.number in numbers)
            return Changes(changed, self.today.isoformat())

        self.store.change(view.plan.id, decide)
        return changed

    def due(self) -> list[str]:
        """Questions that are due today, the weakest first; exercises are not among them."""
        return self.memory.due(self.today.isoformat(), EXERCISE)

    def _hint(self, plan: Plan) -> str:
        interview = self.profile.interview_date
        if interview in (None, plan.interview) or self.profile.days_left(self.today) is None:
            return ""
        return f"The plan does not know of your interview on {interview}: coach plan make"

    def _changes(self, plan: Plan, held: tuple[PlanItem, ...]) -> Changes:
        # Also where nothing changed: the plan has then followed all marks until now.
        kept = self._kept_up(plan, held)
        return Changes(kept.changed(held), self.today.isoformat(), kept.notes)

    def _is_fresh(self, plan: Plan) -> bool:
        """True where marks came in that the plan has not followed: just now, or before a crash."""
        return self._has_news or self.memory.last_mark_at() > self.store.changed_at(plan.id)

    def _kept_up(self, plan: Plan, items: tuple[PlanItem, ...]) -> KeptUp:
        return keep_up(
            plan,
            items,
            today=self.today,
            now=self.stamp,
            deeds=Doings(self.rooms, self.store, self.memory, plan, self.zone).deeds(items),
            cards=self.memory.cards(),
            knowledge=self._knowledge,
            fresh=self._is_fresh(plan),
        )

    def _knowledge(self) -> Knowledge:
        corpus = self.rooms.corpus
        return Knowledge(corpus.questions, {item.id: item.title for item in corpus.rubric.criteria})
