"""Reads a chat completion as a server sends it: a dict of JSON becomes a ChatReply, or says why not.

Knows no network and no client library, so that live replies, Batch API files and recordings are read
by the same rules.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from coach.errors import BadReply, ModelError, Refused
from coach.llm.jsontext import without_surrogates
from coach.schema.chat import ChatReply, TokenUsage
from coach.text.sanitize import for_terminal

REFUSAL = "refusal"  # our finish_reason where the model declined in the `refusal` field


class EmptyReply(BadReply):
    """The server answered without any text in it; asking again may pass. `reply` is what came."""

    def __init__(self, message: str, reply: ChatReply | None = None) -> None:
        super().__init__(message)
        self.reply = reply


class CutOff(BadReply):
    """The reply hit the length limit; `reply` is what came, whole."""

    def __init__(self, message: str, reply: ChatReply) -> None:
        super().__init__(message)
        self.reply = reply


class Declined(Refused):
    """The model or a filter declined; `reply` is what came, whole."""

    def __init__(self, message: str, reply: ChatReply) -> None:
        super().__init__(message)
        self.reply = reply


def read_completion(body: object) -> ChatReply:
    """The reply in a chat completion's JSON, whatever its finish reason.

    A tool call's arguments count as the content. Raises EmptyReply where there is no choice with a
    message, and BadReply where the JSON is no chat completion at all.
    """
    if not isinstance(body, dict):
        raise BadReply("The server's reply is JSON, but no chat completion. Check OPENAI_BASE_URL.")
    choices = body.get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        raise EmptyReply(f"The server's reply holds no choices{_error_in(body)}.")
    choice = choices[0]
    message = choice.get("message")
    if not isinstance(message, dict):
        raise EmptyReply("The server's reply holds no message.")
    reason = choice.get("finish_reason")
    content = _content(message)
    refusal = message.get("refusal")
    if isinstance(refusal, str) and refusal and not content:
        content, reason = refusal, REFUSAL
    return ChatReply(
        content=content,
        finish_reason=reason if isinstance(reason, str) and reason else "stop",
        model=_text(body.get("model")),
        usage=read_usage(body.get("usage")),
        created=_instant(body.get("created")),
    )


def check_reply(reply: ChatReply) -> ChatReply:
    """`reply` itself when it can be used; raises Declined, CutOff or EmptyReply when not."""
    if reply.finish_reason == REFUSAL:
        raise Declined(f"The model declined: {short(reply.content)}", reply)
    if reply.finish_reason == "content_filter":
        raise Declined("The server's content filter stopped the reply.", reply)
    if reply.finish_reason == "length":
        raise CutOff("The reply was cut off at the length limit.", reply)
    if not reply.content.strip():
        raise EmptyReply("The model's reply is empty.", reply)
    return reply


def unusable_reply(error: ModelError) -> ChatReply | None:
    """The whole reply behind an error, where one came; it can be recorded like any other."""
    return error.reply if isinstance(error, EmptyReply | CutOff | Declined) else None


def read_usage(usage: object) -> TokenUsage:
    """Token counts as the server gave them; zeros where it gave none or nonsense."""
    if not isinstance(usage, dict):
        return TokenUsage()
    details = usage.get("prompt_tokens_details")
    return TokenUsage(
        prompt_tokens=_count(usage.get("prompt_tokens")),
        cached_tokens=_count(details.get("cached_tokens")) if isinstance(details, dict) else 0,
        completion_tokens=_count(usage.get("completion_tokens")),
    )


def _content(message: dict[str, Any]) -> str:
    content = message.get("content")
    if isinstance(content, list):  # some servers send a list of typed parts
        content = "".join(_text(part.get("text")) for part in content if isinstance(part, dict))
    if isinstance(content, str) and content.strip():
        return without_surrogates(content)
    return _tool_arguments(message.get("tool_calls")) or _text(content)


def _tool_arguments(calls: object) -> str:
    if not isinstance(calls, list) or not calls or not isinstance(calls[0], dict):
        return ""
    function = calls[0].get("function")
    return _text(function.get("arguments")) if isinstance(function, dict) else ""


def _text(value: object) -> str:
    return without_surrogates(value) if isinstance(value, str) else ""


def _count(value: object) -> int:
    return value if isinstance(value, int) and value > 0 else 0


def _error_in(body: dict[str, Any]) -> str:
    """What a server says that answers 200 with an error inside, as some gateways do."""
    error = body.get("error")
    told = error.get("message") if isinstance(error, dict) else error
    return f", but an error: {short(told)}" if isinstance(told, str) and told else ""


def _instant(value: object) -> str:
    if not isinstance(value, int | float) or not 0 < value < 1e11:
        return ""
    return datetime.fromtimestamp(value, UTC).isoformat(timespec="seconds")


def short(text: str, limit: int = 200) -> str:
    """Text of a model or server made fit for a message: one line, no control sequence, not long."""
    text = " ".join(for_terminal(text).split())
    return text if len(text) <= limit else text[: limit - 3] + "..."
