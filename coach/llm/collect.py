"""A model that answers from replies collected elsewhere, and notes what is missing so that it can be asked.

Sends nothing. A grade that needs a missing reply stops at it; what comes after is found next time.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

from coach.errors import RecordingError
from coach.llm.completion import check_reply
from coach.schema.chat import ChatReply, ChatRequest

_ID_LENGTH = 40


class Pending(RecordingError):
    """The reply to the request `custom_id` has not been collected yet."""

    def __init__(self, custom_id: str, message: str) -> None:
        super().__init__(message)
        self.custom_id = custom_id


def custom_id(request: ChatRequest, model: str) -> str:
    """The id of a request in an exported file: the first 40 hex digits of its key."""
    return request.key(model)[:_ID_LENGTH]


class CollectingModel:
    """Implements ChatModel over replies found by custom_id with `known`; tells `note` of the others."""

    def __init__(
        self,
        name: str,
        known: Callable[[str], ChatReply | None],
        note: Callable[[str, ChatRequest], None],
    ) -> None:
        self._name = name
        self._known = known
        self._note = note

    @property
    def name(self) -> str:
        return self._name

    async def complete(self, request: ChatRequest) -> ChatReply:
        """The reply, or the error that its finish reason stands for; Pending where there is none."""
        wanted = custom_id(request, self._name)
        reply = self._known(wanted)
        if reply is None:
            self._note(wanted, request)
            raise Pending(
                wanted, f"No reply to request {wanted[:12]} ({request.purpose}) has been collected."
            )
        return check_reply(reply)

    async def stream(self, request: ChatRequest) -> AsyncIterator[str]:
        yield (await self.complete(request)).content
