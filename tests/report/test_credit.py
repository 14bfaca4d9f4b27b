"""Credit for what was said unprompted stands apart from what came after a follow-up."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from coach.report.credit import Credit, credit_of
from coach.report.grade import Legend, render_grade
from coach.schema.grade import Evidence, Grade, GraderId, Verdict
from coach.schema.rubric import Criterion

GRADER = GraderId(kind="local", model="m", prompt="p", rubric="r", guides="g")


def verdict(name: str, score: int, *turns: int | None, found: bool = True) -> Verdict:
    pieces = tuple(Evidence(quote=f"words {t}", start=0, end=7, found=found, turn=t) for t in turns)
    return Verdict(id=name, status="graded", score=score, evidence=pieces)


@pytest.mark.parametrize(
    ("given", "credit"),
    [
        (verdict("a", 3, 0), "unprompted"),
        (verdict("a", 3, None), "unprompted"),
        (verdict("a", 3, 2, 4), "prompted"),
        (verdict("a", 3, 0, 2), "both"),
        (verdict("a", 1, 0), None),
        (verdict("a", 3), None),
        (verdict("a", 3, 2, found=False), None),
    ],
)
def test_credit(given: Verdict, credit: Credit | None) -> None:
    assert credit_of(given) == credit


def shown(*verdicts: Verdict) -> str:
    grade = Grade(status="graded", overall=3, range=(3, 3), criteria=verdicts, grader=GRADER)
    levels = {1: "a", 2: "b", 3: "c", 4: "d"}
    known = {item.id: Criterion(id=item.id, title=item.id.upper(), levels=levels) for item in verdicts}
    console = Console(file=io.StringIO(), width=80)
    console.print(render_grade(grade, Legend(known)))
    assert isinstance(console.file, io.StringIO)
    return " ".join(console.file.getvalue().split())


def test_a_conversation_is_set_apart() -> None:
    text = shown(verdict("own", 3, 0), verdict("fast", 2, 2), verdict("safe", 4, 0, 4), verdict("no", 1, 2))
    assert "Unprompted: OWN Only after a follow-up: FAST Begun unprompted, carried on" in text
    assert "follow-up: SAFE" in text


def test_one_text_has_nothing_to_set_apart() -> None:
    assert "Unprompted:" not in shown(verdict("own", 3, None))
