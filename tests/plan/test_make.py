"""A plan fits its days and hours, and is made of what the candidate needs."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest

from coach.errors import UsageError
from coach.guides.corpus import Corpus
from coach.plan.memory import foresee
from coach.plan.needs import Gap, Weakness
from coach.plan.template import Template
from tests.plan.conftest import FIRST, Make

LENGTHS = (1, 2, 3, 5, 7, 14, 21, 30, 45, 84, 120, 200, 365, 548)


@pytest.mark.parametrize("days", LENGTHS)
@pytest.mark.parametrize("hours", (1.0, 5.0, 20.0))
def test_every_length_fits_its_days_and_hours(make: Make, corpus: Corpus, days: int, hours: float) -> None:
    plan, items = make(days, hours, companies=("Google", "Acme"))
    assert [item.number for item in items] == list(range(1, len(items) + 1))
    assert [item.day for item in items] == sorted(item.day for item in items)
    assert all(plan.first <= item.day <= plan.last for item in items)
    # The last item of a day may overdraw what is saved; never by more than the longest there is.
    assert sum(item.minutes for item in items) <= hours * 60 / 7 * days + 120
    for item in items:
        assert item.title and (item.command or item.passage)
        assert not item.passage or item.passage in corpus.passages
        if item.kind in ("practice", "review"):
            assert item.subject in corpus.questions or item.subject.startswith(("round:", "any"))
    assert plan.phases[0].first == plan.first
    assert plan.phases[-1].last == plan.last


def test_the_same_needs_give_the_same_plan(make: Make) -> None:
    assert make(30) == make(30)


def test_thirty_days_hold_what_the_guides_ask_for(make: Make) -> None:
    _, items = make(30)
    kinds = Counter(item.kind for item in items)
    assert kinds["story"] >= 17
    assert kinds["practice"] >= 10
    assert kinds["drill"] >= 4
    assert kinds["audit"] == kinds["loop"] == 1
    assert kinds["mock"] >= 1
    assert {"review", "reading", "writing"} <= set(kinds)
    busy = {item.day for item in items}
    assert len(busy) >= 26


@pytest.mark.parametrize("hours", (3.0, 5.0, 10.0))
def test_nothing_small_crowds_out_what_is_long(make: Make, hours: float) -> None:
    plan, items = make(457, hours)
    kinds = Counter(item.kind for item in items)
    assert plan.left_out == ()
    assert kinds["loop"] == 4
    assert kinds["story"] == 20
    assert kinds["portfolio"] >= 15


def test_long_work_comes_in_sittings_or_not_at_all(make: Make) -> None:
    plan, items = make(84, 3)
    sittings = [item.title for item in items if "(1 of 3)" in item.title]
    for title in sittings:
        assert title.replace("(1 of 3)", "(3 of 3)") in {item.title for item in items}
    assert len(plan.left_out) == len({title.partition(" (")[0] for title in plan.left_out})


def test_long_plans_come_back_to_questions_and_short_ones_do_not(make: Make) -> None:
    _, short = make(30)
    asked = [item.subject for item in short if item.kind == "practice" and item.subject != "any"]
    assert len(asked) == len(set(asked))
    _, long = make(400, 6)
    assert max(Counter(i.subject for i in long if i.kind == "practice").values()) > 1


def test_weak_criteria_are_practised_first_and_said(make: Make, corpus: Corpus) -> None:
    weak = Weakness("data_fluency", "Data fluency", (1, 2), ("data-fluency#data-questions",))
    _, items = make(30, weak=(weak,), practised={"fraud-realtime": 2})
    asked = [
        corpus.questions[i.subject] for i in items if i.kind == "practice" and i.subject in corpus.questions
    ]
    sharing = [question for question in asked if "data_fluency" in question.criteria]
    assert len(sharing) > len(asked) / 2
    assert any(item.why.startswith("Data fluency: your last marks were 1, 2") for item in items)
    assert any(i.passage == "data-fluency#data-questions" and "weak spot" in i.why for i in items)


def test_gaps_of_the_audit_become_items_that_name_them(make: Make) -> None:
    gap = Gap(7, "Smart routing " + "x" * 80, ("Metric", "Monitoring"))
    _, items = make(30, audited=1, gaps=(gap,))
    found = next(item for item in items if item.kind == "gap")
    assert found.command == "coach audit edit 7"
    assert "metric, monitoring" in found.title
    assert found.subject == "7"


def test_a_full_story_bank_asks_for_no_more(make: Make) -> None:
    _, items = make(30, stories=20)
    assert not [item for item in items if item.kind == "story"]
    _, items = make(30, stories=18, story_kinds=frozenset({"failure"}))
    titles = [item.title for item in items if item.kind == "story"]
    assert titles == ["Add a story: a technical decision that you argued against", titles[1]]
    assert "did not work" not in "".join(titles)


def test_a_target_company_adds_what_the_guides_say_of_it(make: Make, template: Template) -> None:
    assert template.company("Google DeepMind").id == "google"
    assert template.company("Metabolic Foods").id == "other"
    assert template.company("a Series A start-up").id == "start-up"
    _, items = make(30, 8, companies=("Amazon", "Acme"))
    titles = " ".join(item.title for item in items)
    assert "Amazon: ask of your proudest claim" in titles
    assert "Acme: find its published AI principles" in titles


def test_answered_questions_come_back_when_they_are_due(make: Make) -> None:
    due = foresee(None, "question:fraud-realtime", FIRST - timedelta(days=1), mark=2)
    later = foresee(None, "question:face-access", FIRST - timedelta(days=1), mark=4)
    _, items = make(30, cards={"question:fraud-realtime": due, "question:face-access": later})
    reviews = {item.subject: item for item in reversed(items) if item.kind == "review"}
    assert reviews["fraud-realtime"].day == FIRST
    assert reviews["fraud-realtime"].weight == 3
    assert reviews["face-access"].day >= FIRST + timedelta(days=7)


def test_what_was_done_in_an_earlier_plan_is_not_asked_again(make: Make) -> None:
    _, items = make(30, tasks_done=frozenset({"read-scoring", "two-projects"}))
    assert not {"read-scoring", "two-projects"} & {item.task for item in items}


def test_sittings_that_are_left_are_planned(make: Make) -> None:
    _, items = make(84, tasks_done=frozenset({"project-baseline/1", "project-baseline/2"}))
    assert [i.task for i in items if i.task.startswith("project-baseline")] == ["project-baseline/3"]


def test_what_the_hours_do_not_hold_is_said(make: Make) -> None:
    plan, items = make(30, 1)
    assert plan.left_out
    assert all(plan.left_out)
    assert not set(plan.left_out) & {item.title for item in items}
    assert make(30, 20)[0].left_out == ()


def test_what_is_not_known_is_said(make: Make) -> None:
    plan, _ = make(30, None)
    text = " ".join(plan.basis)
    assert plan.hours == 5
    assert "your profile does not say" in text
    assert "No interview date" in text
    told, _ = make(30, None, hours=7.5, interview=date(2026, 12, 21))
    assert "7.5 hours a week." in told.basis
    assert told.interview == date(2026, 12, 21)


def test_a_plan_of_no_form_is_refused(make: Make) -> None:
    with pytest.raises(UsageError, match="1 to 548 days"):
        make(549)
