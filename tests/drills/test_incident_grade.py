"""What a path through an incident is worth: an example for every level, and what holds one down."""

from __future__ import annotations

from pathlib import Path

import pytest

from coach.drills.incident_debrief import as_data, debrief
from coach.drills.incident_grade import CRITERION, grade_path
from coach.drills.incident_signs import read_path
from coach.guides.corpus import load_corpus
from coach.resources import corpus_dir
from tests.drills.incident_help import begin, incident, level, path_of, say

STRONG = (
    "When did it begin, hour by hour?",
    "Split the complaints by app version.",
    "Turn the new input field off by remote config. Tell support what to say.",
    "Compare the text as typed with what the model received.",
    "The cause is the parser: it cuts the request at the line break that iOS 7.2 sends.",
    "Normalise line breaks before parsing, watch complaints return to normal, alert on request length.",
)
DECENT = (
    "Was there an app release on Tuesday?",
    "Split the complaints by app version.",
    "The cause is the parser that cuts the line breaks of iOS 7.2.",
    "Fix the parser.",
)
GENERIC = (
    "Check latency and errors of the service.",
    "Run the model on the frozen test set.",
    "Is the fare data up to date?",
    "The cause is that the model has become worse.",
    "Retrain the model.",
)
RELABEL = "Relabel both categories by the new rules and retrain the model; watch the won appeals every day."
GUESS = ("Retrain the model on newer data.", "The cause is drift.", "Use a bigger model.")


@pytest.mark.parametrize(
    ("moves", "expected"),
    [(STRONG, 4), (DECENT, 3), (GENERIC, 2), (GUESS, 1)],
    ids=["4 strong", "3 decent", "2 generic", "1 guess"],
)
def test_example_of_every_level(tmp_path: Path, moves: tuple[str, ...], expected: int) -> None:
    run = begin(tmp_path)
    say(run, *moves)
    assert run.ended
    assert level(run)[0] == expected


SMALL_PAYMENTS = {
    4: (
        "Are the two months comparable, same age of chargebacks?",
        "Check the null rates of the features.",
        "Break the missed fraud down by amount and kind of goods.",
        "Add a rule: limit gift cards per account. Inform the stakeholders.",
        "Read forty chargebacks with a fraud analyst.",
        "Root cause: concept drift, fraudsters changed their method to small gift card purchases.",
        "Retrain with fresh labels and new features, canary first, alarm on daily labelled samples.",
    ),
    3: (
        "Break the missed fraud down by amount and kind of goods.",
        "Read forty chargebacks with a fraud analyst.",
        "The cause is a new method with gift cards.",
        "Retrain with fresh labels and new features.",
    ),
    2: (
        "Compare the feature distributions with training.",
        "What was released?",
        "I conclude the threshold was lowered.",
        "Raise the threshold.",
    ),
    1: ("Raise the threshold and retrain it.", "I am sure the model is outdated.", "/fix"),
}


@pytest.mark.parametrize("expected", [4, 3, 2])
def test_levels_hold_in_another_incident(tmp_path: Path, expected: int) -> None:
    run = begin(tmp_path, "small-payments")
    say(run, *SMALL_PAYMENTS[expected])
    assert run.ended
    assert level(run)[0] == expected


async def test_remedy_and_guess_without_a_look_are_level_one_there_too(tmp_path: Path) -> None:
    run = begin(tmp_path, "small-payments")
    await run.say("Raise the threshold.")
    await run.state_cause("The model is outdated.")
    await run.state_fix("Retrain it.")
    assert level(run)[0] == 1


def test_right_cause_without_any_check_that_points_to_it_is_a_guess(tmp_path: Path) -> None:
    run = begin(tmp_path)
    say(run, "The cause is the parser that cuts line breaks of iOS 7.2.", "Fix the parser.")
    assert level(run)[0] == 1


def test_remedy_before_anything_points_to_the_cause_holds_at_two(tmp_path: Path) -> None:
    run = begin(tmp_path)
    say(run, "When did it begin?", "Retrain the model.", *STRONG[1:])
    found, lacking = level(run)
    assert found == 2
    assert "before anything pointed" in lacking[0]


@pytest.mark.parametrize(
    ("left_out", "complaint"),
    [(2, "nothing was done to limit it"), (3, "not confirmed before the fix")],
)
def test_what_is_left_out_keeps_a_strong_path_at_three(tmp_path: Path, left_out: int, complaint: str) -> None:
    run = begin(tmp_path)
    say(run, *(text for n, text in enumerate(STRONG) if n != left_out))
    found, lacking = level(run)
    assert found == 3
    assert any(complaint in text for text in lacking)


def test_fix_without_a_word_of_how_to_know_keeps_it_at_three(tmp_path: Path) -> None:
    run = begin(tmp_path)
    say(run, *STRONG[:-1], "Normalise line breaks before parsing.")
    found, lacking = level(run)
    assert found == 3
    assert "how you know that the fix worked" in lacking[-1]


def test_several_causes_at_once_are_no_diagnosis(tmp_path: Path) -> None:
    run = begin(tmp_path)
    say(
        run,
        *STRONG[:4],
        "The cause is the parser cutting line breaks, or the model has changed, or the fares are stale,"
        " or drift.",
        STRONG[5],
    )
    assert level(run)[0] == 2


