"""How well patterns agree with a careful reader, on answers in other words than the corpus's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from coach.drills.audiences import AudienceDrill
from coach.drills.drill import Drill
from coach.drills.native import NativeDrill
from coach.guides.exercises import DrillKind
from coach.schema.answer import Answer, Turn
from tests.drills.exercise_eval import shelf

Reader = Callable[[str], Iterator[tuple[str, str, str]]]


@cache
def rows(name: str) -> dict[str, list[dict[str, Any]]]:
    text = (Path(__file__).parent / f"{name}.yaml").read_text(encoding="utf-8")
    data: dict[str, list[dict[str, Any]]] = yaml.safe_load(text)
    return data


def seen_in(drill: Drill, answer: str) -> set[str]:
    return {check.id for check in drill.check(Answer.of(answer)).checks if check.seen}


def agreement(kind: DrillKind, name: str) -> tuple[float, float, list[str]]:
    """Share of what a reader found that is seen, share of what is seen that a reader found, and misses."""
    hits = wanted = found = 0
    misses = []
    for row in rows(name)[kind]:
        drill, expected = shelf(kind).drill(row["exercise"]), set(row["seen"])
        seen = seen_in(drill, row["answer"])
        hits, wanted, found = hits + len(seen & expected), wanted + len(expected), found + len(seen)
        if seen != expected:
            misses.append(f"{row['exercise']}: missed {expected - seen}, seen too {seen - expected}")
    return hits / wanted, hits / found, misses


@pytest.mark.parametrize(
    ("kind", "name", "recall", "precision"),
    [
        ("code", "development", 0.95, 0.95),
        ("code", "oblique", 0.95, 0.95),
        ("code", "held_out", 0.9, 0.9),
        ("tradeoff", "development", 0.95, 0.95),
        ("tradeoff", "oblique", 0.95, 0.9),
        ("tradeoff", "held_out", 0.8, 0.9),
    ],
)
def test_signs_agree_with_a_reader(kind: DrillKind, name: str, recall: float, precision: float) -> None:
    got = agreement(kind, name)
    assert got[0] >= recall and got[1] >= precision, got


def choices(name: str) -> Iterator[tuple[str, str, str]]:
    for row in rows(name)["which-when"]:
        (choice,) = shelf("which-when").drill(row["exercise"]).check(Answer.of(row["answer"])).choices
        yield row["exercise"], row["choice"], choice.label


def leanings(name: str) -> Iterator[tuple[str, str, str]]:
    drill = shelf("native").drill("portfolio-walk")
    assert isinstance(drill, NativeDrill)
    texts = {question.id: question.text for question in drill.file.questions}
    for row in rows(name)["native"]:
        turns = [
            Turn(role="candidate", text="It sorts tickets."),
            Turn(role="interviewer", text=texts[row["question"]]),
            Turn(role="candidate", text=row["answer"]),
        ]
        (choice,) = drill.check(Answer.of(turns)).choices
        yield row["question"], row["leaning"], choice.label


@pytest.mark.parametrize("reader", [choices, leanings])
@pytest.mark.parametrize(("name", "least"), [("development", 0.95), ("oblique", 0.95), ("held_out", 0.85)])
def test_labels_agree_with_a_reader(reader: Reader, name: str, least: float) -> None:
    got = list(reader(name))
    right = sum(wanted == label for _, wanted, label in got) / len(got)
    assert right >= least, [row for row in got if row[1] != row[2]]


@pytest.mark.parametrize("kind", ["code", "tradeoff"])
def test_the_examples_of_the_corpus_hold_what_is_looked_for(kind: DrillKind) -> None:
    for name in shelf(kind).titles():
        drill = shelf(kind).drill(name)
        assert [check.id for check in drill.check(Answer.of(drill.exercise.example)).missing] == [], name


def test_the_examples_of_which_when_take_the_better_option_price_it_and_flip_it() -> None:
    for name in shelf("which-when").titles():
        drill = shelf("which-when").drill(name)
        report = drill.check(Answer.of(drill.exercise.example))
        assert report.verdict.endswith("as the key does."), (name, report.choices)
        groups = {check.group for check in report.checks if check.seen}
        assert {"price", "flip"} <= groups, name


def test_audience_signs_agree_with_a_reader() -> None:
    wrong = []
    for row in rows("development")["audiences"]:
        drill = shelf("audiences").drill(row["exercise"])
        assert isinstance(drill, AudienceDrill)
        names = [audience.id for audience in drill.file.audiences]
        texts = [row["answer"] if name == row["audience"] else "" for name in names]
        turns = [turn for text in texts for turn in (Turn(role="interviewer", text="?"), _said(text))][1:]
        seen = {check.id.split("/")[1] for check in drill.check(Answer.of(turns)).checks if check.seen}
        if seen != set(row["seen"]):
            wrong.append((row["exercise"], row["audience"], seen ^ set(row["seen"])))
    assert wrong == []


def _said(text: str) -> Turn:
    return Turn(role="candidate", text=text)


@pytest.mark.parametrize("kind", ["devil", "artifact"])
def test_signs_of_defences_and_documents_agree_with_a_reader(kind: DrillKind) -> None:
    wrong = []
    for row in rows("development")[kind]:
        drill = shelf(kind).drill(row.get("exercise", "fraud-blocks"))
        seen = seen_in(drill, row["answer"])
        if seen != set(row["seen"]):
            wrong.append((row["answer"][:40], seen ^ set(row["seen"])))
    assert wrong == []
