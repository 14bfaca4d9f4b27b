"""The two base models of every noun, and what is wrong where data is none."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, ValidationError


class Frozen(BaseModel):
    """Immutable value; an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Loose(BaseModel):
    """Immutable value read from a file that may carry more fields than we use."""

    model_config = ConfigDict(frozen=True, extra="ignore")


def first_fault(error: ValidationError, whole: str = "entry") -> str:
    """Place and kind of the first fault: `criteria.0.id: Field required`; `whole` where it has no place."""
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"]) or whole
    return f"{where}: {first['msg']}"
