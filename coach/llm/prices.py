"""What tokens cost, from a dated table or the user's own prices, and how many a text will make.

A model that is not in the table has no price; none is guessed. No tokenizer is loaded.
"""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

from pydantic import Field, ValidationError

from coach.errors import SetupError
from coach.schema.base import Frozen
from coach.schema.chat import TokenUsage

_TABLE = Path(__file__).with_name("prices.json")
_DATED = re.compile(r"-\d{4}-\d{2}-\d{2}$")
_MILLION = 1_000_000


class Price(Frozen):
    """USD per million tokens; `cached` is for prompt tokens that the server had in its cache."""

    input: float = Field(ge=0)
    cached: float = Field(ge=0)
    output: float = Field(ge=0)


class _Table(Frozen):
    date: date
    source: str
    batch_share: float = Field(gt=0, le=1)
    models: dict[str, Price]


class Prices:
    """Prices by model. `own`, where given, is the user's price for every model."""

    def __init__(
        self,
        models: dict[str, Price],
        *,
        as_of: date | None = None,
        own: Price | None = None,
        batch_share: float = 1.0,
    ) -> None:
        self._models = models
        self._own = own
        self._batch_share = batch_share
        self.as_of = as_of

    @classmethod
    def load(cls, path: Path = _TABLE, *, own: Price | None = None) -> Prices:
        """Read a price table; raises SetupError when the file is missing or wrong."""
        try:
            table = _Table.model_validate(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, ValidationError) as error:
            raise SetupError(f"The price table {path} cannot be used: {error}.") from error
        return cls(table.models, as_of=table.date, own=own, batch_share=table.batch_share)

    def of(self, model: str) -> Price | None:
        """The price of a model, by its id or its id without a release date; None where unknown."""
        if self._own is not None:
            return self._own
        return self._models.get(model) or self._models.get(_DATED.sub("", model))

    def cost(self, model: str, usage: TokenUsage) -> float | None:
        """USD for these tokens, or None where the model has no price."""
        price = self.of(model)
        if price is None:
            return None
        cached = min(usage.cached_tokens, usage.prompt_tokens)
        fresh = usage.prompt_tokens - cached
        total = fresh * price.input + cached * price.cached + usage.completion_tokens * price.output
        return total / _MILLION

    def batch_cost(self, model: str, usage: TokenUsage) -> float | None:
        """USD for these tokens through the Batch API; a price of the user's own is taken as it is."""
        cost = self.cost(model, usage)
        return cost if cost is None or self._own is not None else cost * self._batch_share


def own_price(price_in: float | None, price_cached: float | None, price_out: float | None) -> Price | None:
    """The user's price from three settings in USD per million tokens; None where none is set.

    Cached tokens cost as much as others unless said otherwise. Raises SetupError when only one of
    input and output is given.
    """
    if price_in is None and price_cached is None and price_out is None:
        return None
    if price_in is None or price_out is None:
        raise SetupError(
            "A price of your own needs both COACH_PRICE_IN and COACH_PRICE_OUT (USD per million tokens)."
        )
    return Price(input=price_in, cached=price_in if price_cached is None else price_cached, output=price_out)


def estimate_tokens(text: str) -> int:
    """Tokens of a text, from its characters: four to a token, one and a half outside ASCII."""
    ascii_only = len(text) if text.isascii() else sum(character.isascii() for character in text)
    return round(ascii_only / 4 + (len(text) - ascii_only) / 1.5)
