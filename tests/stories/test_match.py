"""Which story answers which question: by theme, by telling words, by criteria, or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from coach.errors import DatasetError
from coach.guides.corpus import Corpus
from coach.guides.entries import corpus_entries
from coach.guides.lsa import open_lsa
from coach.guides.stories import StoryGuide, load_story_guide
from coach.resources import corpus_dir
from coach.schema.story import Story
from coach.stories.files import read_stories
from coach.stories.match import Match, Matcher, asks_for_story
from tests.stories.conftest import FEED, ROUTING, VAGUE

REPLIES = Story(
    id=4,
    title="Privacy review of smart replies",
    situation="Our mail app had smart replies planned for 2 million users.",
    task="Legal was about to block the launch and I had to find a way.",
    action="I proposed that replies are generated on the device. I rejected a server model.",
    result="Acceptance of replies was 11% against 14% in the server prototype.",
    lesson="I now bring legal in at the sketch.",
    tags=("cross-functional", "privacy"),
    criteria=("responsible_ai",),
)
PRICES = Story(
    id=5,
    title="Stopped a pricing model",
    situation="A travel site wanted dynamic prices per visitor.",
    task="I had to decide whether it ships.",
    action="I ran a backtest and saw that visitors with old phones paid more. I stopped it.",
    result="We gave up an expected 2% of margin.",
    lesson="Every pricing test now has a fairness slice.",
    tags=("stopped",),
    criteria=("responsible_ai", "ownership"),
)
BANK = (ROUTING, FEED, VAGUE, REPLIES, PRICES)


@pytest.fixture(scope="module")
def matcher(corpus: Corpus, story_guide: StoryGuide) -> Matcher:
    return Matcher(corpus, story_guide)


def fitting(found: list[Match]) -> list[int]:
    return [match.story.id for match in found if match.fit == "fits"]


@pytest.mark.parametrize(
    ("question", "story"),
    [
        ("failed-launch", FEED),
        ("pushed-back", FEED),
        ("bh-stopped-project", PRICES),
        ("bh-review-made-better", REPLIES),
        ("bh-three-teams", ROUTING),
        ("bh-blank-page", ROUTING),
        ("bh-model-incident", FEED),
        ("db-music-engagement", FEED),
        ("td-router-latency", ROUTING),
    ],
)
def test_a_question_of_the_corpus_finds_its_story(
    question: str, story: Story, matcher: Matcher, corpus: Corpus
) -> None:
    asked = corpus.questions[question]
    assert fitting(matcher.match(asked.text, BANK, asked.criteria))[0] == story.id


@pytest.mark.parametrize(
    ("text", "story"),
    [
        ("Tell me about a mistake you made.", FEED),
        ("When did you disagree with an engineer?", FEED),
        ("Describe a project you killed or a launch where you said no.", PRICES),
        ("How have you worked with legal and compliance?", REPLIES),
        ("What are you proudest of?", ROUTING),
        ("Be fair: avoid unfair bias.", PRICES),
        ("Customer obsession: start with the customer.", ROUTING),
    ],
)
def test_a_question_in_ones_own_words_finds_its_story(text: str, story: Story, matcher: Matcher) -> None:
    assert story.id in fitting(matcher.match(text, BANK))[:2]


@pytest.mark.parametrize(
    "text",
    [
        "What is your favourite colour?",
        "Tell me about penguins on the ice.",
        "Hire and develop the best.",
        "Design camera-based defect detection for a bottling line.",
        "Which salary do you expect?",
        "",
    ],
)
def test_no_story_is_named_where_none_fits(text: str, matcher: Matcher) -> None:
    assert fitting(matcher.match(text, BANK)) == []


def test_a_failure_is_not_answered_by_a_success_on_the_subject(matcher: Matcher) -> None:
    asked = "Tell me about a failure with ticket routing at the support desk."
    assert ROUTING.id not in fitting(matcher.match(asked, [ROUTING], ROUTING.criteria))


def test_criteria_alone_make_a_story_possible_and_no_more(matcher: Matcher, corpus: Corpus) -> None:
    asked = corpus.questions["fraud-realtime"]
    (match,) = matcher.match(asked.text, [ROUTING], asked.criteria)
    assert match.fit == "possible"
    assert {reason.kind for reason in match.reasons} == {"criterion"}


def test_reasons_quote_the_question_and_the_story(matcher: Matcher, corpus: Corpus) -> None:
    asked = corpus.questions["pushed-back"]
    best = matcher.match(asked.text, BANK, asked.criteria)[0]
    theme = next(reason for reason in best.reasons if reason.kind == "theme")
    assert theme.asked in asked.text
    assert theme.quote in FEED.whole()
    quotes = [reason.quote for reason in best.reasons if reason.quote]
    assert len(quotes) == len(set(quotes))


def test_criteria_are_proposed_for_a_story_that_shows_some(matcher: Matcher) -> None:
    assert "responsible_ai" in matcher.criteria_for(PRICES)
    assert "model_lifecycle" in matcher.criteria_for(FEED)
    assert matcher.criteria_for(VAGUE) == []


def test_kinds_go_by_tags_and_else_by_words(matcher: Matcher) -> None:
    assert [kind.id for kind in matcher.kinds_of(FEED)] == ["failure"]
    untagged = FEED.model_copy(update={"tags": ()})
    assert "conflict" in [kind.id for kind in matcher.kinds_of(untagged)]


HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def told(corpus: Corpus) -> list[Story]:
    """The ten stories of bank.md, numbered from 1."""
    return read_bank("bank.md", corpus)


def read_bank(name: str, corpus: Corpus) -> list[Story]:
    known = [item.id for item in corpus.rubric.criteria]
    stories = read_stories((HERE / name).read_text(encoding="utf-8"), name, known)
    return [story.model_copy(update={"id": number}) for number, story in enumerate(stories, start=1)]


def read_asked(file: str, name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = yaml.safe_load((HERE / file).read_text(encoding="utf-8"))[name]
    return rows


def hits(rows: list[dict[str, Any]], stories: list[Story], matcher: Matcher) -> tuple[float, float, float]:
    """Shares: a right story first, a right one among three, none named where there is none."""
    found = [(set(row["stories"]), matcher.match(row["asked"], stories)) for row in rows]
    some = [(right, matches) for right, matches in found if right]
    first = sum(bool(fitting(m)) and fitting(m)[0] in right for right, m in some)
    shown = sum(bool(right & {one.story.id for one in m[:3]}) for right, m in some)
    honest = [not fitting(matches) for right, matches in found if not right]
    return first / len(some), shown / len(some), sum(honest) / len(honest)


@pytest.mark.parametrize(
    ("name", "first", "shown", "honest"),
    [
        ("first", 0.8, 0.9, 1.0),
        ("second", 0.6, 0.8, 0.8),
        ("third", 0.7, 0.85, 0.8),
        ("held_out", 0.35, 0.6, 1.0),
    ],
)
def test_questions_in_peoples_words_find_their_stories(
    name: str, first: float, shown: float, honest: float, told: list[Story], matcher: Matcher
) -> None:
    """How many name a right story first, have one among the three shown, name none where there is none."""
    reached = hits(read_asked("asked.yaml", name), told, matcher)
    assert all(a >= b for a, b in zip(reached, (first, shown, honest), strict=True)), reached


@pytest.fixture(scope="module")
def near(corpus: Corpus, story_guide: StoryGuide, tmp_path_factory: pytest.TempPathFactory) -> Matcher:
    """A matcher as the commands make it."""
    texts = [entry.text for entry in corpus_entries(corpus)]
    return Matcher(corpus, story_guide, open_lsa(texts, tmp_path_factory.mktemp("lsa"), corpus.synonyms))


@pytest.mark.parametrize(
    ("name", "bank", "first", "shown", "honest"),
    [("dev", "bank_two.md", 0.9, 0.95, 1.0), ("held_out", "bank_three.md", 0.5, 0.7, 0.8)],
)
def test_oblique_questions_find_their_stories(
    name: str, bank: str, first: float, shown: float, honest: float, near: Matcher, corpus: Corpus
) -> None:
    reached = hits(read_asked("asked_two.yaml", name), read_bank(bank, corpus), near)
    assert all(a >= b for a, b in zip(reached, (first, shown, honest), strict=True)), reached


def test_every_reason_is_true(near: Matcher, corpus: Corpus) -> None:
    """What was asked stands in the question, and what is quoted in the part that is named."""
    stories = read_bank("bank_two.md", corpus)
    for row in read_asked("asked_two.yaml", "dev"):
        for match in near.match(row["asked"], stories):
            parts = {"title": match.story.title, "": match.story.whole()}
            for reason in match.reasons:
                held = parts.get(reason.part) or match.story.model_dump()[reason.part]
                assert reason.quote.removesuffix(" ...") in " ".join(held.split())
                assert reason.asked.removesuffix(" ...") in row["asked"]


def test_one_cue_makes_a_story_possible_and_two_make_it_fit(matcher: Matcher) -> None:
    question = "Tell me about a time you had to learn something new quickly."
    one = Story(id=1, title="Search", action="I took a course on ranking.")
    two = one.model_copy(update={"id": 2, "situation": "I did not know what an index was."})
    assert [(m.story.id, m.fit) for m in matcher.match(question, [one, two])] == [
        (2, "fits"),
        (1, "possible"),
    ]


def test_the_same_figure_is_no_reason(matcher: Matcher) -> None:
    story = Story(id=1, title="Ten million rows", action="I cut ten million rows to five thousand.")
    assert fitting(matcher.match("Tell me how you spent ten million in five weeks.", [story])) == []


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("Tell me about a failure.", True),
        ("How do you develop people?", True),
        ("Disagree and commit", True),
        ("Design a real-time fraud model for card payments. Where would you start?", False),
        ("You join a parcel carrier whose founders want AI in every product by May. What do you do?", False),
    ],
)
def test_a_case_is_told_from_a_question_about_ones_own_doing(text: str, own: bool) -> None:
    assert asks_for_story(text) is own


def test_the_candidates_own_tags_find_a_story(matcher: Matcher) -> None:
    tagged = VAGUE.model_copy(update={"tags": ("hackathon",)})
    (match,) = matcher.match("Tell me about a hackathon.", [tagged])
    assert (match.fit, match.reasons[0].asked) == ("fits", "hackathon")


def test_an_intent_of_an_unknown_kind_is_told(corpus: Corpus, tmp_path: Path) -> None:
    for name in ("stories.yaml", "principles.yaml", "intents.yaml"):
        (tmp_path / name).write_bytes((corpus_dir() / name).read_bytes())
    file = tmp_path / "intents.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("kinds: [conflict]", "kinds: [quarrel]", 1))
    with pytest.raises(DatasetError, match="kind quarrel does not exist"):
        load_story_guide(tmp_path, corpus)
