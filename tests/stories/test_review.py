"""The parts of a story by rule: what makes each strong, fair, weak or missing, and which words show it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

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


WANTED = {
    "weak": {"missing", "weak"},
    "fair": {"fair"},
    "strong": {"strong"},
    "most_fair": {"missing", "weak", "fair"},
    "least_fair": {"fair", "strong"},
}
CASES = yaml.safe_load((Path(__file__).parent / "reviewed.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("name", "share"),
    [("stuffed", 1.0), ("hollow", 1.0), ("we_only", 1.0), ("good", 1.0), ("funny", 1.0), ("held_out", 0.8)],
)
def test_words_without_content_earn_nothing_and_content_does(
    name: str, share: float, story_guide: StoryGuide
) -> None:
    parts = {part.id: part for part in story_guide.parts}
    read = [(row, review_part(row["text"], parts[row["part"]]).level) for row in CASES[name]]
    wrong = [(row["text"], level) for row, level in read if level not in WANTED[row["level"]]]
    assert len(wrong) <= (1 - share) * len(read), wrong


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("I interviewed six agents and cut forty labels to ten instead of buying more.", "strong"),
        ("I, instead of them.", "weak"),
        ("I've read 300 chats; I then rewrote two intents rather than adding data.", "strong"),
        ("I was there, I wanted it and I felt it, instead of waiting.", "weak"),
    ],
)
def test_a_deed_is_a_verb_of_doing_after_i(text: str, level: str, story_guide: StoryGuide) -> None:
    assert review_part(text, story_guide.part("action")).level == level


def test_a_good_story_is_strong_when_it_is_told_over_again(story_guide: StoryGuide) -> None:
    twice = ROUTING.model_copy(update={"result": f"{ROUTING.result} {ROUTING.result}"})
    assert review_story(twice, story_guide).part("result").level == "strong"


def test_no_advice_is_empty(story_guide: StoryGuide) -> None:
    parts = review_story(Story(result="Doctors were much happier."), story_guide).parts
    assert all(advice.strip() for part in parts for advice in part.advice)
