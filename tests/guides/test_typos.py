"""Slips of the pen in a query, and words that only look like one."""

from __future__ import annotations

import pytest

from coach.guides.ask import look_up
from coach.guides.corpus import Corpus
from coach.guides.entries import corpus_entries
from coach.guides.search import Searcher
from coach.guides.typos import Typos


@pytest.fixture(scope="module")
def typos(corpus: Corpus) -> Typos:
    return Typos(entry.text for entry in corpus_entries(corpus))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Precison vs. recall?", "precision vs. recall?"),
        ("how do I detect retreival drift", "how do I detect retrieval drift"),
        ("underftting\n\tand  regularizaton", "underfitting\n\tand  regularization"),
        ("stakeholderrs", "stakeholders"),
    ],
)
def test_a_slip_is_put_right_and_all_else_stays(typos: Typos, written: str, meant: str) -> None:
    # British and American spellings share a stem, so either may be what stands in the passages.
    assert typos.corrected(written).replace("isation", "ization") == meant


@pytest.mark.parametrize(
    "text",
    [
        "pasta recipe",
        "Tell me about precision",
        "zeppelins embarrass everybody",
        "latencies and recommenders",
        "",
        "Größe, 精度 and recall",
    ],
)
def test_what_is_no_slip_is_left_alone(typos: Typos, text: str) -> None:
    assert typos.corrected(text) == text


def test_a_pasted_text_is_left_alone(typos: Typos) -> None:
    assert typos.corrected("precison " * 100) == "precison " * 100


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("precison vs recall", "evaluation-and-metrics#precision-or-recall"),
        ("how do I reduce halucinations with a promt", "generative-ai-fluency#prompting"),
        ("colaborative filterng or content based", "technical-fluency#recommender-debrief"),
    ],
)
def test_a_misspelt_question_is_answered(searcher: Searcher, written: str, meant: str) -> None:
    found = look_up(written, searcher)
    assert found.found and found.question == written
    assert meant in [cited.passage.id for cited in found.passages]
    assert any(start < end for cited in found.passages for start, end in cited.marked)
