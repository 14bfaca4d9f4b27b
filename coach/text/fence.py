"""Fences hostile text in a delimiter that its author cannot know or forge.

The delimiter is derived from a hash of the text itself: deterministic, so that requests replay
and prefixes cache, and not forgeable from inside, because writing it would change the hash.
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache

from coach.text.sanitize import for_terminal

_LOOKALIKE = re.compile(
    r"[<＜‹]\s*(/?)\s*((?:answer|passage|document|cv|job|story|turn)-[0-9a-f]{4,})", re.IGNORECASE
)
_ROLE = re.compile(r"<\|[^|<>\n]{0,40}\|>|\[/?INST\]|<<\/?SYS>>|</?(?:system|assistant|user)>", re.IGNORECASE)


def neutralise(text: str) -> str:
    """Text in which delimiter look-alikes, chat role markers and invisible characters do nothing."""
    text = for_terminal(text)
    text = _LOOKALIKE.sub(r"(\1\2", text)
    return _ROLE.sub(lambda match: match.group(0).replace("<", "(").replace(">", ")").replace("[", "("), text)


@lru_cache(maxsize=512)
def fence_mark(label: str, text: str) -> str:
    """The delimiter's name, label-HASH, for a text; HASH is 12 hex digits of the neutralised text's hash.

    Passages are asked about again and again, so that names are remembered.
    """
    return _mark(label, neutralise(text))


def fence(label: str, text: str) -> str:
    """`text`, neutralised, between <label-HASH> and </label-HASH>."""
    body = neutralise(text)
    mark = _mark(label, body)
    return f"<{mark}>\n{body}\n</{mark}>"


def _mark(label: str, body: str) -> str:
    return f"{label}-{hashlib.sha256(body.encode()).hexdigest()[:12]}"
