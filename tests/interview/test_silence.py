"""What answers nothing is neither quoted nor credited; what says something is never taken for it."""

from __future__ import annotations

import json

import pytest

from coach.guides.corpus import Corpus
from coach.guides.pressing import load_pressing
from coach.interview.silence import Attentive, is_silent, silence_of
from coach.interview.subject import is_beside
from coach.resources import corpus_dir, eval_dir
from coach.schema.answer import Answer, Turn
from coach.schema.pressing import Silence
from tests.interview.conftest import QUESTION, SetGrader, task_of


@pytest.fixture(scope="module")
def silences(corpus: Corpus) -> tuple[Silence, ...]:
    return load_pressing(corpus_dir(), corpus).silences


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("I don't know.", "unknown"),
        ("idk", "unknown"),
        ("Skip this one", "unknown"),
        ("Not sure.", "unknown"),
        ("I don't really have an example for that.", "unknown"),
        ("I really have no idea about this, I have never worked with anything like it.", "unknown"),
        ("Whatever.", "unwilling"),
        ("no comment", "unwilling"),
        ("This is a stupid question. You people waste my time.", "unwilling"),
        ("This is a waste of my time, I already told your colleague all of it.", "unwilling"),
    ],
)
def test_what_answers_nothing_is_known_by_its_words(
    silences: tuple[Silence, ...], text: str, kind: str
) -> None:
    found = silence_of(text, silences)
    assert found is not None and found.id == kind


@pytest.mark.parametrize(
    "text",
    [
        "RAG.",
        "It depends.",
        "I'd skip the model and use rules",
        "I'm not sure that accuracy is the right metric",
        "whatever the model returns we show the source",
        "I don't know the exact figure but about a third of orders",
        "I don't know, 30%",
        "I have no idea how the model works but I would ask the engineers for the confusion matrix",
    ],
)
def test_what_says_something_is_heard(silences: tuple[Silence, ...], text: str) -> None:
    assert not is_silent(text, silences)


def test_no_labelled_answer_is_taken_for_silence(silences: tuple[Silence, ...]) -> None:
    rows = [
        json.loads(line)
        for name in ("dev", "hard-dev", "train-1")
        for line in (eval_dir() / "gold" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    assert len(rows) > 500
    assert [row["id"] for row in rows if is_silent(row["answer"], silences)] == []


async def test_a_grader_is_not_told_what_answers_nothing(silences: tuple[Silence, ...]) -> None:
    grader = SetGrader()
    turns = [
        Turn(role="candidate", text="I don't know."),
        Turn(role="interviewer", text="A guess?"),
        Turn(role="candidate", text="We would track accuracy."),
    ]
    await Attentive(grader, silences).grade(task_of(QUESTION, Answer.of(turns)))
    await Attentive(grader, silences).grade(task_of(QUESTION, Answer.of("Whatever.")))
    await Attentive(grader, silences).grade(task_of(QUESTION, Answer.of("We would track accuracy.")))
    told = [task.answer for task in grader.tasks]
    assert [turn.text for turn in told[0].turns] == ["", "A guess?", "We would track accuracy."]
    assert told[1].is_blank()
    assert told[2].said() == "We would track accuracy."


LASAGNA = "My favourite dish is lasagna: layers of pasta with ragu, baked for forty minutes at 180 degrees."


async def test_what_speaks_of_something_else_altogether_earns_nothing(
    corpus: Corpus, silences: tuple[Silence, ...]
) -> None:
    grader = SetGrader()
    turns = [
        Turn(role="candidate", text="I don't know."),
        Turn(role="interviewer", text="A guess?"),
        Turn(role="candidate", text=LASAGNA),
    ]
    grade = await Attentive(grader, silences).grade(task_of(QUESTION, Answer.of(turns)))
    assert grader.tasks[0].answer.is_blank()
    assert grade.flags == ("off_topic",)
    assert {item.reason for item in grade.criteria} == {"Nothing in it speaks of what was asked."}


def test_no_labelled_answer_is_taken_for_something_else(corpus: Corpus) -> None:
    questions = corpus.questions
    for name in ("dev", "hard-dev", "train-1"):
        for line in (eval_dir() / "gold" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            question = questions[row["question_id"]]
            assert not is_beside(row["answer"], question, corpus.criteria_of(question.criteria)), row["id"]
    asked = questions["fraud-realtime"]
    assert is_beside(LASAGNA, asked, corpus.criteria_of(asked.criteria))
    assert not is_beside("Pasta.", asked, corpus.criteria_of(asked.criteria))


GERMAN = (
    "Ich würde zuerst mit dem Team klären, welche Art von Betrug am meisten kostet, und dann eine Schwelle "
    "festlegen, bei der ein Mensch die Zahlung prüft."
)


async def test_an_answer_in_another_language_reaches_the_grader(silences: tuple[Silence, ...]) -> None:
    grader = SetGrader()
    grade = await Attentive(grader, silences).grade(task_of(QUESTION, Answer.of(GERMAN)))
    assert grader.tasks[0].answer.said() == GERMAN
    assert "off_topic" not in grade.flags
