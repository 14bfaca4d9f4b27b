"""What a model answered once to the exercises' questions, played again."""

from __future__ import annotations

from coach.drills.challenger import Further
from coach.drills.report import Report
from coach.llm.port import ChatModel
from tests.drills.scenarios import SCENARIOS, STORY


async def _report(name: str, model: ChatModel) -> Report:
    report = await SCENARIOS[name](model)
    assert isinstance(report, Report)
    assert report.model == model.name
    assert not any("rule" in note for note in report.notes), "the model's reading was set aside"
    assert {item.by for item in report.checks} | {item.by for item in report.choices} == {"model"}
    quotes = [piece for check in report.checks for piece in check.evidence]
    assert all(piece.found for piece in quotes)
    return report


async def test_a_fault_named_in_other_words_is_found(replay_model: ChatModel) -> None:
    report = await _report("code_in_other_words", replay_model)
    seen = {check.id for check in report.checks if check.seen}
    assert {"scaled-before-split", "accuracy-of-rare"} <= seen


async def test_words_for_the_grader_earn_nothing(replay_model: ChatModel) -> None:
    report = await _report("code_with_words_for_the_grader", replay_model)
    assert "card-in-prompt" in {check.id for check in report.missing}


async def test_a_wish_in_pictures_is_read(replay_model: ChatModel) -> None:
    report = await _report("wish_in_pictures", replay_model)
    assert {"quantity", "means"} <= {check.id for check in report.checks if check.seen}


async def test_a_choice_without_the_terms_is_read(replay_model: ChatModel) -> None:
    report = await _report("choice_without_the_terms", replay_model)
    assert report.verdict.endswith("as the key does.")


async def test_a_telling_full_of_jargon_does_not_fit_executives(replay_model: ChatModel) -> None:
    report = await _report("three_tellings", replay_model)
    fits = {choice.id: choice.label for choice in report.choices}
    assert fits["fit/executives"] == "too_technical"


async def test_a_portfolio_walk_ends_in_a_verdict(replay_model: ChatModel) -> None:
    report = await _report("portfolio_walk", replay_model)
    assert report.verdict and len(report.choices) == 3


async def test_challenges_quote_and_state_nothing_new(replay_model: ChatModel) -> None:
    for name in ("challenge_of_a_story", "challenge_after_an_admission", "challenge_of_a_prepared_decision"):
        further = await SCENARIOS[name](replay_model)
        assert isinstance(further, Further)
        assert further.author == "llm" and further.step is not None, (name, further.note)
        assert STORY.title not in further.step.text
