"""The chat port: what the rest of the program knows of a language model."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Protocol

from coach.schema.chat import ChatReply, ChatRequest


class ChatModel(Protocol):
    """A model behind some server, a recording, or a script."""

    @property
    def name(self) -> str:
        """The model id that requests are keyed and priced by."""
        ...

    async def complete(self, request: ChatRequest) -> ChatReply:
        """Send one request and return the whole reply; raises a ModelError (or RecordingError)."""
        ...

    def stream(self, request: ChatRequest) -> AsyncIterator[str]:
        """Yield pieces of the reply's text as they arrive; raises as `complete` does."""
        ...