def test_cause_turned_down_in_the_same_breath_is_not_named(tmp_path: Path) -> None:
    run = begin(tmp_path)
    say(run, *STRONG[:4], "The model is fine. The cause is the parser that cuts line breaks.", STRONG[5])
    assert path_of(run).named == ("parsing",)


def test_buying_hints_and_all_checks_costs_the_top_level(tmp_path: Path) -> None:
    run = begin(tmp_path)
    run.hint()
    run.hint()
    say(run, *STRONG)
    found, lacking = level(run)
    assert found == 3
    assert any("hint" in text for text in lacking)


def test_handing_the_search_over_is_held_against_it(tmp_path: Path) -> None:
    run = begin(tmp_path)
    say(run, "I would ask the engineer what is wrong.", *STRONG)
    assert level(run)[0] == 3
    assert "asks-and-waits" in {item.sign for item in read_path(path_of(run))}


def test_giving_up_is_at_most_two(tmp_path: Path) -> None:
    run = begin(tmp_path)
    say(run, *STRONG[:4])
    run.give_up()
    assert level(run)[0] == 2


def test_grade_quotes_moves_exactly_and_cites_passages(tmp_path: Path) -> None:
    corpus = load_corpus(corpus_dir())
    run = begin(tmp_path)
    say(run, *STRONG)
    grade = grade_path(path_of(run), corpus)
    verdict = grade.criteria[0]
    assert (verdict.id, verdict.score, grade.overall, grade.status) == (CRITERION, 4, 4, "graded")
    turns = {said.turn: said.text for said in run.said}
    assert len(verdict.evidence) >= 4
    for piece in verdict.evidence:
        assert piece.turn is not None and piece.found
        assert turns[piece.turn][piece.start : piece.end] == piece.quote
    assert all(item.passage in corpus.passages for item in verdict.citations)
    assert verdict.advice == ""


def test_signs_are_those_of_the_rubric(tmp_path: Path) -> None:
    signs = load_corpus(corpus_dir()).rubric.by_id()[CRITERION].signs
    known = {sign.id for sign in (*signs.good, *signs.bad)}
    for n, moves in enumerate((STRONG, GENERIC, GUESS)):
        folder = tmp_path / str(n)
        folder.mkdir()
        run = begin(folder)
        say(run, *moves)
        assert {item.sign for item in read_path(path_of(run)) if item.sign} <= known


def test_debrief_counts_minutes_and_harm(tmp_path: Path) -> None:
    run = begin(tmp_path)
    say(run, *STRONG)
    told = debrief(path_of(run))
    assert told.search_minutes == 10 + 20 + 35
    assert told.best_minutes == 65
    # 30 minutes and the 20 of the act at 46 an hour, then a tenth of it.
    rest = run.standing.minutes - 50
    assert told.harm == round(46 * 50 / 60 + 46 * rest / 60 * 0.1)
    assert told.harm_limited_first is not None and told.harm_limited_first < told.harm
    assert [step.total for step in told.steps] == sorted(step.total for step in told.steps)
    kept = as_data(path_of(run))
    assert kept["cause_right"] and kept["fix_right"] and not kept["gave_up"]
    assert kept["path"][0] == "by-the-hour"


def test_wrong_cause_is_told_what_speaks_against_it(tmp_path: Path) -> None:
    run = begin(tmp_path)
    say(run, *GENERIC)
    texts = {item.sign or "cause": item.text for item in read_path(path_of(run)) if not item.good}
    assert 'what you saw under "The model on its fixed test set" rules it out' in texts["cause"]
    assert "blames-model" in texts


def test_running_every_check_is_no_search(tmp_path: Path) -> None:
    chosen = incident()
    run = begin(tmp_path)
    say(run, *STRONG[:4])
    say(run, *(fact.title for fact in chosen.facts), *STRONG[4:])
    found, lacking = level(run)
    assert len(run.standing.facts) == len(chosen.facts)
    assert found == 3
    assert any("where 65 lead to the cause" in text for text in lacking)


def test_asking_who_is_hurt_is_not_held_against_the_search(tmp_path: Path) -> None:
    run = begin(tmp_path, "wrong-tariff")
    say(run, "When did it begin?", "What was released on Monday?", "How is the cache keyed?")
    assert run.standing.minutes == 45
    say(run, "Did anybody see personal data of others?")
    assert run.standing.facts[-1] == "privacy"
    assert not path_of(run).is_costly


@pytest.mark.parametrize(("fix", "blamed"), [("Retrain the model.", True), (RELABEL, False)])
def test_training_again_after_the_labels_are_mended_blames_no_model(
    tmp_path: Path, fix: str, blamed: bool
) -> None:
    run = begin(tmp_path, "appeals-rise")
    say(
        run,
        "Split the won appeals by category.",
        "Let reviewers judge 300 of the labelled listings again, blind.",
        "The cause is that the rules changed and the labels are from before.",
        fix,
    )
    assert ("The model was taken to be at fault." in [one.text for one in read_path(path_of(run))]) is blamed
