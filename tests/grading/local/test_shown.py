"""What an answer shows and lacks: cues of signs, the chance of each, and the advice that follows."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.grading.local import LocalGrader, open_local_grader
from coach.grading.local.carrying import Carrying
from coach.grading.local.cues import FILE, WINDOW, Cues
from coach.grading.local.explain import Explainer
from coach.grading.local.model import load_model
from coach.grading.local.shown import DEEPER, FIRST, SECOND
from coach.grading.local.vectors import WordVectors
from coach.guides.corpus import Corpus, load_corpus
from coach.resources import corpus_dir, eval_dir
from coach.schema.answer import Answer
from coach.schema.grade import GradeTask
from coach.text.yaml_text import parse_yaml


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return load_corpus(corpus_dir())


@pytest.fixture(scope="module")
def cues() -> Cues:
    return Cues()


def test_every_good_sign_of_the_rubric_has_cues_and_every_class_is_used(corpus: Corpus, cues: Cues) -> None:
    signs = [sign.id for criterion in corpus.rubric.criteria for sign in criterion.signs.good]
    assert len(signs) == len(set(signs))
    assert cues.signs == set(signs) == set(load_model().shown.usual)
    data = parse_yaml(FILE.read_text(encoding="utf-8"))
    used = {name for lines in data["signs"].values() for line in lines for name in line.split()}
    assert used == set(data["classes"])


def test_a_sign_is_seen_in_the_sentence_that_shows_it(cues: Cues) -> None:
    read = cues.read(["Above 0.9 we block the payment.", "The weather was fine."])
    assert cues.count(read, "threshold-action") == 1
    assert cues.count(read[1:], "threshold-action") == 0
    assert cues.count(read, "no-such-sign") == 0


def test_words_that_stand_far_apart_in_a_text_without_stops_show_nothing(cues: Cues) -> None:
    near = "above 0.9 we block"
    far = "above 0.9 " + "lorem " * WINDOW + "we block"
    assert cues.count(cues.read([near]), "threshold-action") == 1
    assert cues.count(cues.read([far]), "threshold-action") == 0


def test_a_list_of_terms_and_a_repetition_show_no_more(corpus: Corpus, cues: Cues) -> None:
    carrying = Carrying(Explainer(WordVectors(), corpus.rubric), cues)
    once = "Above 0.9 we block the payment."
    more = f"{once} {once} Terms are p95 latency, drift, caching, routing, SLOs, recall, canary, AUC."
    assert carrying.told(more) == carrying.told(once)


@given(st.lists(st.floats(0, 1), min_size=6, max_size=6))
def test_nothing_is_asked_for_that_may_well_be_there(chances: list[float]) -> None:
    shown = load_model().shown
    signs = sorted(shown.usual)[:6]
    asked = shown.lacking(signs, chances)
    assert len(asked) == len(set(asked)) <= 2
    assert all(chances[n] < FIRST for n in asked[:1])
    assert all(chances[n] < SECOND for n in asked[1:])
    if min(chances) < FIRST:
        assert asked


def test_seeing_a_sign_makes_it_likelier_and_no_advice_asks_for_it() -> None:
    shown = load_model().shown
    for sign in sorted(shown.usual):
        seen, unseen = (shown.chances(3.0, [sign], [count])[0] for count in (2, 0))
        assert seen > unseen


@pytest.fixture(scope="module")
def grader(corpus: Corpus) -> LocalGrader:
    return open_local_grader(corpus)


def test_advice_seldom_asks_for_what_was_said(corpus: Corpus, grader: LocalGrader) -> None:
    """The cross-validated rate is measured by `python -m bench.advice`."""
    rows = {}
    for line in (eval_dir() / "gold" / "train-1.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        rows[row["id"]] = row
    criteria = corpus.rubric.by_id()
    asked, said = 0, 0
    for line in (eval_dir() / "advice.jsonl").read_text(encoding="utf-8").splitlines():
        marked = json.loads(line)
        row = rows[marked["id"]]
        question = corpus.questions[row["question_id"]]
        grade = grader.grade_now(
            GradeTask(
                question=question,
                criteria=corpus.criteria_of(tuple(row["criteria"])),
                answer=Answer.of(row["answer"]),
                passages=corpus.ground(question),
            )
        )
        for verdict in grade.criteria:
            text = verdict.advice.lower()
            assert (verdict.score == 4) == (not text)
            assert verdict.advice == DEEPER or not text or re.match("a stronger answer ", text)
            signs = [s.id for s in criteria[verdict.id].signs.good if s.text.rstrip(".").lower() in text]
            asked += len(signs)
            said += sum(sign in marked["said"][verdict.id] for sign in signs)
    assert asked > 150
    assert said / asked < 0.15


def test_a_criterion_that_nothing_speaks_of_is_no_yes(corpus: Corpus, grader: LocalGrader) -> None:
    answer = (
        "We start from the cost of each mistake: a wrong block loses the sale and often the customer, a "
        "missed fraud costs the amount plus a fee. So three bands: under 0.3 pass, over 0.9 block, the "
        "middle goes to a challenge. If more than two in fifty blocked turn out genuine, I move the line "
        "the same day."
    )
    question = corpus.questions["fraud-realtime"]
    task = GradeTask(
        question=question,
        criteria=corpus.criteria_of(question.criteria),
        answer=Answer.of(answer),
        passages=corpus.ground(question),
    )
    levels = {verdict.id: verdict.score or 0 for verdict in grader.grade_now(task).criteria}
    assert levels["tradeoff_articulation"] >= 3
    assert levels["system_constraints"] <= 2
