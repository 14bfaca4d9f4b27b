from __future__ import annotations

import pytest

from coach.text.facts import blank_out, invented

SOURCE = "At Parcelo I cut the routing cost from 4 to 2 cents with a cache; Priya's team ran the A/B test."


@pytest.mark.parametrize(
    "text",
    [
        "I cut the cost from 4 to 2 cents at Parcelo.",
        "Priya ran the A/B test on the LLM.",
        "I cut it [by how many % in Q3?] with a cache.",
        "Cutting the cost took a cache. We built it. Parcelo pays 2 cents.",
        'You write "with a cache." How did you, and Which of them?',
    ],
)
def test_the_sources_own_facts_and_blanks_pass(text: str) -> None:
    assert invented(text, SOURCE, strict=True) == []


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("I cut the cost by 50%.", "50%"),
        ("I halved the cost.", "halved"),
        ("I did it for Netflix.", "Netflix"),
        ("I did it in March.", "March"),
        ("Netflix copied it.", "Netflix"),
        ("We saw it. openAI helped.", "openAI"),
        ('They said "fine." Then Oracle bought it.', "Oracle"),
    ],
)
def test_numbers_and_names_from_elsewhere_are_seen(text: str, what: str) -> None:
    assert what in invented(text, SOURCE, strict=True)


def test_an_opening_word_is_a_name_only_where_it_is_asked_strictly() -> None:
    assert invented("Netflix copied it.", SOURCE) == []
    assert (
        blank_out("Netflix copied it. It costs 9 cents.", SOURCE, strict=True)
        == "It costs [your figure] cents."
    )
