"""Steps and reports by rule, kind by kind."""

from __future__ import annotations

import pytest

from coach.drills.audiences import AudienceDrill
from coach.drills.code import mentions_of
from coach.drills.native import weigh
from coach.errors import UsageError
from coach.schema.answer import Answer
from tests.drills.scenarios import shelf, talk


def test_a_snippet_is_put_with_line_numbers() -> None:
    question = shelf("code").drill("churn-training").question
    assert "\n 9      scaled = StandardScaler().fit_transform(features)" in question.text
    assert question.id == "drill-code-churn-training" and question.round == "technical_deep_dive"
    assert question.criteria and question.passages


@pytest.mark.parametrize(
    ("text", "hit"),
    [
        ("see line 6", True),
        ("lines 5-7", True),
        ("lines 3 to 6", True),
        ("lines 6 and 12", True),
        ("line 16", False),
        ("line 61", False),
        ("6 lines", False),
    ],
)
def test_mentions_of_lines(text: str, hit: bool) -> None:
    assert (mentions_of((6, 7)).search(text) is not None) is hit


def test_a_nudge_points_at_the_first_fault_not_seen_and_is_put_once() -> None:
    drill = shelf("code").drill("churn-training")
    first = drill.next_step(Answer.of("It trains a model."))
    assert first is not None and "line 9" in first.text and "leak" not in first.text
    answer = talk(drill, "It trains a model.", "No idea.")
    second = drill.next_step(answer)
    assert second is not None and second.text != first.text


def test_what_is_said_after_a_nudge_is_told_apart() -> None:
    drill = shelf("code").drill("churn-training")
    answer = talk(drill, "It trains a model.", "The scaler is fitted on all rows before the split.")
    check = drill.check(answer).checks[0]
    assert check.seen and [piece.turn for piece in check.evidence] == [2]


def test_calling_a_fault_right_finds_nothing() -> None:
    drill = shelf("code").drill("churn-training")
    praise = "Scaling all rows before the split is fine, there is no leak."
    assert not any(check.seen for check in drill.check(Answer.of(praise)).checks)


def test_a_wish_is_nudged_for_what_is_missing() -> None:
    drill = shelf("tradeoff").drill("faster-model")
    step = drill.next_step(Answer.of("Cut p99 to 300 ms with a cache."))
    assert step is not None and step.text == "What gets worse because of it?"


def test_a_case_asks_for_choice_price_and_flip_in_turn() -> None:
    drill = shelf("which-when").drill("policy-answers")
    choice = drill.next_step(Answer.of("Both have their merits."))
    price = drill.next_step(Answer.of("I take retrieval because policies change."))
    assert choice is not None and choice.text.startswith("Which of them")
    assert price is not None and price.text.startswith("What does that choice cost")


def test_another_option_is_accepted_where_the_key_says_why() -> None:
    drill = shelf("which-when").drill("shop-recommendations")
    report = drill.check(Answer.of("I would go for real time for the newcomers."))
    assert "yours is right too: for the 15% of newcomers" in report.verdict
    wrong = shelf("which-when").drill("churn-calls").check(Answer.of("I would go for real time."))
    assert wrong.verdict.endswith("the key takes batch for this case as it stands.")


def test_three_audiences_are_asked_for_in_turn_and_read_apart() -> None:
    drill = shelf("audiences").drill("fraud-threshold")
    assert isinstance(drill, AudienceDrill)
    jargon = "Precision, recall, AUC-PR, p99 latency and embedding drift of the retrained classifier hold."
    answer = talk(drill, "To engineers.", "To compliance.", jargon)
    assert [t.text for t in answer.turns if t.role == "interviewer"] == [
        audience.prompt for audience in drill.file.audiences[1:]
    ]
    assert drill.next_step(answer) is None
    notes = " ".join(drill.check(answer).notes)
    assert "For executives: " in notes and "technical terms in a hundred words; up to 3 fit them." in notes
    assert "For engineers: 0 technical terms" in notes


