"""The OpenAI Batch API: uploads files of requests, waits for them, and brings the replies home.

Survives a restart at any point: what was uploaded and created is stored and taken up again. Decides
nothing about replies; a row that failed or expired is its error, as a value.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import httpx
import openai
from openai.types import Batch

from coach.errors import Denied, ModelError, Rejected, SetupError, Unavailable
from coach.llm.batch_parts import MOST_BYTES, Part, Parts
from coach.llm.batchfile import URL, read_replies
from coach.llm.client import make_client, secret_of
from coach.llm.faults import Border
from coach.llm.files import replacing
from coach.llm.prices import Prices
from coach.llm.retry import Sleep, policy
from coach.llm.server import NO_KEY, OPENAI_URL
from coach.schema.chat import ChatReply
from coach.text.urls import shown_url

T = TypeVar("T")

_ENDED = frozenset({"completed", "failed", "expired", "cancelled"})
_QUEUE_FULL = "token_limit_exceeded"  # too much is waiting for this model at the server; it passes
_FULL_TRIES = 20  # for a part that finds the queue full with none of ours in it
_REPLY_SHARE = 4  # an output file may be so much longer than the longest input file
_LOOKED_THROUGH = 1000  # of the newest batches, for one of ours whose id was not stored


@dataclass(frozen=True)
class Progress:
    """How far a run has come: parts ended and in all, rows that the server has done and all of them."""

    parts_ended: int
    parts: int
    rows_done: int
    rows: int


class BatchApi:
    """The files and batches of one server; use as an async context manager, or `aclose` it.

    `timeout` and `poll` are in seconds; `timeout` is for one upload or download.
    """

    def __init__(
        self,
        *,
        api_key: str = NO_KEY,
        base_url: str | None = None,
        timeout: float = 600.0,
        max_tries: int = 6,
        poll: float = 30.0,
        prices: Prices | None = None,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._server = shown_url(base_url or OPENAI_URL)
        self._border = Border(
            server=self._server, model="(batch)", timeout=timeout, secret=secret_of(api_key)
        )
        self._client = make_client(api_key, base_url, timeout=timeout, limit=_REPLY_SHARE * MOST_BYTES)
        self._max_tries = max_tries
        self._poll = poll
        self._prices = prices or Prices.load()
        self._sleep = sleep

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        await self._client.close()

    async def answers(
        self, parts: Parts, model: str, *, told: Callable[[Progress], None] = lambda progress: None
    ) -> AsyncIterator[tuple[str, ChatReply | ModelError]]:
        """Every custom_id with its reply or its error, part by part as they end.

        Parts that an earlier run has sent are waited for, not sent again; parts that it has brought
        home are read from their folder. Raises a ModelError where the server cannot be asked, SetupError
        where it takes no batches.
        """
        await self._adopt(parts)
        given: set[str] = set()
        while True:
            for part in parts:
                if part.name in given:
                    continue
                reached = await self._advance(parts, part)
                if reached.done:
                    given.add(reached.name)
                    for answer in self._outcomes(parts, reached, model):
                        yield answer
            told(_progress(parts))
            if all(part.name in given for part in parts):
                return
            await self._sleep(self._poll)

    async def _advance(self, parts: Parts, part: Part) -> Part:
        """Take one part one step further: uploaded, created, looked at, brought home."""
        if part.done:
            return part
        if part.file_id is None:
            part = parts.update(part, file_id=await self._upload(parts.path(part)))
        if part.batch_id is None:
            batch = await self._create(str(part.file_id), part.name)
            return parts.update(part, batch_id=batch.id, status=batch.status or "validating")
        batch = await self._call(lambda: self._client.batches.retrieve(str(part.batch_id)))
        part = _seen(parts, part, batch)
        if batch.status not in _ENDED:
            return part
        if batch.status == "failed" and _QUEUE_FULL in part.why and not self._given_up(parts, part):
            return parts.update(part, batch_id=None, status="waiting", full=part.full + 1)
        for kind, file_id in (("output", batch.output_file_id), ("errors", batch.error_file_id)):
            if file_id:
                await self._download(file_id, parts.path(part, kind))
        return parts.update(part, done=True)

    def _given_up(self, parts: Parts, part: Part) -> bool:
        others = any(other.batch_id and not other.done and other.name != part.name for other in parts)
        return not others and part.full >= _FULL_TRIES

    async def _upload(self, path: Path) -> str:
        async def upload() -> str:
            with path.open("rb") as file:
                return (await self._client.files.create(file=(path.name, file), purpose="batch")).id

        try:
            return await self._call(upload)
        except Denied as error:
            status = getattr(error.__cause__, "status_code", None)
            if status in (404, 405):
                raise SetupError(
                    f"{self._server} has no Batch API. Use --engine async, or --export and --import."
                ) from error
            raise

    async def _create(self, file_id: str, name: str) -> Batch:
        """Create a batch; when a first try ended without a reply, look whether it was made after all."""
        tried = False

        async def create() -> Batch:
            nonlocal tried
            made = await self._find(file_id) if tried else None
            tried = True
            return made or await self._client.batches.create(
                input_file_id=file_id,
                endpoint=URL,
                completion_window="24h",
                metadata={"part": name},
            )

        return await self._call(create)

    async def _adopt(self, parts: Parts) -> None:
        """Take up batches that an earlier run created just before it ended, their ids not yet stored."""
        for part in parts:
            if part.file_id is not None and part.batch_id is None and part.status == "new":
                batch = await self._call(partial(self._find, part.file_id))
                if batch is not None:
                    parts.update(part, batch_id=batch.id, status=batch.status)

    async def _find(self, file_id: str) -> Batch | None:
        looked = 0
        async for batch in self._client.batches.list(limit=100):
            if batch.input_file_id == file_id:
                return batch
            looked += 1
            if looked >= _LOOKED_THROUGH:
                break
        return None

    async def _download(self, file_id: str, path: Path) -> None:
        """Bring a file home, whole or not at all."""

        async def download() -> None:
            async with self._client.files.with_streaming_response.content(file_id) as response:
                with replacing(path) as temporary, temporary.open("wb") as file:
                    async for chunk in response.iter_bytes():
                        file.write(chunk)

        await self._call(download)

    async def _call(self, act: Callable[[], Awaitable[T]]) -> T:
        async for attempt in policy(
            max_tries=self._max_tries, patience=600.0, heard=lambda: False, sleep=self._sleep
        ):
            with attempt:
                try:
                    return await act()
                except (openai.OpenAIError, httpx.HTTPError, ValueError) as error:
                    raise self._border.translate(error, datetime.now(UTC)) from error
        raise AssertionError("retrying ended without a result and without an error")

    def _outcomes(self, parts: Parts, part: Part, model: str) -> list[tuple[str, ChatReply | ModelError]]:
        """What became of every row of a part that has ended, in the order of the requests."""
        ids = parts.ids(part)
        known = set(ids)
        came: dict[str, ChatReply | ModelError] = {}
        for kind in ("errors", "output"):  # a reply counts more than an error
            path = parts.path(part, kind)
            if path.exists():
                came.update(read_replies(path, known))
        return [(custom_id, self._priced(came.get(custom_id) or _missing(part), model)) for custom_id in ids]

    def _priced(self, outcome: ChatReply | ModelError, model: str) -> ChatReply | ModelError:
        if isinstance(outcome, ModelError):
            return outcome
        return outcome.model_copy(update={"cost_usd": self._prices.batch_cost(model, outcome.usage)})


def _seen(parts: Parts, part: Part, batch: Batch) -> Part:
    """The part with what the server now says of its batch."""
    reasons = [f"{one.code}: {one.message}" for one in (batch.errors.data or [])] if batch.errors else []
    counts = batch.request_counts
    rows_done = counts.completed + counts.failed if counts else 0
    found = {"status": batch.status, "why": "; ".join(reasons), "rows_done": rows_done}
    changed = any(getattr(part, name) != value for name, value in found.items())
    return parts.update(part, **found) if changed else part


def _missing(part: Part) -> ModelError:
    if part.status == "failed":
        return Rejected(f"The server refused the batch: {part.why or 'it gave no reason'}")
    return Unavailable(f"No reply: the batch is {part.status}. Send this row again.")


def _progress(parts: Parts) -> Progress:
    every = list(parts)
    return Progress(
        parts_ended=sum(part.done for part in every),
        parts=len(every),
        rows_done=sum(part.requests if part.done else part.rows_done for part in every),
        rows=sum(part.requests for part in every),
    )
