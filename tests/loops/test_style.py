"""An interviewer's style decides what is pressed first, and whether to stay with it."""

from __future__ import annotations

import pytest

from coach.interview.follow_up import View
from coach.interview.offline import OfflineInterviewer
from coach.loops.style import StyledInterviewer
from coach.schema.answer import Answer
from coach.schema.loop import RoundPlan, Slot, Style
from coach.store.records import SpokenTurn
from tests.interview.conftest import QUESTION, grade_with, task_of

TEXT = "We will track accuracy of the fraud model every week and the engineers take the decision."


def plan(*, stays: bool = False, **weights: int) -> RoundPlan:
    style = Style(
        id="x",
        role="Bar raiser",
        opens="Hi.",
        closes="Bye.",
        cares="c",
        presses="p",
        follow_ups=3,
        stays=stays,
    )
    return RoundPlan(id="r", title="R", style=style, asks=(Slot(round="debugging"),), weights=weights)


def view(*pressed: str, **marks: int) -> View:
    turns = [SpokenTurn(role="candidate", text=TEXT)]
    for name in pressed:
        asked = f"What about {name}, exactly, on a bad day?"
        turns.append(SpokenTurn(role="interviewer", text=asked, criterion=name, author="local"))
        turns.append(SpokenTurn(role="candidate", text="I would see."))
    given = {"metrics": 2, "ownership": 2, "latency": 2, **marks}
    return View(task=task_of(QUESTION, Answer.of(TEXT)), turns=tuple(turns), look=grade_with(given))


async def pressed_next(item: RoundPlan, seen: View) -> str | None:
    follow_up = await StyledInterviewer(OfflineInterviewer(), item).follow_up(seen)
    return follow_up.criterion if follow_up else None


async def test_what_an_interviewer_cares_about_comes_first() -> None:
    assert await pressed_next(plan(latency=3), view(latency=3)) == "latency"
    assert await pressed_next(plan(metrics=1, ownership=2), view(ownership=4)) == "ownership"


async def test_then_the_weakest_as_usual() -> None:
    assert await pressed_next(plan(latency=2), view("latency", metrics=1)) == "metrics"


async def test_one_that_stays_comes_back_until_it_is_answered() -> None:
    assert await pressed_next(plan(stays=True), view("ownership", metrics=1)) == "ownership"
    assert await pressed_next(plan(stays=True), view("ownership", metrics=1, ownership=4)) == "metrics"
    assert await pressed_next(plan(), view("ownership", metrics=1)) == "metrics"


async def test_one_that_stays_goes_on_when_its_questions_are_spent() -> None:
    seen = view("ownership", "ownership", "ownership", metrics=1)
    assert await pressed_next(plan(stays=True), seen) == "metrics"


@pytest.mark.parametrize("stays", [False, True])
async def test_a_follow_up_quotes_only_what_was_said(stays: bool) -> None:
    follow_up = await StyledInterviewer(OfflineInterviewer(), plan(stays=stays, ownership=2)).follow_up(
        view()
    )
    assert follow_up is not None
    assert '"' not in follow_up.text or follow_up.text.split('"')[1] in TEXT
