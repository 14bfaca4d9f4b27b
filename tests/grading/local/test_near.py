"""Nearness of words and texts by their vectors."""

from __future__ import annotations

from coach.grading.local.near import Nearness


def test_related_words_are_nearer_than_unrelated_ones() -> None:
    [[related, unrelated, unknown]] = Nearness()(["weather"], ["rain", "invoice", "zzqqx"])
    assert related > 0.4 > unrelated
    assert unknown == 0.0


def test_no_texts_give_no_rows() -> None:
    near = Nearness()
    assert near([], ["rain"]) == []
    assert near(["rain"], []) == [[]]
