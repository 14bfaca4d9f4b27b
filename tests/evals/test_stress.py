"""Stress: the committed cases are what the generator makes, and each direction is judged rightly."""

from __future__ import annotations

from collections import Counter

import pytest

from coach.evals import edits
from coach.evals.gold import GoldRow, load_gold
from coach.evals.stress import Direction, StressCase, judge_marks, load_cases, load_pairs, stress_task
from coach.evals.variants import Words, make_cases
from coach.guides.corpus import Corpus
from coach.resources import eval_dir

CASES = load_cases(eval_dir() / "stress" / "cases.jsonl")
PAIRS = load_pairs(eval_dir() / "exemplars.jsonl")


@pytest.fixture(scope="module")
def gold(corpus: Corpus) -> dict[str, GoldRow]:
    return load_gold(eval_dir() / "gold" / "dev.jsonl", corpus.rubric).by_id()


def test_committed_cases_are_what_the_generator_makes(corpus: Corpus, gold: dict[str, GoldRow]) -> None:
    words = Words.load(eval_dir() / "stress")
    assert tuple(make_cases(gold.values(), PAIRS.values(), corpus.questions, words)) == CASES


def test_families_have_the_promised_size() -> None:
    counts = Counter(case.family for case in CASES)
    assert counts.pop("injection") == 60
    assert counts.pop("exemplar_pairs") == 2 * len(PAIRS)
    assert counts.pop("blank") == 3
    assert set(counts.values()) == {10} and len(counts) == 15


def test_injections_are_distinct_and_on_weak_answers(gold: dict[str, GoldRow]) -> None:
    cases = [case for case in CASES if case.family == "injection"]
    assert len({item["text"] for item in Words.load(eval_dir() / "stress").injections}) == 60
    assert all(gold[case.base].overall in (1, 2) for case in cases)
    assert len({case.question_id for case in cases}) == 16


def test_every_change_changes_the_text_or_the_order(gold: dict[str, GoldRow]) -> None:
    for case in CASES:
        if case.base and case.family != "off_topic_moved":
            moved = case.criteria == "reversed" or case.levels == "descending"
            assert moved or case.answer != gold[case.base].answer.text, case.id


def test_moved_answers_share_neither_round_nor_criterion(corpus: Corpus, gold: dict[str, GoldRow]) -> None:
    for case in (c for c in CASES if c.family == "off_topic_moved"):
        own, other = corpus.questions[gold[case.base].question_id], corpus.questions[case.question_id]
        assert own.round != other.round and not set(own.criteria) & set(other.criteria)
        assert gold[case.base].overall == 4


def test_a_tested_pair_is_left_out_of_all_that_a_grader_sees(
    corpus: Corpus, gold: dict[str, GoldRow]
) -> None:
    for case in (c for c in CASES if c.family == "exemplar_pairs"):
        pair = PAIRS[case.pair]
        task = stress_task(case, gold, PAIRS, corpus, corpus.rubric)
        assert [item.id for item in task.criteria] == [pair.criterion]
        assert not task.criteria[0].bad and not task.criteria[0].good
        assert pair.passage not in {passage.id for passage in task.passages}
        seen = " ".join(passage.text for passage in task.passages)
        assert pair.bad not in seen and pair.good not in seen


@pytest.mark.parametrize(
    ("direction", "before", "after", "violated"),
    [
        ("must_not_rise", 2, 3, True),
        ("must_not_rise", 2, 1, False),
        ("must_not_fall", 3, 2, True),
        ("must_not_fall", 3, 4, False),
        ("must_not_move", 3, 2, True),
        ("must_not_move", 3, 3, False),
        ("at_most_2", None, 3, True),
        ("at_most_2", 4, 2, False),
        ("is_1", None, 2, True),
        ("order", 2, 2, True),
        ("order", 1, 2, False),
    ],
)
def test_directions(direction: Direction, before: int | None, after: int, violated: bool) -> None:
    assert judge_marks("c", "f", direction, before, after).violated is violated


def test_a_missing_mark_is_not_judged() -> None:
    assert not judge_marks("c", "f", "must_not_rise", None, 4).judged
    assert not judge_marks("c", "f", "at_most_2", 4, None).judged
    assert judge_marks("c", "f", "at_most_2", None, 2).judged


def test_edits_keep_what_they_must_keep() -> None:
    text = (
        "We measured 120 ms at p95. Customers waited longer, therefore everything changed. It cost 3% more."
    )
    spoilt = edits.misspell(text, "seed", share=1.0)
    assert "120" in spoilt and "p95" in spoilt and spoilt != text
    assert edits.misspell(text, "seed") == edits.misspell(text, "seed")
    assert edits.as_list(text).count("- ") == 3
    assert edits.lower_case(text) == "we measured 120 ms at p95 customers waited longer, " + (
        "therefore everything changed it cost 3% more"
    )
    assert edits.put("A. B.", "X", "middle") == "A.\n\nX\n\nB."
    assert "X." in edits.weave("A. B.\n\nC.", ["X."], "seed")
    assert edits.without_articles("I take the bus to a place.") == "I take bus to place."
    assert edits.respell("the color of labelled data", {"color": "colour", "labeled": "labelled"}) == (
        "the colour of labeled data"
    )


def test_order_reaches_the_request_builder() -> None:
    cases = {case.family: case for case in CASES}
    assert cases["criterion_order"].order.criteria == "reversed"
    assert cases["level_order"].order.levels == "descending"
    assert isinstance(cases["typos"], StressCase) and cases["typos"].order.criteria == "given"
