"""Finds the one JSON object in a model's reply: plain, fenced, or with prose around it.

Checks no schema. Runs in linear time on hostile text, and never guesses: a cut, doubled or
contradictory object is a BadReply.
"""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

from coach.errors import BadReply

_THINKING = re.compile(r"^\s*<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL | re.IGNORECASE)
_OPENING = re.compile(r'\{\s*["}]')
_MOST_BROKEN = 100  # each costs a count of the lines before it, so that their number must be bounded
_FENCE = re.compile(r"^[ \t]*(?:```|~~~)[ \t]*[A-Za-z0-9_-]*[ \t]*$", re.MULTILINE)


def extract_json(text: str) -> dict[str, Any]:
    """The object that the reply holds.

    An object in a fenced block goes before objects in prose; a block of thinking at the start is
    skipped. Raises BadReply for none, for several different ones, for a cut or repeated key, for NaN and
    for nesting that is too deep.
    """
    text = _without_thinking(text.lstrip("\ufeff \t\r\n"))
    if text.startswith("{"):
        found = _objects(text)
    else:
        blocks = _FENCE.split(text)
        found = [one for block in blocks[1::2] for one in _objects(block)] or _objects(text)
    if not found:
        raise BadReply("The reply holds no JSON object.")
    if any(other != found[0] for other in found[1:]):
        raise BadReply("The reply holds several JSON objects that differ.")
    return found[0] if "\\u" not in text else _without_surrogates(found[0])


def without_surrogates(text: str) -> str:
    """Text that can be encoded: surrogate pairs joined, lone surrogates replaced by U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _without_thinking(text: str) -> str:
    if text[:8].lower().startswith("<think"):
        return _THINKING.sub("", text, count=1).lstrip()
    return text


def _objects(text: str) -> list[dict[str, Any]]:
    """Every outermost object in `text`, in order."""
    found = []
    broken = 0
    candidate = _OPENING.search(text)
    while candidate and broken < _MOST_BROKEN:
        start = candidate.start()
        try:
            value, end = _DECODER.raw_decode(text, start)
            found.append(value)
        except json.JSONDecodeError as error:
            # What was read up to the fault belonged to this object: an object inside a cut one is
            # never taken for the whole, and no character is read twice.
            end = max(error.pos, start + 1)
            broken += 1
        except RecursionError as error:
            raise BadReply("The JSON object in the reply is nested too deep.") from error
        except ValueError as error:
            raise BadReply(f"The JSON object in the reply is wrong: {error}.") from error
        candidate = _OPENING.search(text, end)
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a key is repeated")
    return value


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant, object_pairs_hook=_without_repeats)


def _without_surrogates(value: Any) -> Any:
    if isinstance(value, str):
        return without_surrogates(value)
    if isinstance(value, list):
        return [_without_surrogates(item) for item in value]
    if isinstance(value, dict):
        return {without_surrogates(key): _without_surrogates(item) for key, item in value.items()}
    return value
