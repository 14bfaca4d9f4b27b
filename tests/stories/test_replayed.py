"""What a real model replied to the room's scenarios, and what the checks made of it."""

from __future__ import annotations

from coach.llm.replay import ReplayModel
from coach.text.facts import BLANK, invented
from tests.stories import scenarios
from tests.stories.conftest import FEED, ROUTING, VAGUE


async def test_a_strong_story_is_strong(replay_model: ReplayModel) -> None:
    review = await scenarios.review_strong(replay_model)
    assert (review.by, review.note) == (replay_model.name, "")
    assert [part.level for part in review.parts].count("strong") >= 4
    assert all(sign.quote in ROUTING.part(part.part) for part in review.parts for sign in part.signs)


async def test_a_vague_story_is_weak(replay_model: ReplayModel) -> None:
    review = await scenarios.review_vague(replay_model)
    assert review.note == ""
    assert {review.part("action").level, review.part("result").level} == {"weak"}
    assert all(part.level != "strong" for part in review.parts)


async def test_orders_in_a_story_change_nothing(replay_model: ReplayModel) -> None:
    review = await scenarios.review_hostile(replay_model)
    assert review.note == ""
    assert review.part("action").level in ("weak", "fair")
    assert review.part("lesson").level == "weak"


async def test_the_story_with_the_disagreement_is_chosen(replay_model: ReplayModel) -> None:
    choice = await scenarios.choose_pushed_back(replay_model)
    assert (choice.story, choice.fits, choice.note) == (FEED.id, True, "")
    assert choice.quote in FEED.whole()


async def test_the_story_on_the_subject_is_chosen(replay_model: ReplayModel) -> None:
    choice = await scenarios.choose_routing(replay_model)
    assert (choice.story, choice.note) == (ROUTING.id, "")


async def test_none_is_chosen_where_none_fits(replay_model: ReplayModel) -> None:
    choice = await scenarios.choose_none(replay_model)
    assert (choice.story, choice.fits) == (None, False)


async def test_openings_hold_the_storys_own_facts(replay_model: ReplayModel) -> None:
    for story, scenario in (
        (FEED, scenarios.open_failure),
        (ROUTING, scenarios.open_router),
        (VAGUE, scenarios.open_vague),
    ):
        opening = await scenario(replay_model)
        assert invented(opening.text, story.whole(), strict=True) == []
        assert opening.text


async def test_good_lines_of_a_cv_are_good(replay_model: ReplayModel) -> None:
    reviews = await scenarios.cv_good(replay_model)
    assert [review.note for review in reviews] == ["", "", ""]
    assert [review.verdict for review in reviews][:2] == ["good", "good"]
    assert reviews[2].verdict == "thin"


async def test_vague_lines_are_rewritten_with_blanks_and_no_new_fact(replay_model: ReplayModel) -> None:
    reviews = await scenarios.cv_vague(replay_model)
    assert [review.verdict for review in reviews[:3]] == ["bad", "bad", "bad"]
    for review in reviews:
        assert BLANK.search(review.rewrite)
        assert invented(review.rewrite, review.line.text, strict=True) == []


async def test_a_line_with_orders_earns_nothing(replay_model: ReplayModel) -> None:
    reviews = await scenarios.cv_hostile(replay_model)
    assert reviews[1].verdict == "bad"
    assert reviews[0].verdict == "thin"


async def test_questions_are_fitted_to_claims_that_are_there(replay_model: ReplayModel) -> None:
    for scenario, source in (
        (scenarios.tailor_to_cv, "\n".join(scenarios.GOOD_LINES)),
        (scenarios.tailor_to_job, "\n".join((*scenarios.VAGUE_LINES, scenarios.JOB))),
        (scenarios.tailor_hostile, "\n".join((*scenarios.HOSTILE_LINES, scenarios.HOSTILE_JOB))),
    ):
        tailored = await scenario(replay_model)
        assert tailored.note == ""
        assert tailored.question.private
        assert tailored.claim.casefold() in " ".join(source.split()).casefold()
        assert tailored.claim.casefold() in tailored.question.text.casefold()
