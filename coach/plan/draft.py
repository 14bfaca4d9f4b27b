"""Fills the days of a plan: what the form asks for, what is due, and what the candidate needs most."""

from __future__ import annotations

from bisect import insort
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from coach.plan.choose import Chooser
from coach.plan.layout import REVIEW_MINUTES, Bank
from coach.plan.memory import WEAK, foresee, question_card
from coach.plan.needs import Needs
from coach.plan.stock import Wanted
from coach.plan.supply import Supply
from coach.plan.template import Form, Phase, Template
from coach.plan.wording import practice_command, review_title
from coach.schema.plan import MemoryCard

# Reviews may take this share of a day, so that something new is always met.
_REVIEW_SHARE = 0.5
# A question is foreseen to come back so often; its real marks then say when.
_FORESEEN, _FORESEEN_LONG, _LONG_PLAN = 1, 2, 60
_MOST_A_DAY = 8
# Of all minutes, at most this share is kept for stories and for blanks of the audit; of a phase's, this
# share for what its form and they ask for. The rest is practice, reviews and what else is chosen by need.
_RESERVE = {"story": 0.22, "gap": 0.15}
_MUST_SHARE = 0.75


@dataclass(frozen=True)
class Span:
    """The days of a plan, both ends included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def __iter__(self) -> Iterator[date]:
        return (self.first + timedelta(days=n) for n in range(self.days))


def share_out(span: Span, phases: tuple[Phase, ...]) -> list[tuple[Phase, Span]]:
    """The days of each phase, by their shares; a phase that gets no day is left out."""
    whole = sum(phase.share for phase in phases)
    parts, begun, start = [], 0.0, 0
    for phase in phases:
        begun += phase.share
        end = round(span.days * begun / whole)
        if end > start:
            first = span.first + timedelta(days=start)
            parts.append((phase, Span(first, span.first + timedelta(days=end - 1))))
        start = max(start, end)
    return parts


class Draft:
    """A plan being filled, day by day."""

    def __init__(self, needs: Needs, template: Template, form: Form, span: Span, hours: float) -> None:
        self.placed: list[tuple[date, str, Wanted]] = []
        self.parts = share_out(span, form.phases)
        self.spare: list[Wanted] = []
        self._span = span
        self._form = form
        self._needs = needs
        self._template = template
        self._bank = Bank(hours * 60 / 7)
        companies = [(name, template.company(name)) for name in needs.companies]
        self._chooser = Chooser(needs, [name for _, found in companies for name in found.rounds])
        self._supply = Supply(needs, template, form, self._chooser)
        self._must: deque[tuple[date, Wanted]] = deque()
        self._waiting: list[Wanted] = []
        self._foreseen: dict[str, MemoryCard] = {}
        self._extra = self._supply.company_tasks(companies)
        self._reserved = self._reserve()
        self._reviews = self._due_cards()

    def left_out(self) -> list[Wanted]:
        """What the form asks for and the hours did not hold."""
        left = self.spare + [item for _, item in self._must]
        return list({wanted.whole: wanted for wanted in reversed(left) if wanted.weight > 1}.values())[::-1]

    def fill(self) -> None:
        for number, (phase, part) in enumerate(self.parts):
            self._line_up(number, phase, part)
            self._supply.begin(phase)
            for day in part:
                self._bank.open_day()
                self._fill_day(day, phase.title)

    def _reserve(self) -> list[list[Wanted]]:
        """Stories and gaps for each part, by the weights of its phase and its days."""
        minutes = self._bank.daily * self._span.days
        shares: list[list[Wanted]] = [[] for _ in self.parts]
        for lane, items in (("story", self._supply.stories), ("gap", self._supply.gaps)):
            if not items:
                continue
            most = int(minutes * _RESERVE[lane] / items[0].minutes)
            self.spare += items[most:]
            weights = [phase.fill.get(lane, 0) * part.days for phase, part in self.parts]
            for item, number in zip(items, _spread(min(most, len(items)), weights), strict=False):
                shares[number].append(item)
        return shares

    def _line_up(self, number: int, phase: Phase, part: Span) -> None:
        """Spread the phase's tasks over its days, behind what earlier phases had no time for.

        What does not fit beside practice is left out, the least important first; what matters most waits
        for the next phase.
        """
        tasks = [item for name in phase.tasks for item in self._supply.task(name)]
        tasks = self._waiting + _mingle(tasks + self._extra_of(number), self._reserved[number])
        room = _MUST_SHARE * self._bank.daily * part.days - sum(item.minutes for _, item in self._must)
        if part.last == self._span.last:
            room -= sum(self._template.tasks[name].minutes for name in self._form.close)
        sizes: dict[str, int] = {}
        for item in tasks:
            sizes[item.whole] = sizes.get(item.whole, 0) + item.minutes
        kept: set[str] = set()
        for item in sorted(tasks, key=lambda item: -item.weight):
            if item.whole not in kept and sizes[item.whole] <= room:
                room -= sizes[item.whole]
                kept.add(item.whole)
        left = [item for item in tasks if item.whole not in kept]
        self._waiting = [item for item in left if item.weight == 3 and part.last < self._span.last]
        self.spare += [item for item in left if item not in self._waiting]
        chosen = [item for item in tasks if item.whole in kept]
        for place, item in enumerate(chosen):
            self._must.append((part.first + timedelta(days=place * part.days // len(chosen)), item))

    def _extra_of(self, number: int) -> list[Wanted]:
        """The companies' tasks: readings in the first part, the rest in the last but one."""
        last = len(self.parts) - 1
        found = self._extra if last == 0 else []
        if last and number == 0:
            found = [item for item in self._extra if item.kind == "reading"]
        elif last and number == max(1, last - 1):
            found = [item for item in self._extra if item.kind != "reading"]
        return found

    def _fill_day(self, day: date, phase: str) -> None:
        if day == self._span.last:
            for name in self._form.close:
                for wanted in self._supply.task(name):
                    self._place(day, phase, wanted)
        reviewed = 0.0
        for _ in range(_MOST_A_DAY):
            found = self._review(day, reviewed, known=True) or self._next_must(day)
            if found is None and not self._saves(day):
                found = self._review(day, reviewed, known=False) or self._supply.fill(day, self._bank.fits)
            if found is None:
                return
            reviewed += found.minutes if found.kind == "review" else 0
            self._place(day, phase, found)

    def _saves(self, day: date) -> bool:
        """True where a task waits for more minutes than there are: nothing smaller may eat them up."""
        return bool(self._must) and self._must[0][0] <= day

    def _next_must(self, day: date) -> Wanted | None:
        if not self._must or self._must[0][0] > day or not self._bank.fits(self._must[0][1].minutes):
            return None
        _, wanted = self._must.popleft()
        return self._supply.with_question(wanted, day)

    def _place(self, day: date, phase: str, wanted: Wanted) -> None:
        self._bank.spend(wanted.minutes)
        self.placed.append((day, phase, wanted))
        if wanted.kind in ("practice", "review") and wanted.subject in self._needs.questions:
            self._foresee(wanted.subject, day)

    def _foresee(self, question_id: str, day: date) -> None:
        """Expect the question back when a good answer on that day would make it due."""
        name = question_card(question_id)
        seen = self._foreseen.get(name)
        times = seen.times - (known.times if (known := self._needs.cards.get(name)) else 0) if seen else 0
        if times >= (_FORESEEN_LONG if self._span.days > _LONG_PLAN else _FORESEEN):
            return
        after = foresee(seen or self._needs.cards.get(name), name, day)
        self._foreseen[name] = after
        if after.due is not None and after.due <= self._span.last:
            insort(self._reviews, (after.due, question_id))

    def _due_cards(self) -> list[tuple[date, str]]:
        """Questions that were answered before, by the day on which they are due."""
        cards = {i: self._needs.cards.get(question_card(i)) for i in self._needs.questions}
        return sorted(
            (max(card.due, self._span.first), question_id)
            for question_id, card in cards.items()
            if card is not None and card.due is not None and card.due <= self._span.last
        )

    def _review(self, day: date, reviewed: float, *, known: bool) -> Wanted | None:
        """The review that has been due longest, while the day's share for reviews lasts.

        `known` ones are of questions that have a mark; the others are foreseen, and can wait for tasks.
        """
        room = max(REVIEW_MINUTES, _REVIEW_SHARE * self._bank.daily)
        if reviewed + REVIEW_MINUTES > room or not self._bank.fits(REVIEW_MINUTES):
            return None
        due = [
            place
            for place, (at, question_id) in enumerate(self._reviews)
            if at <= day and (question_card(question_id) in self._needs.cards) == known
        ]
        if not due:
            return None
        _, question_id = self._reviews.pop(due[0])
        question = self._needs.questions[question_id]
        self._chooser.take(question, day)
        card = self._needs.cards.get(question_card(question_id))
        return Wanted(
            task=f"review:{question_id}",
            kind="review",
            title=review_title(question),
            subject=question_id,
            why=f"Your last mark was {card.mark}." if card else "",
            command=practice_command(question_id),
            minutes=REVIEW_MINUTES,
            weight=3 if card is not None and card.mark <= WEAK else 2,
        )


def _spread(count: int, weights: list[int]) -> list[int]:
    """Places for `count` things in order, by weights; all in the first place where no weight is set."""
    whole = sum(weights) or 1
    bounds, total = [], 0
    for weight in weights:
        total += weight
        bounds.append(count * total / whole)
    return [next((n for n, bound in enumerate(bounds) if i + 0.5 <= bound), 0) for i in range(count)]


def _mingle(tasks: list[Wanted], others: list[Wanted]) -> list[Wanted]:
    """Both in their own order, the others spread evenly among the tasks."""
    placed = [((n + 0.5) / len(tasks), 0, n, item) for n, item in enumerate(tasks)]
    placed += [((n + 0.5) / len(others), 1, n, item) for n, item in enumerate(others)]
    return [item for *_, item in sorted(placed, key=lambda entry: entry[:3])]
