"""Another language is told from English, and from a list of points or letters in no language."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.resources import eval_dir
from coach.text.language import is_english, is_other

OTHERS = [
    "Ich würde zuerst die Daten prüfen und messen.",
    "Ich würde ein Precision/Recall Tradeoff definieren, dann ein Shadow Deployment aufsetzen.",
    "Je commencerais par regarder avec les équipes quelles fraudes coûtent le plus.",
    "Primero hablaría con el equipo de riesgo para saber qué fraude cuesta más.",
    "Eu começaria com regras simples e mediria o custo dos falsos alarmes.",
    "Ik zou eerst met eenvoudige regels beginnen en de kosten van vals alarm meten.",
    "我会先和团队确认哪种欺诈成本最高，然后设定阈值。",
    "Начнём с простых правил, потому что каждая ошибка стоит денег.",
]
POINTS = "- Latency budget\n- Cost per request\n- Fallback\n- Human review\n- Drift\n- Kill switch at 2%"
MASHED = "asdf qwer zxcv poiu lkjh mnbv trew yuio hjkl gfds vcxz nhgf edcv bhju"


@pytest.mark.parametrize("text", OTHERS)
def test_another_language_is_known_by_its_letters_or_commonest_words(text: str) -> None:
    assert is_other(text)
    assert not is_english(text, lambda word: True)


def test_a_list_of_points_is_english_where_its_words_are_known() -> None:
    known = {"latency", "budget", "cost", "request", "human", "review", "drift", "switch"}
    assert is_english(POINTS, known.__contains__)
    assert not is_other(POINTS)
    assert not is_other(MASHED)
    assert not is_english(MASHED, known.__contains__)


def test_no_labelled_answer_is_taken_for_another_language() -> None:
    for path in sorted((eval_dir() / "gold").glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            assert not is_other(row["answer"]), row["id"]
            assert is_english(row["answer"]), row["id"]


@given(st.text(max_size=300))
def test_any_text_gets_one_answer(text: str) -> None:
    assert not (is_other(text) and is_english(text))
