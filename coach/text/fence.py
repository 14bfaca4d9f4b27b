"""Fences hostile text in a delimiter that its author cannot know or forge.

The delimiter is derived from a hash of the text itself: deterministic, so that requests replay
and prefixes cache, and not forgeable from inside, because writing it would change the hash.
"""

from __future__ import annotations

import hashlib
import re

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


def fence_mark(label: str, text: str) -> str:
    """The delimiter's name, label-HASH, for a text; HASH is 12 hex digits of the neutralised text's hash."""
    return f"{label}-{hashlib.sha256(neutralise(text).encode()).hexdigest()[:12]}"


def fence(label: str, text: str) -> str:
    """`text`, neutralised, between <label-HASH> and </label-HASH>."""
    mark = fence_mark(label, text)
    return f"<{mark}>\n{neutralise(text)}\n</{mark}>"
