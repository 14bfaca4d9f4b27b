"""Nouns of a model call: message, request, reply. No vendor's words."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Literal

from coach.schema.base import Frozen


class Message(Frozen):
    role: Literal["system", "user", "assistant"]
    content: str


class ReplySchema(Frozen):
    """The JSON schema that a reply must satisfy, and its name for the server.

    `sent`, where set, is a stricter form that a server is given to enforce; it is transport, and no part
    of a request's key.
    """

    name: str
    definition: dict[str, Any]
    sent: dict[str, Any] | None = None


class ChatRequest(Frozen):
    """One question to a model.

    `purpose` names the caller (grade, follow_up, ask, ...). `parts` are short hashes of what the
    request was made from (prompt, rubric, passages, schema, answer), stored beside a recording so
    that a miss can say which part changed; they are no part of the key.
    `max_tokens` bounds the reply and is transport.
    """

    messages: tuple[Message, ...]
    reply_schema: ReplySchema | None = None
    sample: int = 0
    purpose: str = ""
    parts: dict[str, str] = {}
    max_tokens: int | None = None

    def key(self, model: str) -> str:
        """SHA-256 hex over messages + schema + model + sample index."""
        material = {
            "messages": [[m.role, m.content] for m in self.messages],
            "schema": self.reply_schema.definition if self.reply_schema else None,
            "model": model,
            "sample": self.sample,
        }
        text = json.dumps(material, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def short_hash(text: str) -> str:
    """First 12 hex digits of SHA-256: one of a request's `parts`."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


class TokenUsage(Frozen):
    """Tokens as the server counted them; zeros where it did not say."""

    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0


class ChatReply(Frozen):
    """A model's reply, whole. `created` is ISO 8601 UTC or empty; `requests` counts tries paid for."""

    content: str
    finish_reason: str = "stop"
    model: str = ""
    usage: TokenUsage = TokenUsage()
    cost_usd: float | None = None
    created: str = ""
    requests: int = 1
    replayed: bool = False
