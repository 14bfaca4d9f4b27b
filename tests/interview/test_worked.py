"""Worked answers come from the exemplars of the very question, else in pieces from the rubric."""

from __future__ import annotations

from pathlib import Path

import pytest

from coach.errors import DatasetError, SetupError
from coach.guides.corpus import load_corpus
from coach.interview.worked import (
    Exemplar,
    Labelled,
    Worked,
    load_exemplars,
    load_labelled,
    strong_answers,
    work_out,
)
from coach.resources import corpus_dir, eval_dir
from tests.interview.conftest import CRITERIA, QUESTION

EXEMPLAR = Exemplar(
    id="e1", question_id="fraud", criterion="metrics", bad="b", good="The good one.", why="Because."
)


def test_the_shipped_exemplars_load() -> None:
    exemplars = load_exemplars(eval_dir() / "exemplars.jsonl")
    assert len(exemplars) >= 11
    assert len({item.id for item in exemplars}) == len(exemplars)


def test_a_missing_or_wrong_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="cannot be read"):
        load_exemplars(tmp_path / "none.jsonl")
    path = tmp_path / "wrong.jsonl"
    path.write_text('{"id": "a"}\n')
    with pytest.raises(DatasetError, match=r"wrong\.jsonl, line 1"):
        load_exemplars(path)


def test_most_questions_of_the_corpus_have_a_whole_answer() -> None:
    labelled = load_labelled(eval_dir() / "gold")
    exemplars = load_exemplars(eval_dir() / "exemplars.jsonl")
    questions = load_corpus(corpus_dir()).questions.values()
    pieces = [
        question.id for question in questions if not _is_whole(work_out(question, [], exemplars, labelled))
    ]
    assert len(pieces) <= len(questions) * 0.25, pieces


def _is_whole(worked: Worked) -> bool:
    return len(worked.answer.split()) >= 40 and bool(worked.why)


def gold(id: str, answer: str, *, kind: str = "plain", overall: int = 4, score: int = 4) -> Labelled:
    return Labelled(
        id=id,
        question_id="fraud",
        kind=kind,
        answer=answer,
        overall=overall,
        criteria_scores={"metrics": score},
        labels=({"reason": ""}, {"reason": "Owned."}),
    )


def test_a_clean_answer_at_the_top_mark_goes_before_an_exemplar() -> None:
    rows = [
        gold("a", "weaker but short", score=3),
        gold("b", "aimed at graders", kind="injection"),
        gold("c", "only a three", overall=3),
        gold("d", "the strongest one there is"),
        gold("e", "the strongest one"),
    ]
    worked = work_out(QUESTION, list(CRITERIA.values()), [EXEMPLAR], rows)
    assert (worked.answer, worked.why) == ("the strongest one", "Owned.")
    assert "language model" in worked.source


def test_the_questions_own_exemplar_goes_first() -> None:
    worked = work_out(QUESTION, list(CRITERIA.values()), [EXEMPLAR])
    assert (worked.answer, worked.why) == ("The good one.", "Because.")
    assert strong_answers(QUESTION, [EXEMPLAR]) == ("The good one.",)


def test_without_one_the_rubrics_pieces_are_named_as_such() -> None:
    other = EXEMPLAR.model_copy(update={"question_id": "else"})
    worked = work_out(QUESTION, list(CRITERIA.values()), [other])
    assert worked.answer.startswith("Metrics: We take precision over recall")
    assert "No whole answer" in worked.source
    assert strong_answers(QUESTION, [other]) == ()
