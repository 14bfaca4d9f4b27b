"""Models over recordings: one that only replays, one that records what a live model replies."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

from coach.errors import ModelError, RecordingError
from coach.llm.completion import check_reply, unusable_reply
from coach.llm.port import ChatModel
from coach.llm.recordings import Recording, Recordings
from coach.schema.chat import ChatReply, ChatRequest


class ReplayModel:
    """Implements ChatModel from recordings alone; there is no live model behind it to fall back to.

    `misses` holds one sentence for each request that was not recorded.
    """

    def __init__(self, recordings: Recordings, name: str) -> None:
        self._recordings = recordings
        self._name = name
        self.misses: list[str] = []

    @property
    def name(self) -> str:
        return self._name

    async def complete(self, request: ChatRequest) -> ChatReply:
        """The recorded reply, or the error that its finish reason stands for.

        Raises RecordingError that says which part of the request changed.
        """
        return check_reply(self._recorded(request))

    async def stream(self, request: ChatRequest) -> AsyncIterator[str]:
        yield (await self.complete(request)).content

    def _recorded(self, request: ChatRequest) -> ChatReply:
        recording = self._recordings.get(request.key(self._name))
        if recording is None:
            why = self._recordings.explain_miss(request, self._name)
            self.misses.append(why)
            raise RecordingError(f"{why} Record it anew with `coach eval record`.")
        reply = recording.reply
        return ChatReply(
            content=reply.content,
            finish_reason=reply.finish_reason,
            model=reply.model,
            usage=reply.usage,
            created=reply.created,
            requests=0,
            cost_usd=0.0,
            replayed=True,
        )


class RecordingModel:
    """Implements ChatModel over a live one and keeps what it replies, malformed or not.

    A request that is recorded already is answered from the recording, unless `anew`. New recordings
    belong to `file`, or else to the home file. Nothing is written before `Recordings.save`.
    """

    def __init__(
        self,
        inner: ChatModel,
        recordings: Recordings,
        provenance: dict[str, str] | None = None,
        *,
        anew: bool = False,
        file: Path | None = None,
    ) -> None:
        self._inner = inner
        self._replay = ReplayModel(recordings, inner.name)
        self._recordings = recordings
        self._provenance = provenance or {}
        self._anew = anew
        self._file = file

    @property
    def name(self) -> str:
        return self._inner.name

    async def complete(self, request: ChatRequest) -> ChatReply:
        if not self._anew and request.key(self.name) in self._recordings:
            return await self._replay.complete(request)
        try:
            reply = await self._inner.complete(request)
        except ModelError as error:
            whole = unusable_reply(error)
            if whole is not None:
                self._keep(request, whole)
            raise
        self._keep(request, reply)
        return reply

    async def stream(self, request: ChatRequest) -> AsyncIterator[str]:
        yield (await self.complete(request)).content

    def _keep(self, request: ChatRequest, reply: ChatReply) -> None:
        # Two equal requests may be in flight at once; the first reply to arrive is the recording.
        if self._anew or request.key(self.name) not in self._recordings:
            recording = Recording.of(request, self.name, reply, self._provenance)
            self._recordings.add(recording, replace=self._anew, file=self._file)
