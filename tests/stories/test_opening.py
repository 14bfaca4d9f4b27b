"""Openings made offline hold the story's own sentences and nothing else, whatever is asked."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
import yaml

from coach.guides.corpus import Corpus
from coach.schema.story import STORY_PARTS, Story
from coach.stories.files import read_stories
from coach.stories.opening import MOST_WORDS, open_story
from coach.text.facts import invented, numbers
from coach.text.phrases import sentences
from tests.stories.conftest import VAGUE

HERE = Path(__file__).parent
ASKED = yaml.safe_load((HERE / "asked_two.yaml").read_text(encoding="utf-8"))
WILD = "£3.5m – “five” 7–9, naïve; Ünal's p99=120ms (Q3) → 12 % of 1,000 A/B. e.g. Dr. No? Ja! - x".split()


@pytest.fixture(scope="module")
def stories(corpus: Corpus) -> list[Story]:
    known = [item.id for item in corpus.rubric.criteria]
    texts = [
        (HERE / name).read_text(encoding="utf-8") for name in ("bank.md", "bank_two.md", "bank_three.md")
    ]
    return [story for text in texts for story in read_stories(text, "bank", known)]


def own(story: Story) -> set[str]:
    parts = [story.part(name) for name in STORY_PARTS]
    return {" ".join(part[start:end].split()) for part in parts for start, end in sentences(part)}


def check(story: Story, question: str) -> None:
    text = open_story(story, question).text
    held = [one for one in own(story) if one in text]
    assert len(" ".join(held).split()) >= len(text.split()), (text, held)
    assert invented(text, story.whole(), strict=True) == []
    assert set(numbers(text)) <= set(numbers(" ".join(story.whole().split())))


def test_an_opening_states_only_what_the_story_states(stories: list[Story]) -> None:
    for row in [*ASKED["dev"], *ASKED["held_out"]]:
        for story in (*stories, VAGUE):
            check(story, row["asked"])
            assert 0 < len(open_story(story, row["asked"]).text.split()) <= MOST_WORDS


def test_whatever_a_story_holds_nothing_is_added() -> None:
    rng = random.Random(7)
    words = [*WILD, *"I cut the answer time at Parcelo in Kraków from 22 to 9 minutes".split()]
    for _ in range(300):
        parts = {name: " ".join(rng.choices(words, k=rng.randrange(0, 25))) for name in STORY_PARTS}
        check(Story(id=1, title="Wild", **parts), rng.choice(ASKED["dev"])["asked"])
