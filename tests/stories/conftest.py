"""The corpus's story guide, and a small bank of stories as a candidate might write them."""

from __future__ import annotations

import pytest

from coach.guides.corpus import Corpus, load_corpus
from coach.guides.stories import StoryGuide, load_story_guide
from coach.resources import corpus_dir
from coach.schema.story import Story

ROUTING = Story(
    id=1,
    title="Ticket routing at a parcel carrier",
    situation="Last spring our support desk took 9,000 tickets a week, and agents sorted them by hand.",
    task="I had to halve the time to first answer by June, without labels that anybody trusted.",
    action=(
        "I interviewed six agents and cut forty labels to ten. I asked the ML lead for gradient boosted trees"
        " instead of a language model, because the desk's limit was 200 ms. Legal wanted names stripped, so"
        " I moved the launch by a week."
    ),
    result=(
        "Time to first answer fell from 22 to 9 minutes against a control desk over six weeks. Spanish"
        " tickets got slower, by about a minute."
    ),
    lesson="I had underrated Spanish. Since then I test per language before every release.",
    tags=("win", "cross-functional"),
    criteria=("tradeoff_articulation", "system_constraints", "star_evidence"),
)
FEED = Story(
    id=2,
    title="A home feed that went stale",
    situation="I ran recommendations for a recipe app with 400,000 weekly users.",
    task="Engagement was sliding and nobody could say why; finding the cause was mine.",
    action=(
        "I sliced the clicks by the age of the recipe and saw that the training set ended before the summer."
        " I pushed back on a bigger model and asked for weekly retraining instead. I switched the old feed"
        " back on for ten days while we did it."
    ),
    result="Clicks per session rose from 2.1 to 2.6 compared with the holdout. Training cost doubled.",
    lesson="I missed it for five weeks. An alarm now fires when the newest row is older than 14 days.",
    tags=("failure",),
    criteria=("model_lifecycle", "problem_decomposition"),
)
VAGUE = Story(
    id=3,
    title="Chatbot success",
    situation="We had a chatbot project.",
    task="Make it better.",
    action="We worked closely together. We aligned with stakeholders and the team decided to use AI.",
    result="It was a huge success and everybody loved it.",
    lesson="Communication is key.",
)


@pytest.fixture(scope="session")
def corpus() -> Corpus:
    return load_corpus(corpus_dir())


@pytest.fixture(scope="session")
def story_guide(corpus: Corpus) -> StoryGuide:
    return load_story_guide(corpus_dir(), corpus)
