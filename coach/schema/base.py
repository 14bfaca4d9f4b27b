"""The two base models of every noun: frozen, and strict about unknown fields."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """Immutable value; an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Loose(BaseModel):
    """Immutable value read from a file that may carry more fields than we use."""

    model_config = ConfigDict(frozen=True, extra="ignore")
