"""A model that answers from recordings and notes what is missing, so that it can be exported.

Sends nothing. A grade that needs a missing reply stops at it; what comes after is found next time.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

from coach.llm.collect import Pending, custom_id
from coach.llm.recordings import Recordings
from coach.llm.replay import ReplayModel
from coach.schema.chat import ChatReply, ChatRequest


class CollectingModel:
    """Implements ChatModel over recordings; `wanted` holds the missing requests by custom_id."""

    def __init__(self, recordings: Recordings, name: str) -> None:
        self._recordings = recordings
        self._replay = ReplayModel(recordings, name)
        self.wanted: dict[str, ChatRequest] = {}

    @property
    def name(self) -> str:
        return self._replay.name

    async def complete(self, request: ChatRequest) -> ChatReply:
        if request.key(self.name) in self._recordings:
            return await self._replay.complete(request)
        name = custom_id(request, self.name)
        self.wanted[name] = request
        raise Pending(name, self._recordings.explain_miss(request, self.name))

    async def stream(self, request: ChatRequest) -> AsyncIterator[str]:
        yield (await self.complete(request)).content
