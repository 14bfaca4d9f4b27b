"""The plain chat baseline: its words, and the mark found in a reply in prose."""

from __future__ import annotations

import pytest

from coach.errors import Refused
from coach.evals.plain import PlainGrader, find_mark
from coach.llm.fake import ScriptedModel
from coach.prompts import Prompts
from coach.schema.answer import Answer
from coach.schema.grade import GradeTask
from coach.schema.question import Question
from coach.schema.rubric import Criterion

WORDS = (
    "I'm practising for AI product manager interviews. The question was: Why? My answer: Because. Grade my "
    "answer from 1 to 4 (1 = strong no hire, 2 = no hire, 3 = hire, 4 = strong hire) and give me short "
    "feedback."
)


def task() -> GradeTask:
    criterion = Criterion(id="c", title="C", bad=("x",), good=("y",))
    return GradeTask(
        question=Question(id="q", text="Why?"), criteria=(criterion,), answer=Answer.of("Because.")
    )


def test_prompt_is_the_plain_one_word_for_word(prompts: Prompts) -> None:
    request = PlainGrader(ScriptedModel(), prompts).build(task())
    assert " ".join(request.messages[0].content.split()) == WORDS
    assert request.reply_schema is None


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("**Grade: 3 (hire)**\n\nGood structure.", 3),
        ("Grade: **2 / 4** — no hire. You name 3 metrics.", 2),
        ("I'd give this a 1.", 1),
        ("3 - hire. You said 100 ms, fine.", 3),
        ("Score: 4/4", 4),
        ("This is a 2 (no hire). To get to 3, add numbers.", 2),
        ("Overall grade: 2.5", None),
        ("Grade: 2-3", None),
        ("Grade: between 2 and 3", None),
        ("Strong no hire, sorry.", 1),
        ("A clear strong hire.", 4),
        ("No hire.", 2),
        ("Thanks for sharing your answer!", None),
    ],
)
def test_mark_in_prose(text: str, mark: int | None) -> None:
    assert find_mark(text) == mark


async def test_no_mark_is_ungraded_and_never_a_number(prompts: Prompts) -> None:
    grade = await PlainGrader(ScriptedModel(["Well done!"]), prompts).grade(task())
    assert (grade.status, grade.overall) == ("ungraded", None)
    assert grade.error is not None and grade.error.kind == "bad_reply"
    refused = await PlainGrader(ScriptedModel([Refused("no")]), prompts).grade(task())
    assert (refused.status, refused.overall) == ("ungraded", None)
