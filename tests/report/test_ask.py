"""What the guides answer, on screen."""

from __future__ import annotations

from coach.guides.ask import AskResult, CitedPassage, CitedSentence
from coach.guides.corpus import make_passage
from coach.report.ask import render_answer
from tests.report.test_grade import shown

PASSAGE = make_passage("g", "cost", "The cost of errors", "First. Weigh \x1b[31m[both] errors. Last.")
CITED = CitedPassage(passage=PASSAGE, marked=((7, 32),))


def test_passages_show_their_best_sentences_marked() -> None:
    result = AskResult(question="q", found=True, passages=(CITED, CITED))
    text = shown(render_answer(result, marks=True))
    assert "First. >>Weigh [both] errors.<< Last." in text
    assert text.count("[g#cost]") == 2
    assert ">>" not in shown(render_answer(result, marks=False))
    bold = shown(render_answer(result, marks=False), force_terminal=True, color_system="standard")
    assert "\x1b[1;4mWeigh [both] errors." in bold


def test_a_models_answer_cites_every_sentence() -> None:
    sentence = CitedSentence(text="Weigh both.", passages=("g#cost",))
    result = AskResult(question="q", found=True, sentences=(sentence,), passages=(CITED,), model="gpt-x")
    text = shown(render_answer(result, marks=True))
    assert "Weigh both. [g#cost]" in text
    assert "Worded by gpt-x" in text
    assert "g#cost  The cost of errors" in text


def test_nothing_found_is_said() -> None:
    assert "do not say" in shown(render_answer(AskResult(question="q", found=False), marks=True))
