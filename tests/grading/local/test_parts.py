from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from coach.grading.local.features import extract, pieces
from coach.grading.local.language import is_english
from coach.grading.local.relevance import NAMES, Relevance
from coach.grading.local.shape import NAMES as SHAPE_NAMES
from coach.grading.local.tokens import split_sentences, split_words
from coach.grading.local.vectors import WordVectors


@given(st.text(max_size=400))
def test_sentences_are_slices_in_order_and_features_never_fail(text: str) -> None:
    end = 0
    for sentence in split_sentences(text):
        assert text[sentence.start : sentence.end] == sentence.text
        assert sentence.start >= end
        end = sentence.end
    assert len(extract(text).shape) == len(SHAPE_NAMES)
    assert is_english(text) in (True, False)


def test_numbers_keep_their_size_and_lose_their_digits() -> None:
    assert split_words("We cut 45% of 7 in 1,200 ms") == ["we", "cut", "#%", "of", "#", "in", "###", "ms"]


def test_a_decimal_does_not_end_a_sentence() -> None:
    assert [s.text for s in split_sentences("Above 0.7 we block. Else we pass!")] == [
        "Above 0.7 we block.",
        "Else we pass!",
    ]


def test_a_repeated_sentence_counts_once() -> None:
    once, thrice = extract("We block at 0.9."), extract("We block at 0.9. We block at 0.9. We block at 0.9.")
    assert once == thrice


def test_pieces_cover_a_word_from_edge_to_edge() -> None:
    assert pieces("ab") == (" ab", "ab ", " ab ")


def test_near_words_have_near_vectors() -> None:
    vectors = WordVectors()
    doctor, nurse, invoice = (vectors.mean([word]) for word in ("doctor", "nurse", "invoice"))
    assert float(doctor @ nurse) > float(doctor @ invoice)
    assert not vectors.mean(["qqqqzzzz"]).any()


def test_an_answer_stands_nearer_to_its_own_question() -> None:
    questions = ["How do you price a flight ticket?", "Why do nurses ignore the alarm on the ward?"]
    relevance = Relevance(WordVectors(), questions, ["Planes and fares.", "Patients and hospital alarms."])
    answer = "Nurses on the ward hear the alarm forty times a shift, so they stop listening to it."
    own = dict(zip(NAMES, relevance.measure(questions[1], answer), strict=True))
    other = dict(zip(NAMES, relevance.measure(questions[0], answer), strict=True))
    assert own["log_rank"] < other["log_rank"]
    assert own["margin"] > other["margin"]
    assert own["overlap"] > other["overlap"]