def test_a_telling_that_is_not_there_is_named() -> None:
    drill = shelf("audiences").drill("fraud-threshold")
    assert drill.check(Answer.of("To engineers.")).notes[-2:] == (
        "There is no text for compliance.",
        "There is no text for executives.",
    )


@pytest.mark.parametrize(
    ("leanings", "outcome"),
    [
        ([], "unclear"),
        ([("native", 3)], "unclear"),
        ([("native", 3), ("native", 2), ("both", 2)], "native"),
        ([("enabled", 3), ("enabled", 2)], "enabled"),
        ([("native", 3), ("enabled", 2)], "mixed"),
    ],
)
def test_a_verdict_needs_enough_that_leans_one_way(leanings: list[tuple[str, int]], outcome: str) -> None:
    assert weigh(leanings) == outcome


def test_what_lives_without_its_model_is_never_called_native() -> None:
    drill = shelf("native").drill("portfolio-walk")
    answer = talk(
        drill,
        "It drafts letters.",
        "People would still work as before.",
        "I compared four models on 200 letters and chose one.",
        "We fine-tuned our own model on our own data.",
        "I wrote the labelling guideline and decided which letters we label.",
        "Corrections go into the training set each week.",
    )
    report = drill.check(answer)
    assert report.choices[0].label == "enabled"
    assert report.verdict.startswith("Your words point both ways")


def test_a_document_is_told_its_length() -> None:
    drill = shelf("artifact").drill("post-mortem-drift")
    assert drill.steps == 0 and drill.next_step(Answer.of("Short.")) is None
    assert drill.check(Answer.of("Short.")).notes == ("1 words; 300 to 900 suit this form.",)


def test_an_unknown_name_is_told_what_comes_near() -> None:
    with pytest.raises(UsageError, match="Did you mean week-window"):
        shelf("code").drill("week-windows")
    with pytest.raises(UsageError, match="coach drill list code"):
        shelf("code").drill("zzz")


def test_what_was_done_longest_ago_comes_next() -> None:
    names = list(shelf("code").titles())
    last = {shelf("code").drill(name).question.id: f"2026-11-{day:02}" for day, name in enumerate(names, 1)}
    assert shelf("code").next({}).exercise.id == names[0]
    assert shelf("code").next(last).exercise.id == names[0]
    assert shelf("code").next(last, {shelf("code").drill(names[0]).question.id}).exercise.id == names[1]


@pytest.mark.parametrize(
    ("exercise", "said", "seen"),
    [
        ("policy-answers", "The policies change weekly, so a tuned model is stale by Friday.", True),
        ("house-style", "A fraud threshold of 0.8, because a blocked card costs us 40 dollars.", False),
        ("policy-answers", "Retrieval, because it is what most companies use here.", False),
    ],
)
def test_a_reason_from_the_case_names_the_case_s_own_things(exercise: str, said: str, seen: bool) -> None:
    checks = shelf("which-when").drill(exercise).check(Answer.of(said)).checks
    assert next(check.seen for check in checks if check.id == "reason") is seen


@pytest.mark.parametrize(
    ("exercise", "said", "choice"),
    [
        ("house-style", "There is nothing to look up. I would tune a small one.", "fine-tuning"),
        ("search-suggestions", "Two settings. If 95% never touch the setting, keep one.", "by-user"),
        ("crisis-messages", "Miss as few as the volunteers can bear.", "recall"),
    ],
)
def test_a_choice_is_read_in_a_candidate_s_own_words(exercise: str, said: str, choice: str) -> None:
    assert shelf("which-when").drill(exercise).check(Answer.of(said)).choices[0].label == choice


def test_what_one_would_do_anyway_is_no_turning_point() -> None:
    drill = shelf("tradeoff").drill("fewer-hallucinations")
    vague = drill.check(Answer.of("I would keep aligning everyone on the goal."))
    assert "flip" in [check.id for check in vague.missing]
    real = drill.check(Answer.of("If refusals pass 12%, I would loosen the scope."))
    assert "flip" not in [check.id for check in real.missing]
