"""A model that says what it was told to: for tests of every room, and for trying things by hand.

Sends nothing anywhere. A run that asks for more than the script holds fails loudly.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any

from coach.errors import ModelError
from coach.llm.completion import check_reply
from coach.schema.chat import ChatReply, ChatRequest

Scripted = str | dict[str, Any] | ChatReply | ModelError


class ScriptedModel:
    """Implements ChatModel over a queue of replies, or a function of the request.

    A reply is a text, a dict (sent as JSON), a whole ChatReply, or a ModelError to raise. `history`
    holds every request in the order in which they came. `answer`, where given, is asked when the
    queue is empty.
    """

    def __init__(
        self,
        replies: Iterable[Scripted] = (),
        *,
        name: str = "scripted",
        answer: Callable[[ChatRequest], Scripted] | None = None,
    ) -> None:
        self._name = name
        self._queue: deque[Scripted] = deque(replies)
        self._answer = answer
        self.history: list[ChatRequest] = []

    @property
    def name(self) -> str:
        return self._name

    @property
    def left(self) -> int:
        """How many scripted replies nobody has asked for yet."""
        return len(self._queue)

    def enqueue(self, *replies: Scripted) -> None:
        self._queue.extend(replies)

    async def complete(self, request: ChatRequest) -> ChatReply:
        """The next scripted reply; raises LookupError when the script has run out."""
        self.history.append(request)
        if self._queue:
            scripted = self._queue.popleft()
        elif self._answer is not None:
            scripted = self._answer(request)
        else:
            raise LookupError(f"The script has run out at request {len(self.history)} ({request.purpose!r}).")
        return self._reply(scripted)

    async def stream(self, request: ChatRequest) -> AsyncIterator[str]:
        """The next scripted reply in pieces of a few words."""
        reply = await self.complete(request)
        for start in range(0, len(reply.content), 16):
            yield reply.content[start : start + 16]

    def _reply(self, scripted: Scripted) -> ChatReply:
        if isinstance(scripted, ModelError):
            raise scripted
        if isinstance(scripted, ChatReply):
            return check_reply(scripted)
        text = scripted if isinstance(scripted, str) else json.dumps(scripted, ensure_ascii=False)
        return ChatReply(content=text, model=self._name)
