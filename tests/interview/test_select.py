"""The question asked is the one named, the best match, or the one that needs practice most."""

from __future__ import annotations

from datetime import date

import pytest

from coach.errors import UsageError
from coach.interview.select import by_id, by_need, by_text, in_round
from coach.schema.question import Question
from coach.store.profile import Profile
from coach.store.records import Practised

TODAY = date(2026, 11, 21)
QUESTIONS = {
    question.id: question
    for question in (
        Question(id="fraud-cards", text="Design a fraud model for card payments.", round="ml_system_design"),
        Question(id="cold-start", text="Recommend to people without history.", round="technical_deep_dive"),
        Question(id="face-access", text="Should we unlock doors by face?", round="responsible_ai"),
        Question(id="hiring-tool", text="Should a model reject applicants?", round="responsible_ai"),
    )
}
ALL = list(QUESTIONS.values())
GROUNDS = {"face-access": ("ethics#faces",), "hiring-tool": ("ethics#hiring",)}


def done(question: str, times: int, mark: int | None) -> Practised:
    return Practised(
        question_id=question,
        round=QUESTIONS[question].round,
        times=times,
        last_overall=mark,
        last_at="2026-11-01",
    )


def need(*practised: Practised, profile: Profile | None = None, asked: tuple[str, ...] = ()) -> str:
    return by_need(
        ALL,
        practised={item.question_id: item for item in practised},
        profile=profile or Profile(),
        today=TODAY,
        asked=asked,
    ).id


def test_by_id_finds_or_says_what_is_near() -> None:
    assert by_id(QUESTIONS, "cold-start").id == "cold-start"
    with pytest.raises(UsageError, match="Did you mean fraud-cards"):
        by_id(QUESTIONS, "fraud")


def test_in_round_narrows_or_names_the_rounds() -> None:
    assert list(in_round(QUESTIONS, "responsible_ai")) == ["face-access", "hiring-tool"]
    with pytest.raises(UsageError, match="Rounds: recruiter_screen"):
        in_round(QUESTIONS, "chess")
    with pytest.raises(UsageError, match="no question for the round strategy"):
        in_round(QUESTIONS, "strategy")


def test_by_text_fuses_passages_found_and_words_shared() -> None:
    def ranked(text: str, *passages: str) -> list[str]:
        found = by_text(QUESTIONS, text, search=lambda _: passages, grounds=lambda q: GROUNDS.get(q.id, ()))
        return [question.id for question in found]

    assert ranked("payments and cards")[0] == "fraud-cards"
    assert ranked("screening of candidates", "ethics#hiring", "ethics#faces") == [
        "hiring-tool",
        "face-access",
    ]
    assert ranked("zebra") == []


def test_the_id_names_the_case_and_the_nearest_passage_counts_most() -> None:
    asked = [
        Question(id="rec-cold-start", text="What do you show to people without a history?"),
        Question(id="shop-window", text="What do you show on the first page of a shop?"),
    ]
    named = {question.id: question for question in asked}

    def ranked(text: str, grounds: dict[str, tuple[str, ...]], *passages: str) -> list[str]:
        found = by_text(named, text, search=lambda _: passages, grounds=lambda q: grounds.get(q.id, ()))
        return [question.id for question in found]

    assert ranked("cold start", {}) == ["rec-cold-start"]
    grounds = {"rec-cold-start": ("data#history", "data#shops"), "shop-window": ("data#shops",)}
    assert ranked("retail", grounds, "data#shops") == ["shop-window", "rec-cold-start"]


def test_a_long_text_is_searched_in_pieces() -> None:
    sent: list[str] = []

    def search(text: str) -> list[str]:
        sent.append(text)
        return []

    by_text(QUESTIONS, "x" * 1_000_000, search=search, grounds=lambda q: ())
    assert len(sent) == 20
    assert max(map(len, sent)) <= 1200


def test_what_was_never_practised_comes_first_then_what_went_worst() -> None:
    assert need() == "fraud-cards"
    assert need(done("fraud-cards", 1, 4)) == "cold-start"
    everything = [done("fraud-cards", 1, 3), done("cold-start", 1, 1), done("face-access", 2, 1)]
    assert need(*everything, done("hiring-tool", 1, 2)) == "cold-start"


def test_ties_go_to_the_round_practised_least() -> None:
    assert (
        need(done("fraud-cards", 2, 3), done("cold-start", 2, 3), done("face-access", 3, 3)) == "hiring-tool"
    )
    assert need(done("face-access", 1, 3), asked=("fraud-cards",)) == "cold-start"


def test_near_the_interview_the_worst_comes_first() -> None:
    soon = Profile(interview_date=date(2026, 11, 25))
    later = Profile(interview_date=date(2027, 2, 1))
    practised = (done("cold-start", 5, 1), done("face-access", 1, 3))
    assert need(*practised, profile=soon) == "cold-start"
    assert need(*practised, profile=later) == "fraud-cards"


def test_the_profile_breaks_ties() -> None:
    assert need(profile=Profile(experience="six years of access control, doors and locks")) == "face-access"


def test_a_question_already_asked_comes_back_only_when_no_other_is_left() -> None:
    assert need(asked=("fraud-cards", "cold-start", "face-access")) == "hiring-tool"
    assert need(asked=tuple(QUESTIONS)) == "fraud-cards"
    with pytest.raises(UsageError):
        by_need([], practised={}, profile=Profile(), today=TODAY)
