"""A model that answers from recordings and notes what is missing, so that it can be exported.

Sends nothing. A grade that needs a missing reply stops at it; what comes after is found next time.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

from coach.errors import RecordingError
from coach.llm.recordings import Recordings
from coach.llm.replay import ReplayModel
from coach.schema.chat import ChatReply, ChatRequest

_ID_LENGTH = 40


class Pending(RecordingError):
    """The reply to this request has not been collected yet."""


def custom_id(request: ChatRequest, model: str) -> str:
    """The id of a request in an exported file: the first 40 hex digits of its key."""
    return request.key(model)[:_ID_LENGTH]


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
        self.wanted[custom_id(request, self.name)] = request
        raise Pending(self._recordings.explain_miss(request, self.name))

    async def stream(self, request: ChatRequest) -> AsyncIterator[str]:
        yield (await self.complete(request)).content
