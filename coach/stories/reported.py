"""Signs as a model reports them: their schema, and the check that every quote stands in the text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from coach.errors import BadReply
from coach.guides.stories import PartSign
from coach.schema.base import Frozen
from coach.stories.signs import SeenSign, settle
from coach.text.facts import numbers
from coach.text.quotes import Folded

_SHORTEST_QUOTE = 2
# Signs that no text without a number can show, whatever a model says.
_NUMERIC = ("number", "baseline", "scale")


class Reported(Frozen):
    seen: bool
    quote: str


def entry(properties: dict[str, Any]) -> dict[str, Any]:
    """A JSON schema's object with exactly these properties."""
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        "required": list(properties),
    }


def signs_schema(signs: Sequence[PartSign]) -> dict[str, Any]:
    one = entry({"seen": {"type": "boolean"}, "quote": {"type": "string"}})
    return entry({sign.id: one for sign in signs})


def require_signs(where: str, given: dict[str, Reported], signs: Sequence[PartSign]) -> None:
    """Raises BadReply unless exactly these signs were reported."""
    wanted = {sign.id for sign in signs}
    if set(given) != wanted:
        raise BadReply(f"{where} needs exactly the signs {', '.join(sorted(wanted))}.")


def confirm(
    text: str, signs: Sequence[PartSign], reported: dict[str, Reported], counted: Sequence[SeenSign] = ()
) -> tuple[SeenSign, ...]:
    """The signs whose quotes stand in `text`; `counted` ones are taken as they are."""
    by_code = {sign.id: (sign.quote if sign.seen else None) for sign in counted}
    quotes = {i: _quote(text, i, one) for i, one in reported.items()}
    return settle(signs, {sign.id: by_code.get(sign.id, quotes.get(sign.id)) for sign in signs})


def _quote(text: str, sign: str, reported: Reported) -> str | None:
    if not reported.seen or (sign in _NUMERIC and not numbers(text)):
        return None
    span = Folded(text).find(reported.quote)
    quote = text[span[0] : span[1]] if span else ""
    return quote if len(quote.split()) >= _SHORTEST_QUOTE else None
