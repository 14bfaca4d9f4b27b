"""Interviewers speak each in their own way: no praise, no mark, no sentence twice in one loop."""

from __future__ import annotations

import re
from io import StringIO

from rich.console import Console, RenderableType

from coach.evals.interviewer_checks import _VERDICTS
from coach.loops.markdown import write_markdown
from coach.loops.show import render_closing, render_opening
from coach.loops.show_debrief import Key, render_debrief
from coach.schema.loop import LoopBook, RoundPlan, Style
from tests.loops.conftest import Table

_PRAISE = re.compile(
    r"\b(?:great|excellent|perfect|impress\w*|enjoyed|loved|well done|good)\b", re.IGNORECASE
)


def text_of(part: RenderableType) -> str:
    console = Console(width=200, file=StringIO(), record=True)
    console.print(part)
    return console.export_text()


def test_nothing_is_said_twice_in_a_loop(book: LoopBook) -> None:
    for preset in book.presets.values():
        said = [
            text
            for plan in preset.rounds
            for text in (
                plan.opening(),
                plan.closing(answered=True),
                plan.closing(answered=False),
                *(plan.vote(mark) for mark in (1, 2, 3, 4)),
            )
        ]
        assert all(said)
        assert len(set(said)) == len(said), preset.id


def test_what_ends_a_round_praises_nothing_and_gives_no_mark_away(book: LoopBook) -> None:
    for preset in book.presets.values():
        for plan in preset.rounds:
            for answered in (True, False):
                text = plan.closing(answered=answered)
                assert not _PRAISE.search(text), text
                assert not any(pattern.search(text) for pattern in _VERDICTS), text


def test_a_round_without_an_answer_has_its_own_end(book: LoopBook) -> None:
    plan = book.presets["start-up"].rounds[0]
    answered, silent = (
        text_of(render_closing(plan, 0, timed_out=False, answered=said)) for said in (True, False)
    )
    assert plan.style.closes in answered and plan.style.nothing in silent
    assert plan.style.closes not in silent


def test_a_founder_who_sits_twice_opens_in_two_ways(book: LoopBook) -> None:
    rounds = [plan for plan in book.presets["start-up"].rounds if plan.style.id == "founder"]
    cards = [text_of(render_opening(plan, 1, 4)) for plan in rounds]
    assert len(rounds) == 2 and "There is the whiteboard" in cards[1] and "whiteboard" not in cards[0]


def test_a_loop_of_an_earlier_version_still_speaks(book: LoopBook) -> None:
    known = book.presets["general"].rounds[0]
    bare = Style(**{**known.style.model_dump(), "nothing": "", "leads": (), "says": {}})
    plan = RoundPlan(**{**dict(known), "style": bare})
    assert plan.closing(answered=False) == bare.closes
    assert plan.vote(2) == ""


def test_each_interviewer_votes_in_words_of_its_own(table: Table) -> None:
    table.hold("recruiter", 1)
    table.hold("technical", 1)
    cases = [item.case for item in table.debrief().rounds if item.case]
    assert [case.text for case in cases] == [
        "I have nothing that I could pass on.",
        "My engineers would stop listening.",
    ]
    assert {case.stance for case in cases} == {"I would not go further."}


def test_credit_is_only_for_what_was_carried_to_a_yes(table: Table) -> None:
    table.hold("technical", 2)
    key = Key(table.ground.criteria, table.ground.book.words.outcome)
    assert "nprompted:" not in text_of(render_debrief(table.debrief(), key))
    table.hold("product", 3)
    assert "nprompted:" in text_of(render_debrief(table.debrief(), key))


def test_the_weak_point_shows_what_was_heard_and_what_was_missing(table: Table) -> None:
    table.hold("technical", 2)
    text = text_of(
        render_debrief(table.debrief(), Key(table.ground.criteria, table.ground.book.words.outcome))
    )
    against = " ".join(text.partition("Against: ")[2].split())[:300]
    assert '"I would cut the threshold to 30%' in against or "If the precision fell" in against
    assert "Name the price and who pays it." in against


def test_a_challenge_is_not_answered_by_words_that_have_nothing_to_do_with_it(table: Table) -> None:
    table.hold("technical", 3, answer="Blue curtains, mostly. More.", reply="Green ones.")
    challenges = table.debrief().advocate
    assert challenges and all(item.answer is None for item in challenges)


def test_words_that_say_little_speak_for_nobody(table: Table) -> None:
    table.hold("technical", 3, answer="It depends on the situation. More.", reply=None)
    debrief = table.debrief()
    key = Key(table.ground.criteria, table.ground.book.words.outcome)
    assert "For: " not in text_of(render_debrief(debrief, key))
    assert "For: " not in write_markdown(debrief, key)


def test_what_was_left_open_is_told_whatever_the_mark(table: Table) -> None:
    table.hold("technical", 4, reply="I do not know.")
    debrief, key = table.debrief(), Key(table.ground.criteria, table.ground.book.words.outcome)
    assert "Left open: And if not? No answer." in text_of(render_debrief(debrief, key))
    assert "Left open: And if not?" in write_markdown(debrief, key)
    table.hold("product", 4)
    assert [item.id for item in table.debrief().rounds if item.left_open] == ["technical"]


def test_words_that_stand_for_the_candidate_are_not_held_against_them(table: Table) -> None:
    asked = table.corpus.questions[table._question("technical")].criteria
    table.hold("technical", 2, {asked[0]: 4, **dict.fromkeys(asked[1:], 1)})
    case = next(item.case for item in table.debrief().rounds if item.id == "technical")
    assert case is not None
    shared = {item.quotes[0] for item in case.speaks_for} & {item.quotes[0] for item in case.speaks_against}
    assert shared
    key = Key(table.ground.criteria, table.ground.book.words.outcome)
    against = text_of(render_debrief(table.debrief(), key)).partition("Against: ")[2]
    against = " ".join(against.partition("The devil")[0].split())
    for quote in shared:
        assert f'Nearest: "{quote.text}"' not in against
