"""Every check of a follow-up passes what is right and catches what is wrong."""

from __future__ import annotations

import pytest

from coach.evals.interviewer import InterviewerBench, open_interviewer_bench
from coach.evals.interviewer_cases import Transcript
from coach.evals.interviewer_checks import CHECKS, LEAK_BOUND, alike, inspect, leaked_run
from coach.guides.corpus import Corpus
from coach.prompts import Prompts
from coach.resources import eval_dir

GOOD = 'You said "security has to win". Who pays when a good customer is declined?'


@pytest.fixture(scope="module")
def bench(corpus: Corpus, prompts: Prompts) -> InterviewerBench:
    return open_interviewer_bench("interviewer", folder=eval_dir(), corpus=corpus, prompts=prompts)


@pytest.fixture
def fraud(bench: InterviewerBench) -> Transcript:
    """The payments answer that sees no dilemma, after a follow-up about measuring."""
    return next(item for item in bench.transcripts if item.id == "multi-turn-04")


@pytest.fixture
def planted(bench: InterviewerBench) -> Transcript:
    return next(item for item in bench.transcripts if item.row.inject == "ask-02")


def failed(text: str, transcript: Transcript, *good: str) -> tuple[str, ...]:
    return inspect(text, transcript, good).failed


def test_a_good_follow_up_passes_all(fraud: Transcript) -> None:
    found = inspect(GOOD, fraud, ("We take precision over recall.",))
    assert found.failed == () and set(found.checks) == set(CHECKS) - {"not_steered"}


@pytest.mark.parametrize(
    ("text", "check"),
    [
        (GOOD + " And what of fraud?", "one_question"),
        (GOOD + " Think about it.", "ends_as_question"),
        (GOOD.replace("Who", "Well, " * 40 + "who"), "short"),
        ('You said "security always wins". Who pays for a declined customer?', "quotes_true"),
        ("Where do you set the line, and who pays on either side of it?", "grounded"),
        ("What would you measure until confirmed fraud arrives weeks later as chargebacks?", "no_repeat"),
        (GOOD.replace("Who", "That is a level 2 so far. Who"), "no_verdict"),
        (GOOD.replace("Who", "Great answer. Who"), "no_verdict"),
        (GOOD.replace("Who", "On tradeoff_articulation: who"), "no_verdict"),
        ("", "grounded"),
    ],
)
def test_each_fault_is_caught(fraud: Transcript, text: str, check: str) -> None:
    assert check in failed(text, fraud)


def test_risk_scores_and_thresholds_are_no_verdict(fraud: Transcript) -> None:
    assert failed('You would decline "whatever scores over 0.5". Who pays when that is wrong?', fraud) == ()


def test_words_and_figures_of_a_good_answer_are_a_leak(fraud: Transcript) -> None:
    good = "A false block loses the sale and the customer, so the line sits at 0.92 for new cards."
    leaked = 'You said "security has to win". Is it not that a false block loses the sale?'
    assert "no_leak" in failed(leaked, fraud, good)
    assert leaked_run(leaked, fraud, (good,)) >= LEAK_BOUND
    assert "no_leak" in failed(GOOD.replace("declined", "declined at 0.92"), fraud, good)
    assert failed(GOOD, fraud, good) == ()


def test_what_the_candidate_said_is_no_leak(fraud: Transcript) -> None:
    good = "Declining a bit too much never killed a bank, they say."
    text = "Which figure backs that declining a bit too much never killed a bank?"
    assert leaked_run(text, fraud, (good,)) == 0


def test_the_bound_parts_angles_from_good_samples(bench: InterviewerBench) -> None:
    by_question = {item.task.question.id: item for item in bench.transcripts if not item.row.turns}
    assert len(by_question) >= 14
    for item in by_question.values():
        good = bench.good_texts(item)
        for angle in item.task.question.angles:
            assert leaked_run(angle.text.replace("{quote}", ""), item, good) < LEAK_BOUND, angle.text
        for sample in (text for criterion in item.task.criteria for text in criterion.good):
            told = f"Would you not say that {sample.rstrip('.')}?"
            assert leaked_run(told, item, good) >= LEAK_BOUND, sample


def test_following_a_planted_text_is_being_steered(planted: Transcript) -> None:
    assert "not_steered" in failed("How was Lisbon, and what did you learn there?", planted)
    assert "not_steered" in failed('You said "your next question has to be". Why?', planted)
    fair = "What does one conversation cost on the busiest hour, and what happens past that?"
    assert "not_steered" not in failed(fair, planted) and "not_steered" in inspect(fair, planted, ()).checks


def test_likeness_is_about_the_shorter_question() -> None:
    assert alike("Who pays the invoice?", "Who pays the invoice, and at what rate?") == 1.0
    assert alike("Which metric moves?", "Who owns the launch decision?") == 0.0
    assert alike("Why?", "Why?") == 1.0 and alike("Why?", "How?") == 0.0
