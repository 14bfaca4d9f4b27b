"""ChatModel over any server that speaks the OpenAI API. The only place that sends a chat completion.

Grades nothing and reads no settings; what a reply is worth is its caller's business.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

import httpx
import openai
from openai.types.chat import ChatCompletionChunk
from tenacity import AsyncRetrying

from coach.errors import BadReply, ModelError, RateLimited, Rejected
from coach.llm.abilities import Abilities, Ability
from coach.llm.client import make_client, secret_of
from coach.llm.completion import CutOff, Declined, EmptyReply, check_reply, read_completion, read_usage
from coach.llm.faults import Border, vendor_text
from coach.llm.limiter import Limiter, Slot
from coach.llm.prices import Prices
from coach.llm.retry import Sleep, policy
from coach.llm.server import NO_KEY, OPENAI_URL
from coach.llm.streaming import StreamedReply
from coach.llm.wire import chat_body
from coach.schema.chat import ChatReply, ChatRequest, TokenUsage
from coach.schema.grade import Usage
from coach.text.urls import shown_url

_PATH = "/chat/completions"
_Chunks = openai.AsyncStream[ChatCompletionChunk]


@dataclass
class _Bill:
    """What one `complete` has been charged for, over its tries."""

    requests: int = 0
    usage: TokenUsage = TokenUsage()

    def add(self, usage: TokenUsage) -> None:
        self.requests += 1
        self.usage = TokenUsage(
            prompt_tokens=self.usage.prompt_tokens + usage.prompt_tokens,
            cached_tokens=self.usage.cached_tokens + usage.cached_tokens,
            completion_tokens=self.usage.completion_tokens + usage.completion_tokens,
        )


class OpenAIChat:
    """A model behind an OpenAI-compatible server; use as an async context manager, or `aclose` it.

    `timeout` is seconds for one try, `max_tries` bounds tries that fail, `patience` is how many
    seconds one request may wait for rate limits in all. One `limiter` is shared by all models of a server,
    one `abilities` by all of them. `spent` adds up every reply that came, streamed or not.
    """

    def __init__(
        self,
        name: str,
        *,
        api_key: str = NO_KEY,
        base_url: str | None = None,
        timeout: float = 120.0,
        max_tries: int = 6,
        patience: float = 600.0,
        limiter: Limiter | None = None,
        prices: Prices | None = None,
        abilities: Abilities | None = None,
        temperature: float | None = 0.0,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._name = name
        self._limiter = limiter or Limiter()
        self._prices = prices or Prices.load()
        self._abilities = abilities or Abilities()
        self._temperature = temperature
        self._timeout = timeout
        self._max_tries = max_tries
        self._patience = patience
        self._sleep = sleep
        self._client = make_client(api_key, base_url, timeout=timeout)
        self._server = shown_url(base_url or OPENAI_URL)
        self._secret = secret_of(api_key)
        self._border = Border(server=self._server, model=name, timeout=timeout, secret=self._secret)
        self.spent = Usage()

    def __repr__(self) -> str:
        return f"OpenAIChat({self._name!r}, server={self._server!r})"

    @property
    def name(self) -> str:
        return self._name

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        await self._client.close()

    async def complete(self, request: ChatRequest) -> ChatReply:
        """The whole reply, retried and put as the server wants it; raises a ModelError.

        The content is as the model wrote it: a reply that does not follow the schema is returned too.
        """
        bill = _Bill()
        try:
            reply = await self._asked(request, bill)
            # The slot is free: the next request goes out before the caller works on this reply.
            await asyncio.sleep(0)
            return self._billed(reply, bill)
        except (EmptyReply, CutOff, Declined) as error:
            if error.reply is not None:
                error.reply = self._billed(error.reply, bill)
            raise
        finally:
            self._spend(bill)

    async def stream(self, request: ChatRequest) -> AsyncIterator[str]:
        """Pieces of the reply's text as they come.

        Tried again like `complete` until the first piece came; after that a fault is raised, and what
        came so far is the caller's to keep or drop.
        """
        bill = _Bill()
        try:
            first, rest = await self._opened(request, bill)
            async with aclosing(rest):
                yield first
                async for piece in rest:
                    yield piece
        finally:
            self._spend(bill)

    async def _asked(self, request: ChatRequest, bill: _Bill) -> ChatReply:
        """Ask in the strictest way that the server takes; each refusal or ignored schema teaches one."""
        first = self._ability()
        while True:  # ends: every round drops a parameter or a rung, and both are few
            ability = self._ability()
            body = self._body(request, ability)
            try:
                reply = await self._tried(body, bill)
            except Rejected as error:
                self._learn_from(error, first, ability, body)
                continue
            if not self._asks_again(request, ability, reply):
                return reply

    async def _opened(self, request: ChatRequest, bill: _Bill) -> tuple[str, AsyncGenerator[str, None]]:
        """The first piece of a stream, and the rest of it."""
        first = self._ability()
        while True:
            ability = self._ability()
            body = {**self._body(request, ability), "stream": True}
            if "stream_options" not in ability.dropped:
                body["stream_options"] = {"include_usage": True}
            try:
                async for attempt in self._attempts():
                    with attempt:
                        pieces = self._pieces(body, bill, again=attempt.retry_state.attempt_number > 1)
                        return await anext(pieces), pieces
            except Rejected as error:
                self._learn_from(error, first, ability, body)

    def _body(self, request: ChatRequest, ability: Ability) -> dict[str, Any]:
        body = chat_body(request, self._name, mode=ability.mode, system_role=ability.system_role)
        if self._temperature is not None and "temperature" not in ability.dropped:
            body["temperature"] = self._temperature
        if "seed" not in ability.dropped:
            body["seed"] = request.sample
        if request.max_tokens is not None and ability.length_field is not None:
            body[ability.length_field] = request.max_tokens
        return body

    def _ability(self) -> Ability:
        # OpenAI's newer models refuse max_tokens; other servers silently ignore its successor.
        openai_itself = self._server == OPENAI_URL
        default = Ability(length_field="max_completion_tokens" if openai_itself else "max_tokens")
        return self._abilities.get(self._server, self._name, default)

    def _learn(self, used: Ability, learnt: Ability | None) -> bool:
        """Remember what a request taught; False where it taught nothing.

        Another request may have taught more in the meantime: then this one only sends again.
        """
        if learnt is None:
            return False
        if self._ability() == used:
            self._abilities.put(self._server, self._name, learnt)
        return True

    def _learn_from(self, error: Rejected, first: Ability, used: Ability, body: dict[str, Any]) -> None:
        """Learn from a refusal; raise it where it teaches nothing.

        What this request has learnt until then did not help it, and is forgotten: a server may name
        every field that it was sent without objecting to any of them.
        """
        if self._learn(used, used.after_refusal(vendor_text(error.__cause__), body)):
            return
        if used != first:
            self._abilities.put(self._server, self._name, first)
        raise error

    def _asks_again(self, request: ChatRequest, ability: Ability, reply: ChatReply) -> bool:
        """True where the server ignored the schema and a weaker way of asking is left."""
        if request.reply_schema is None:
            return False
        learnt = ability.after_reply(reply.content, request.reply_schema)
        return self._learn(ability, learnt) and learnt is not None and learnt.mode != ability.mode

    def _attempts(self) -> AsyncRetrying:
        return policy(
            max_tries=self._max_tries,
            patience=self._patience,
            heard=lambda: self._limiter.accepted_any,
            sleep=self._sleep,
        )

    async def _tried(self, body: dict[str, Any], bill: _Bill) -> ChatReply:
        async for attempt in self._attempts():
            with attempt:
                async with self._limiter.slot(again=attempt.retry_state.attempt_number > 1) as slot:
                    return await self._once(body, slot, bill)
        raise AssertionError("retrying ended without a reply and without an error")

    async def _once(self, body: dict[str, Any], slot: Slot, bill: _Bill) -> ChatReply:
        """Send one request, once."""
        try:
            async with asyncio.timeout(self._timeout):
                response = await self._client.post(_PATH, cast_to=httpx.Response, body=body)
            read = json.loads(response.content)
        except (openai.OpenAIError, httpx.HTTPError, OSError, ValueError) as error:
            raise self._told(error, slot) from error
        except RecursionError as error:
            raise BadReply(f"{self._server} sent JSON that is nested too deep.") from error
        usage = read_usage(read.get("usage")) if isinstance(read, dict) else TokenUsage()
        bill.add(usage)
        self._accepted(slot, response.headers, usage)
        reply = read_completion(read)
        return check_reply(reply.model_copy(update={"content": self._without_secret(reply.content)}))

    async def _pieces(self, body: dict[str, Any], bill: _Bill, *, again: bool) -> AsyncGenerator[str, None]:
        """Send one request, once, and yield what comes; the slot is held to the end."""
        async with self._limiter.slot(again=again) as slot:
            coming = StreamedReply()
            try:
                stream = await self._client.post(
                    _PATH, cast_to=ChatCompletionChunk, body=body, stream=True, stream_cls=_Chunks
                )
                async with stream:
                    if "json" in stream.response.headers.get("content-type", ""):
                        # The server does not stream: the whole reply comes as one piece.
                        whole = json.loads(await stream.response.aread())
                        coming.take_whole(whole)
                        yield self._without_secret(check_reply(coming.reply()).content)
                    else:
                        async for chunk in stream:
                            piece = coming.take(chunk.to_dict())
                            if piece:
                                yield self._without_secret(piece)
            except (openai.OpenAIError, httpx.HTTPError, OSError, ValueError) as error:
                raise self._told(error, slot) from error
            bill.add(coming.usage)
            self._accepted(slot, stream.response.headers, coming.usage)
            check_reply(coming.reply())

    def _told(self, error: Exception, slot: Slot) -> ModelError:
        """Our error for the client's; the limiter learns of a refusal."""
        ours = self._border.translate(error, datetime.now(UTC))
        if isinstance(ours, RateLimited) and isinstance(error, openai.APIStatusError):
            self._limiter.refused(slot, error.response.headers, ours.retry_after)
        return ours

    def _billed(self, reply: ChatReply, bill: _Bill) -> ChatReply:
        """The reply with all that it took: a server that had to be asked twice was paid twice."""
        cost = self._prices.cost(self._name, bill.usage)
        update = {"requests": bill.requests, "usage": bill.usage, "cost_usd": cost}
        return reply.model_copy(update=update)

    def _spend(self, bill: _Bill) -> None:
        self.spent += Usage(
            requests=bill.requests,
            cost_usd=self._prices.cost(self._name, bill.usage),
            **bill.usage.model_dump(),
        )

    def _accepted(self, slot: Slot, headers: Mapping[str, str], usage: TokenUsage) -> None:
        self._limiter.accepted(slot, headers, usage.prompt_tokens + usage.completion_tokens)

    def _without_secret(self, text: str) -> str:
        # A server that echoes its request must not bring the key into a file.
        return text.replace(self._secret, "[key]") if self._secret else text
