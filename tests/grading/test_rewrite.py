from __future__ import annotations

import pytest

from coach.errors import BadReply
from coach.grading.decide import grade_blank
from coach.grading.rewrite import blank_out, invented, write_stronger
from coach.llm.fake import ScriptedModel
from coach.prompts import Prompts
from coach.resources import prompts_dir
from coach.schema.answer import Answer
from coach.schema.grade import Grade, GraderId, GradeTask

HONEST = "We route easy intents to a small model under 0.7 confidence; a wrong route costs [cost of one]."


@pytest.fixture
def grade(task: GradeTask, grader_id: GraderId) -> Grade:
    blank = grade_blank(task.model_copy(update={"answer": Answer.of("")}), grader_id)
    assert blank is not None
    return blank


def test_own_facts_and_blanks_pass(task: GradeTask) -> None:
    assert invented(HONEST, task) == []


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("We cut cost by 45%.", "45%"),
        ("At my job with Netflix we route easy intents.", "Netflix"),
        ("It took three engineers.", "three"),
        ("We used DeepRouter for it.", "DeepRouter"),
    ],
)
def test_invented_numbers_and_names_are_seen(task: GradeTask, text: str, what: str) -> None:
    assert what in invented(text, task)


def test_invented_number_becomes_a_blank_and_an_invented_name_goes(task: GradeTask) -> None:
    text = blank_out("We route intents in 80 ms. Then we sold it to Netflix. Cost halves.", task)
    assert text == "We route intents in [your figure]. Cost halves."
    assert invented(text, task) == []


async def test_model_is_asked_again_with_what_it_invented(task: GradeTask, grade: Grade) -> None:
    model = ScriptedModel([{"text": "Cost fell by 45%."}, {"text": HONEST}])
    assert await write_stronger(task, grade, model, Prompts(prompts_dir())) == HONEST
    assert "45%" in model.history[1].messages[-1].content


async def test_what_stays_invented_never_reaches_the_candidate(task: GradeTask, grade: Grade) -> None:
    model = ScriptedModel([{"text": "Cost fell by 45%."}, {"text": "Cost fell by 46%."}])
    text = await write_stronger(task, grade, model, Prompts(prompts_dir()))
    assert text == "Cost fell by [your figure]."


async def test_unusable_text_is_an_error(task: GradeTask, grade: Grade) -> None:
    with pytest.raises(BadReply):
        await write_stronger(task, grade, ScriptedModel([{"text": "  "}]), Prompts(prompts_dir()))
