"""How long the properties of this folder are tried, what they are fed, and what counts as handled.

`make test-fuzz` (FUZZ_EXAMPLES=20000) tries new examples at every run; the suite tries a few fixed ones.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from coach.errors import CoachError

WANTED = int(os.environ.get("FUZZ_EXAMPLES", "0"))


def tries(few: int, *, share: float = 1.0) -> settings:
    """Settings for a property: `few` examples in the suite, `share` of the wanted ones in a long run."""
    return settings(
        max_examples=max(few, int(WANTED * share)) if WANTED else few,
        deadline=None,
        derandomize=not WANTED,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


@contextmanager
def handled(*names: str) -> Iterator[None]:
    """Passes a CoachError whose message holds each of `names`, and nothing else."""
    try:
        yield
    except CoachError as error:
        message = str(error)
        assert message.strip(), repr(error)
        for name in names:
            assert name in message, message


# Text that files can hold: everything but lone surrogates, and more often what parsers stumble over.
odd = st.sampled_from(
    ["", " ", "\0", "\ufeff", "\u2028", "\x1b[2J", "\r", "\n", "---\n", "NaN", "1e999", "-0", "9" * 400]
    + ["{" * 50, "[" * 50, "\\ud800", "null", "true", "\t", "&a [*a]", "!!python/none", "%", "\u202e"]
    + ["2026-13-45", "0o9", "0x", "=1+1", ",,", '"', "'", "é", "\U0001f600", "*", "?", "<<: 1", "1:2:3"]
)
text = st.text(st.characters(exclude_categories=["Cs"]), max_size=60) | odd
numbers = st.integers() | st.floats() | st.sampled_from([10**400, -(10**30), 2**63, 1e308])
leaves = st.none() | st.booleans() | numbers | text
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4), max_leaves=8
)


@st.composite
def broken_bytes(draw: st.DrawFn, whole: bytes) -> bytes:
    """A good file that came to harm: bytes cut out, doubled, replaced or put in."""
    data = bytearray(whole)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data)))
        end = min(len(data), at + draw(st.sampled_from([0, 1, 2, 8, 60, len(data)])))
        piece = draw(st.binary(max_size=8) | odd.map(str.encode) | st.just(bytes(data[at:end]) * 2))
        data[at:end] = piece
    return bytes(data)


@st.composite
def broken_value(draw: st.DrawFn, whole: Any) -> Any:
    """A good value with one or two places of it replaced, removed or doubled, however deep they lie."""
    changed = json.loads(json.dumps(whole, default=str))
    chance = random.Random(draw(st.integers(0, 2**32)))
    for _ in range(draw(st.integers(1, 2))):
        changed = _replaced(changed, chance, lambda: draw(values))
    return changed


def _replaced(node: Any, chance: random.Random, other: Callable[[], Any]) -> Any:
    if not node or not isinstance(node, dict | list) or chance.random() < 0.15:
        return other()
    at = chance.choice(list(node)) if isinstance(node, dict) else chance.randrange(len(node))
    if chance.random() < 0.1:
        del node[at]
    else:
        node[at] = _replaced(node[at], chance, other)
    return node
