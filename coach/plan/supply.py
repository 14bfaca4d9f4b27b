"""Supplies what a plan is filled with: the form's tasks, and lanes of questions, stories, gaps, readings."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import cycle

from coach.plan.choose import Chooser
from coach.plan.needs import Needs
from coach.plan.stock import NAME_LENGTH, Wanted, gap_items, readings, story_items
from coach.plan.template import LANES, Company, Form, Phase, Task, Template
from coach.plan.wording import practice_command, practice_title, round_title, shorten
from coach.schema.plan import ItemKind

PRACTICE_MINUTES, READING_MINUTES, ASK_MINUTES = 25, 10, 5
GENERAL_LOOP = "general"
# Work that can be put down and taken up again is spread over sittings of this length.
_SITTING_MINUTES, _LONG_MINUTES = 60, 90
_SPLIT: tuple[ItemKind, ...] = ("portfolio", "writing")

Fits = Callable[[int], bool]


class Supply:
    """Hands out each thing once; drills come round again, since every run is another case."""

    def __init__(self, needs: Needs, template: Template, form: Form, chooser: Chooser) -> None:
        self._needs = needs
        self._template = template
        self._chooser = chooser
        self._used = set(needs.tasks_done)
        self.stories = list(story_items(needs, template, form))
        self.gaps = list(gap_items(needs))
        self._readings = deque(readings(needs, template))
        self._asks = deque(template.lanes.ask)
        self._drills = cycle(template.lanes.drill)
        self._writings = deque(template.lanes.writing)
        self._weights: dict[str, int] = {}
        self._credit: dict[str, float] = {}

    def begin(self, phase: Phase) -> None:
        self._weights = {lane: weight for lane, weight in phase.fill.items() if lane in LANES}
        self._credit = dict.fromkeys(self._weights, 0.0)

    def task(self, name: str) -> list[Wanted]:
        """A task of the template in one or more sittings; empty where it is done or planned already."""
        task = self._template.tasks[name]
        if task.kind in ("writing", "reading", "portfolio", "audit") and name in self._used:
            return []
        self._used.add(name)
        if task.kind == "reading":
            self._used.add(f"read:{task.passage}")
        wanted = _of(name, task)
        sittings = _sittings(replace(wanted, command=self._with_loop(wanted.command)))
        return [sitting for sitting in sittings if sitting.task == name or sitting.task not in self._used]

    def _with_loop(self, command: str) -> str:
        """The command with the target companies' loops in it."""
        loops = [
            found.loop for company in self._needs.companies if (found := self._template.company(company)).loop
        ]
        first, other = [*dict.fromkeys(loops), GENERAL_LOOP, GENERAL_LOOP][:2]
        return command.replace("{loop}", first).replace("{other-loop}", other)

    def company_tasks(self, companies: Sequence[tuple[str, Company]]) -> list[Wanted]:
        """What the target companies add; a company of the same kind named twice adds it once each."""
        found = []
        for name, company in companies:
            for task_name in company.tasks:
                task = self._template.company_tasks[task_name]
                wanted = _of(f"{task_name}:{name.casefold()}", task)
                if wanted.task in self._used:
                    continue
                self._used.add(wanted.task)
                title = task.title.replace("{company}", shorten(name, NAME_LENGTH))
                found.append(replace(wanted, title=title))
        return found

    def with_question(self, wanted: Wanted, day: date) -> Wanted:
        """The item with the question that fits its round best; as it was where it names what to do."""
        if wanted.round is None:
            return wanted
        question = self._chooser.choose(day, wanted.round)
        if question is None:
            # Every question of the round is planned: the coach picks one of them when the day comes.
            return replace(
                wanted,
                title=round_title(wanted.round),
                command=f"coach practice --round {wanted.round}",
                subject=f"round:{wanted.round}",
            )
        return replace(
            wanted,
            title=practice_title(question),
            subject=question.id,
            command=practice_command(question.id),
            why=self._chooser.reason(question),
        )

    def fill(self, day: date, fits: Fits) -> Wanted | None:
        """The next thing of the lane that has waited longest by its weight, if it fits the day."""
        lanes = dict(self._weights)
        while lanes:
            for name, weight in lanes.items():
                self._credit[name] += weight
            name = max(lanes, key=lambda lane: self._credit[lane])
            found = self._from(name, day, fits)
            self._credit[name] -= sum(self._weights.values())
            if found is not None:
                return found
            del lanes[name]
        return None

    def _from(self, lane: str, day: date, fits: Fits) -> Wanted | None:
        match lane:
            case "practice":
                return self._practice(day, fits)
            case "drill":
                return self._drill(fits)
            case "reading":
                return self._reading(fits)
            case "ask":
                return self._ask(fits)
        return self._writing(fits)

    def _practice(self, day: date, fits: Fits) -> Wanted | None:
        if not fits(PRACTICE_MINUTES):
            return None
        question = self._chooser.choose(day)
        if question is None:
            return None
        return Wanted(
            task=f"practice:{question.id}",
            kind="practice",
            title=practice_title(question),
            minutes=PRACTICE_MINUTES,
            weight=2,
            subject=question.id,
            why=self._chooser.reason(question),
            command=practice_command(question.id),
        )

    def _drill(self, fits: Fits) -> Wanted | None:
        if not fits(max(self._template.tasks[name].minutes for name in self._template.lanes.drill)):
            return None
        name = next(self._drills)
        return _of(name, self._template.tasks[name])

    def _reading(self, fits: Fits) -> Wanted | None:
        while self._readings and f"read:{self._readings[0]}" in self._used:
            self._readings.popleft()
        if not self._readings or not fits(READING_MINUTES):
            return None
        passage = self._readings.popleft()
        self._used.add(f"read:{passage}")
        weak = next((item for item in self._needs.weak if passage in item.passages), None)
        return Wanted(
            task=f"read:{passage}",
            kind="reading",
            title=f"Read: {self._needs.passages.get(passage, passage)}",
            minutes=READING_MINUTES,
            weight=1,
            why=f"It bears on {weak.title.lower()}, your weak spot." if weak else "",
            passage=passage,
        )

    def _ask(self, fits: Fits) -> Wanted | None:
        while self._asks and f"ask:{self._asks[0]}" in self._used:
            self._asks.popleft()
        if not self._asks or not fits(ASK_MINUTES):
            return None
        text = self._asks.popleft()
        return Wanted(
            task=f"ask:{text}",
            kind="ask",
            title=f"Ask the guides: {text}",
            minutes=ASK_MINUTES,
            weight=1,
            command=f'coach ask "{text}"',
        )

    def _writing(self, fits: Fits) -> Wanted | None:
        while self._writings:
            if not fits(self._template.tasks[self._writings[0]].minutes):
                return None
            found = self.task(self._writings.popleft())
            if found:
                return found[0]
        return None


def _of(name: str, task: Task) -> Wanted:
    return Wanted(
        task=name,
        kind=task.kind,
        title=task.title,
        minutes=task.minutes,
        weight=task.weight,
        subject=task.subject,
        why=task.why,
        command=task.command,
        passage=task.passage,
        round=task.round,
    )


def _sittings(wanted: Wanted) -> Iterator[Wanted]:
    if wanted.kind not in _SPLIT or wanted.minutes <= _LONG_MINUTES:
        yield wanted
        return
    count = -(-wanted.minutes // _SITTING_MINUTES)
    for number in range(1, count + 1):
        yield replace(
            wanted,
            task=f"{wanted.task}/{number}",
            title=f"{wanted.title} ({number} of {count})",
            minutes=wanted.minutes // count,
        )
