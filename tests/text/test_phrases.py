"""The language of phrases, and the words that a search gives back."""

from __future__ import annotations

import re

import pytest

from coach.text.phrases import LONGEST, PhraseError, find, phrase, sentences


def seen(text: str, *phrases: str) -> str | None:
    span = find(text, phrases)
    return text[span[0] : span[1]] if span else None


def test_every_group_must_be_in_one_sentence_or_two_that_follow_each_other() -> None:
    text = "We scale first. Then we split. Later on we train. The test is fine."
    assert seen(text, "scal* + first | before") == "We scale first."
    assert seen(text, "scal* + split*") == "We scale first. Then we split."
    assert seen(text, "scal* + test") is None


def test_a_stem_ends_at_a_star_and_a_word_at_its_end() -> None:
    assert seen("It normalises the rows.", "normali*") is not None
    assert seen("A rowing boat.", "row") is None
    assert seen("A test-set is held.", "test set") is not None


def test_a_group_may_have_to_be_absent() -> None:
    assert seen("It costs 5 euros.", "costs + !costs less") is not None
    assert seen("It costs less than before.", "costs + !costs less") is None


@pytest.mark.parametrize(
    ("text", "figure"),
    [
        ("p99 falls to 300 ms", "#quantity"),
        ("about two weeks of work", "#time"),
        ("one in twenty is refused", "#share"),
        ("40,000 euros a month", "#money"),
        ("$3k a day", "#money"),
        ("at most 2% of removals", "#rate"),
        ("the 95th percentile", "#percentile"),
        ("300 reviewers look at it", "#quantity"),
    ],
)
def test_figures(text: str, figure: str) -> None:
    assert seen(text, figure) is not None
    assert seen("as fast as possible for everyone", figure) is None


@pytest.mark.parametrize("text", ["customers wait half as long", "thousands of people", "tens of cases"])
def test_a_spelled_number_is_no_time_by_the_letter_that_follows(text: str) -> None:
    assert seen(text, "#time") is None


def test_a_line_break_ends_no_sentence_and_a_list_item_does() -> None:
    text = "We split by date so that\nno row leaks.\n- scale after\n- score on 0.5 of it\n\nNew paragraph"
    spans = [text[start:end] for start, end in sentences(text)]
    assert spans == [
        "We split by date so that\nno row leaks.",
        "- scale after",
        "- score on 0.5 of it",
        "New paragraph",
    ]


def test_two_sentences_of_different_paragraphs_do_not_join() -> None:
    assert seen("We scale.\n\nThen split.", "scal* + split*") is None


def test_a_sentence_that_is_called_right_is_passed_over() -> None:
    text = "Scaling before the split is fine here. Really, scaling before the split leaks."
    fine = re.compile(r"is fine")
    span = find(text, ["scal* + before + split"], unless=fine)
    assert span is not None and text[span[0] : span[1]] == "Really, scaling before the split leaks."


def test_a_mention_may_stand_in_for_one_of_three_groups_only() -> None:
    line = (re.compile(r"line 9"),)
    assert find("line 9 runs before the split", ["scal* + before + split"], standing=line)
    assert find("line 9 runs before", ["scal* + before"], standing=line) is None
    assert find("line 9 is here", ["scal*"], standing=line) is None


def test_a_long_sentence_is_cut_at_words_around_what_matched() -> None:
    text = "and so on " * 60 + "we scale before the split " + "and so forth " * 60
    span = find(text, ["scal* + before + split"])
    assert span is not None
    quote = text[span[0] : span[1]]
    assert "scale before the split" in quote and len(quote) < LONGEST + 20
    assert text[span[0] - 1] == " " and not quote.startswith(" ")


@pytest.mark.parametrize("wrong", ["a | | b", "!only", "#length"])
def test_a_wrong_phrase_is_named(wrong: str) -> None:
    with pytest.raises(PhraseError, match=re.escape(wrong)):
        phrase(wrong)
