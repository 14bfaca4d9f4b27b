"""Puts a streamed chat completion together, chunk by chunk. Knows no network."""

from __future__ import annotations

from typing import Any

from coach.llm.completion import REFUSAL, read_completion, read_usage
from coach.llm.faults import BrokenBody
from coach.schema.chat import ChatReply, TokenUsage


class StreamedReply:
    """A reply that is still coming. Chunks are dicts as servers send them."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._refusal: list[str] = []
        self._finish_reason: str | None = None
        self._model = ""
        self._created: object = None
        self.usage = TokenUsage()

    def take(self, chunk: dict[str, Any]) -> str:
        """Take one chunk in and return the text that it adds to the content."""
        self._model = self._model or str(chunk.get("model") or "")
        self._created = self._created or chunk.get("created")
        if chunk.get("usage"):
            self.usage = read_usage(chunk["usage"])
        choices = chunk.get("choices")
        if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
            return ""
        self._finish_reason = choices[0].get("finish_reason") or self._finish_reason
        delta = choices[0].get("delta")
        if not isinstance(delta, dict):
            return ""
        self._refusal.append(str(delta.get("refusal") or ""))
        piece = str(delta.get("content") or "") + _arguments(delta.get("tool_calls"))
        self._pieces.append(piece)
        return piece

    def take_whole(self, body: object) -> None:
        """Take in a reply that came at once, from a server that does not stream."""
        whole = read_completion(body)
        self._pieces, self._finish_reason = [whole.content], whole.finish_reason
        self._model, self.usage = whole.model, whole.usage

    def reply(self) -> ChatReply:
        """The whole reply; raises BrokenBody where the stream ended without its end."""
        content, refusal = "".join(self._pieces), "".join(self._refusal)
        if self._finish_reason is None:
            raise BrokenBody("The streamed reply ended before it was whole.")
        if refusal and not content:
            content, self._finish_reason = refusal, REFUSAL
        message = {"content": content}
        choice = {"message": message, "finish_reason": self._finish_reason}
        whole = read_completion({"choices": [choice], "model": self._model, "created": self._created})
        return whole.model_copy(update={"usage": self.usage})


def _arguments(calls: object) -> str:
    if not isinstance(calls, list) or not calls or not isinstance(calls[0], dict):
        return ""
    function = calls[0].get("function")
    return str(function.get("arguments") or "") if isinstance(function, dict) else ""
