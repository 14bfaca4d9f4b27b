"""The shipped corpus and template, a plan's needs, and shorthands for marks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from coach.guides.corpus import Corpus, load_corpus
from coach.plan.draft import Span
from coach.plan.make import make_plan
from coach.plan.needs import Needs
from coach.plan.template import Template, load_template
from coach.resources import corpus_dir
from coach.schema.plan import Plan, PlanItem

FIRST = date(2026, 11, 21)
MADE_AT = "2026-11-21T08:00:00.000+00:00"
Made = tuple[Plan, tuple[PlanItem, ...]]
Make = Callable[..., Made]


@pytest.fixture(scope="session")
def corpus() -> Corpus:
    return load_corpus(corpus_dir())


@pytest.fixture(scope="session")
def template() -> Template:
    return load_template(corpus_dir())


@pytest.fixture
def needs(corpus: Corpus) -> Needs:
    return Needs(
        questions=corpus.questions,
        passages={passage.id: passage.title for passage in corpus.passages.values()},
    )


@pytest.fixture
def make(needs: Needs, template: Template) -> Make:
    """make(days, weekly=5, **changes of the needs) -> plan and items"""

    def call(days: int, weekly: float | None = 5, **changes: object) -> Made:
        span = Span(FIRST, date.fromordinal(FIRST.toordinal() + days - 1))
        return make_plan("plan", replace(needs, **changes), template, span, MADE_AT, weekly)  # type: ignore[arg-type]  # fields by their names

    return call


def item(number: int = 1, **fields: object) -> PlanItem:
    """An open item of the first day; fields change it."""
    known: dict[str, object] = {
        "number": number,
        "task": f"task-{number}",
        "kind": "practice",
        "title": f"Item {number}",
        "minutes": 20,
        "weight": 2,
        "wanted": fields.get("day", FIRST),
        "day": FIRST,
        "planned_at": MADE_AT,
    }
    return PlanItem.model_validate(known | fields)
