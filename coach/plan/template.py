"""Reads corpus/plans.yaml: the forms of a plan by its length, their phases, and the things to do."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from coach.errors import UsageError
from coach.guides.corpus import load_yaml
from coach.schema.base import Frozen
from coach.schema.plan import ItemKind
from coach.schema.question import Round

LANES = ("practice", "drill", "reading", "ask", "writing")
# Shared out among the phases beforehand, so that nothing crowds them out.
RESERVED = ("story", "gap")


class Task(Frozen):
    """One thing to do. A practice task names a `round` or, as `subject`, a question."""

    kind: ItemKind
    title: str = ""
    subject: str = ""
    round: Round | None = None
    why: str = ""
    command: str = ""
    passage: str = ""
    minutes: int = Field(ge=5, le=480)
    weight: int = Field(ge=1, le=3)

    @model_validator(mode="after")
    def _says_what_to_do(self) -> Self:
        if not self.title and self.round is None:
            raise ValueError("a task needs a title, or a round to choose a question from")
        return self


class Phase(Frozen):
    """A part of a plan. `share` is relative to the other phases; `fill` maps a lane to its weight."""

    title: str
    why: str
    passage: str = ""
    share: float = Field(default=1, gt=0)
    tasks: tuple[str, ...] = ()
    fill: dict[str, int] = {}


class Form(Frozen):
    """A plan of `days` from..to; `close` is done on its last day, `stories` is what the bank should hold."""

    id: str
    title: str
    days: tuple[int, int]
    stories: int = Field(ge=0)
    phases: tuple[Phase, ...] = Field(min_length=1)
    close: tuple[str, ...] = ()


class Lanes(Frozen):
    """What fills the time that is left: task names, passage ids and questions to the guides."""

    drill: tuple[str, ...]
    writing: tuple[str, ...]
    reading: tuple[str, ...]
    ask: tuple[str, ...]


class StorySubject(Frozen):
    """Something to tell; `kind` is a kind of corpus/stories.yaml, or ""."""

    id: str
    title: str
    kind: str = ""


class Company(Frozen):
    """What a target company adds; one without `names` stands for every other company."""

    id: str
    names: tuple[str, ...]
    tasks: tuple[str, ...]
    rounds: tuple[Round, ...] = ()
    loop: str = ""


class Template(Frozen):
    forms: tuple[Form, ...] = Field(min_length=1)
    tasks: dict[str, Task]
    lanes: Lanes
    stories: tuple[StorySubject, ...]
    companies: tuple[Company, ...]
    company_tasks: dict[str, Task]

    @model_validator(mode="after")
    def _names_exist(self) -> Self:
        named = [name for form in self.forms for phase in form.phases for name in phase.tasks]
        named += [name for form in self.forms for name in form.close]
        named += [*self.lanes.drill, *self.lanes.writing]
        for name in named:
            if name not in self.tasks:
                raise ValueError(f"there is no task {name!r}")
        for company in self.companies:
            for name in company.tasks:
                if name not in self.company_tasks:
                    raise ValueError(f"there is no company task {name!r} (company {company.id})")
        for form in self.forms:
            for phase in form.phases:
                if unknown := sorted(set(phase.fill) - {*LANES, *RESERVED}):
                    raise ValueError(f"form {form.id}: there is no lane {unknown[0]!r}")
        return self

    @cached_property
    def longest(self) -> int:
        return max(form.days[1] for form in self.forms)

    def form(self, days: int) -> Form:
        """The form of a plan of so many days; UsageError where none is that long or short."""
        for form in self.forms:
            if form.days[0] <= days <= form.days[1]:
                return form
        raise UsageError(f"A plan can be 1 to {self.longest} days long, not {days}.")

    def company(self, name: str) -> Company:
        """What the guides say of a company of this name, or of any other."""
        told = name.casefold()
        for company in self.companies:
            if any(_holds(told, known) for known in company.names):
                return company
        return next(company for company in self.companies if not company.names)


def _holds(told: str, known: str) -> bool:
    words = told.replace("-", " ").split()
    return known in told if " " in known or "-" in known else known in words


def load_template(folder: Path) -> Template:
    """corpus/plans.yaml; DatasetError names the entry that is wrong."""
    path = folder / "plans.yaml"
    return load_yaml(Template, path)
