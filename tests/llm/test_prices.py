from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.errors import SetupError
from coach.llm.prices import Price, Prices, estimate_tokens, own_price
from coach.schema.chat import TokenUsage

USAGE = TokenUsage(prompt_tokens=1_000_000, cached_tokens=400_000, completion_tokens=100_000)


def test_the_table_has_a_date_and_sane_prices() -> None:
    prices = Prices.load()
    assert prices.as_of is not None
    price = prices.of("gpt-4o-mini")
    assert price is not None
    assert 0 < price.cached < price.input < price.output


def test_cost_counts_cached_tokens_apart() -> None:
    prices = Prices({"m": Price(input=2.0, cached=0.5, output=8.0)})
    assert prices.cost("m", USAGE) == pytest.approx(0.6 * 2.0 + 0.4 * 0.5 + 0.1 * 8.0)


def test_an_unknown_model_has_no_price() -> None:
    prices = Prices.load()
    assert prices.cost("llama-8b", USAGE) is None
    assert prices.cost("gpt-4o-mini-made-up", USAGE) is None


def test_a_dated_model_costs_what_its_family_costs() -> None:
    prices = Prices.load()
    assert prices.of("gpt-4o-mini-2024-07-18") == prices.of("gpt-4o-mini")


def test_the_users_price_goes_before_the_table() -> None:
    prices = Prices.load(own=own_price(1.0, None, 2.0))
    assert prices.cost("gpt-4o-mini", USAGE) == pytest.approx(1.2)
    assert prices.cost("llama-8b", USAGE) == pytest.approx(1.2)


def test_half_a_price_is_a_set_up_error() -> None:
    assert own_price(None, None, None) is None
    with pytest.raises(SetupError, match="COACH_PRICE_OUT"):
        own_price(1.0, None, None)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"date": "2026-01-01", "source": "x", "batch_share": 1, "models": {"m": {}}}']
)
def test_a_broken_table_is_a_set_up_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "prices.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SetupError, match=r"prices\.json"):
        Prices.load(path)


@given(st.text())
def test_estimates_are_between_nothing_and_a_token_a_character(text: str) -> None:
    assert 0 <= estimate_tokens(text) <= len(text)


def test_a_batch_costs_its_share_of_the_table_and_all_of_a_price_of_your_own() -> None:
    table = Prices({"m": Price(input=2.0, cached=2.0, output=2.0)}, batch_share=0.5)
    assert table.batch_cost("m", USAGE) == pytest.approx(1.1)
    assert table.batch_cost("unknown", USAGE) is None
    mine = Prices({}, own=own_price(2.0, None, 2.0), batch_share=0.5)
    assert mine.batch_cost("m", USAGE) == pytest.approx(2.2)
