from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from coach.grading.local.features import extract, pieces
from coach.grading.local.model import A_NO, CAP_START, CAP_WIDTH, fade
from coach.grading.local.overlap import Overlap
from coach.grading.local.relevance import NAMES, Relevance
from coach.grading.local.standing import standing
from coach.grading.local.tokens import split_sentences, split_words
from coach.grading.local.vectors import WordVectors


@given(st.text(max_size=400))
def test_sentences_are_slices_in_order_and_features_never_fail(text: str) -> None:
    end = 0
    for sentence in split_sentences(text):
        assert text[sentence.start : sentence.end] == sentence.text
        assert sentence.start >= end
        end = sentence.end
    assert set(extract(text).words) <= set(extract(text).grams)


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
    passages = ["Planes and fares.", "Patients and hospital alarms."]
    relevance = Relevance(WordVectors(), questions, [[text] for text in passages], passages)
    answer = "Nurses on the ward hear the alarm forty times a shift, so they stop listening to it."
    own = dict(zip(NAMES, relevance.measure(questions[1], passages[1:], answer), strict=True))
    other = dict(zip(NAMES, relevance.measure(questions[0], passages[:1], answer), strict=True))
    assert own["log_rank"] < other["log_rank"]
    assert own["margin"] > other["margin"]
    assert own["overlap"] > other["overlap"]
    assert own["near_asked"] > other["near_asked"]
    assert own["near_guides"] > other["near_guides"]


def test_without_passages_nearness_to_them_says_nothing() -> None:
    overlap = Overlap(["How do you price a ticket?"], [["Planes and fares."]], ["Planes and fares."])
    known = overlap.near("How do you price a ticket?", [], ["price", "follows", "demand"]).numbers()
    assert not any(map(math.isnan, known[:3])) and all(map(math.isnan, known[3:]))


def test_a_list_of_terms_earns_nothing() -> None:
    answer = "We block at 0.9 because a refund costs us ten."
    stuffed = answer + " Key terms are p95 latency, drift, caching, routing, SLOs, recall, canary, AUC."
    assert extract(stuffed) == extract(answer)


@given(st.floats(0, 1), st.floats(1, 4))
def test_doubt_about_the_question_never_raises_a_mark(beside: float, mark: float) -> None:
    faded = fade(np.array([mark]), beside)
    assert 1 <= float(faded[0]) <= mark
    assert beside < CAP_START + CAP_WIDTH or float(faded[0]) <= A_NO


@given(st.text(st.characters(codec="ascii"), max_size=200))
def test_words_are_the_same_whatever_else_stands_in_the_text(text: str) -> None:
    assert split_words(f"{text} déjà") == [*split_words(text), "déjà"]


@given(st.lists(st.floats(-1, 1, width=32), min_size=1, max_size=50), st.sampled_from(["f4", "f8"]))
def test_a_standing_is_made_of_the_plain_mean_and_deviation(values: list[float], kind: str) -> None:
    others = np.array(values, dtype=kind)
    rank, own, margin = standing(0.25, others)
    assert rank == math.log(float((others > 0.25 + 1e-6).mean()) + 0.01)
    assert (own, margin) == (0.25, (0.25 - float(others.mean())) / max(float(others.std()), 1e-6))
