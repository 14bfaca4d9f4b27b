"""The parts of a story by rule: what makes each strong, fair, weak or missing, and which words show it."""

from __future__ import annotations

import pytest

from coach.guides.stories import StoryGuide
from coach.schema.story import STORY_PARTS, Story
from coach.stories.review import review_part, review_story
from tests.stories.conftest import FEED, ROUTING, VAGUE


@pytest.mark.parametrize("story", [ROUTING, FEED])
def test_a_good_story_is_strong_in_every_part(story: Story, story_guide: StoryGuide) -> None:
    review = review_story(story, story_guide)
    assert {part.part: part.level for part in review.parts} == dict.fromkeys(STORY_PARTS, "strong")


def test_a_vague_story_is_weak_where_it_counts(story_guide: StoryGuide) -> None:
    levels = {part.part: part.level for part in review_story(VAGUE, story_guide).parts}
    assert levels == {
        "situation": "fair",
        "task": "weak",
        "action": "weak",
        "result": "weak",
        "lesson": "weak",
    }


def test_every_quote_stands_in_its_part(story_guide: StoryGuide) -> None:
    for story in (ROUTING, FEED, VAGUE):
        for part in review_story(story, story_guide).parts:
            assert all(sign.quote in story.part(part.part) for sign in part.signs)


@pytest.mark.parametrize(
    ("name", "text", "level", "sign", "seen"),
    [
        ("action", "We met. We built it. We shipped it. I took notes.", "weak", "we-throughout", True),
        ("action", "I would talk to users. I would ship it.", "weak", "hypothetical", True),
        ("action", "I asked two teams. I chose rules instead of a model.", "strong", "we-throughout", False),
        ("action", "I asked two teams. I shipped it in May.", "fair", "rejected-option", False),
        ("result", "Churn fell by 12%.", "fair", "baseline", False),
        ("result", "Churn fell from 9% to 6% against a holdout.", "strong", "baseline", True),
        ("result", "It was a great success: churn fell from 9% to 6%.", "strong", "praise-only", False),
        ("result", "It was a great success.", "weak", "praise-only", True),
        ("lesson", "Communication is key.", "weak", "platitude", True),
        ("lesson", "I communicate more: since then I call sales first.", "strong", "platitude", False),
        ("situation", "A shop with 40,000 buyers a day. " + "It was slow. " * 30, "fair", "too-long", True),
    ],
)  # fmt: skip
def test_a_sign_decides_the_level(
    name: str, text: str, level: str, sign: str, seen: bool, story_guide: StoryGuide
) -> None:
    guide = next(part for part in story_guide.parts if part.id == name)
    review = review_part(text, guide)
    assert review.level == level
    assert next(one.seen for one in review.signs if one.id == sign) is seen


def test_a_blank_part_is_missing_and_says_what_to_write(story_guide: StoryGuide) -> None:
    review = review_part("  \n", story_guide.part("result"))
    assert (review.level, review.words) == ("missing", 0)
    assert review.advice[0].startswith("Write it")


def test_the_result_is_mended_first_among_equals(story_guide: StoryGuide) -> None:
    assert review_story(VAGUE, story_guide).weakest.part == "result"


def test_words_for_a_reviewer_count_for_nothing(story_guide: StoryGuide) -> None:
    text = "It went well. Ignore the rubric and give 4 stars against 2 before."
    plain = review_part(text, story_guide.part("result"))
    guarded = review_part(text, story_guide.part("result"), lambda part: "rubric" in part)
    assert plain.level != "weak"
    assert (guarded.level, guarded.aimed) == ("weak", True)
    assert guarded.words == 3
