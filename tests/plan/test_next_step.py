"""The next best thing to do, from a beginner's to that of somebody whose plan is done."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from coach.plan.next_step import Facts, next_step
from tests.plan.conftest import FIRST, item


def test_a_beginner_answers_a_question_first() -> None:
    assert next_step(Facts()).command == "coach practice"


def test_an_open_answer_goes_before_everything() -> None:
    facts = Facts(has_plan=True, unfinished="Design it. " * 30, today=[item()], answered=3)
    step = next_step(facts)
    assert step.command == "coach practice --continue"
    assert len(step.why) < 120


def test_of_todays_items_the_weightiest_open_one_is_next() -> None:
    today = [item(1, state="done", weight=3), item(2), item(3, weight=3, command="coach story add")]
    assert next_step(Facts(has_plan=True, today=today)).command == "coach story add"
    assert next_step(Facts(has_plan=True, today=today[:2])).command == "coach plan read 2"


def test_somebody_without_a_plan_is_led_to_one() -> None:
    assert next_step(Facts(answered=2)).command.startswith("coach profile set --interview-date")
    assert next_step(Facts(answered=2, has_date=True)).command == "coach plan make"
    assert next_step(Facts(has_plan=True, plan_ended=True, answered=2)).command == "coach plan make"


def test_when_today_is_done_what_is_due_comes_next_and_then_the_plan() -> None:
    ahead = item(9, day=FIRST + timedelta(days=1), command="coach loop start general")
    facts = Facts(has_plan=True, answered=4, today=[item(state="done")], ahead=[ahead], due=["fraud"])
    assert next_step(facts).command == "coach practice --question fraud"
    later = next_step(replace(facts, due=()))
    assert later.command == "coach loop start general"
    assert "Sun 22 Nov" in later.why
    assert next_step(replace(facts, due=(), ahead=())).command == "coach practice"
