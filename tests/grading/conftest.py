"""A small question, its criteria and a report about an answer to it."""

from __future__ import annotations

from typing import Any

import pytest

from coach.guides.corpus import make_passage
from coach.schema.answer import Answer
from coach.schema.grade import GraderId, GradeTask
from coach.schema.question import Question
from coach.schema.rubric import Criterion

ANSWER = "We route easy intents to a small model, and escalate when confidence is under 0.7, so cost halves."


def make_criterion(id: str, *, fatal: bool = False) -> Criterion:
    return Criterion.model_validate(
        {
            "id": id,
            "title": id.replace("_", " ").title(),
            "asks": f"Does the answer deal with {id}?",
            "levels": {1: "absent", 2: "generic", 3: "specific", 4: "owned"},
            "signs": {
                "good": [{"id": "budget", "text": "gives a budget"}, {"id": "route", "text": "routes"}],
                "bad": [{"id": "vague", "text": "stays vague"}],
                "fatal": [{"id": "breaks", "text": "breaks the constraint"}] if fatal else [],
            },
        }
    )


@pytest.fixture
def task() -> GradeTask:
    return GradeTask(
        question=Question(id="q", text="How do you keep it cheap?", criteria=("cost", "risk")),
        criteria=(make_criterion("cost", fatal=True), make_criterion("risk")),
        answer=Answer.of(ANSWER),
        passages=(make_passage("guide", "one", "One", "Route by difficulty."),),
    )


@pytest.fixture
def grader_id() -> GraderId:
    return GraderId(kind="llm", model="m", prompt="p", rubric="r", guides="g")


def criterion_report(id: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": id,
        "signs": ["route"],
        "quotes": ["route easy intents to a small model"],
        "missing": "what a wrong route costs",
        "level": 3,
        "why_not_higher": "no cost of a wrong route",
        "why_not_lower": "a threshold is given",
        "lean": "firm",
        "fault": "none",
        "passages": ["guide#one"],
        "advice": "Say what a wrong route costs.",
    } | changes


def report(*criteria: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "speaks_to_grader": False,
        "serves_question": "yes",
        "fatal": [],
        "criteria": list(criteria) or [criterion_report("cost"), criterion_report("risk")],
    } | changes
