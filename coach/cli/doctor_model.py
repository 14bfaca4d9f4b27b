"""Checks of the model: key and server settings, what is remembered of it, and one token where allowed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from shlex import quote
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from coach.cli.doctor_finding import Finding, fail, ok, warn
from coach.cli.wiring import DEFAULT_MODEL, Rooms
from coach.errors import CoachError, Denied
from coach.llm.server import OPENAI_URL
from coach.settings import Settings
from coach.text.urls import shown_url

if TYPE_CHECKING:
    from coach.llm.port import ChatModel
    from coach.schema.chat import ChatRequest

_PATIENCE = 20.0


def check_key(settings: Settings) -> Finding:
    """The key, if any, is one that can be sent. It is never shown."""
    key = settings.openai_api_key.get_secret_value() if settings.openai_api_key else ""
    if not key:
        if settings.openai_base_url:
            return ok("key", "none, as local servers want it")
        return ok("key", "none: everything works offline, the local grader marks")
    if not key.isascii() or not key.isprintable() or " " in key:
        return fail("key", "OPENAI_API_KEY holds characters that no key has.", "export OPENAI_API_KEY=...")
    return ok("key", "OPENAI_API_KEY is set")


def check_server(settings: Settings) -> Finding:
    """Where a model would be asked, and which."""
    url = settings.openai_base_url
    if not settings.has_model:
        return ok("server", "none is asked")
    if url is not None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            return fail(
                "server", "OPENAI_BASE_URL is no URL.", "export OPENAI_BASE_URL=http://127.0.0.1:8000/v1"
            )
        if not parts.path.rstrip("/").endswith("/v1"):
            says = f"{shown_url(url)} does not end in /v1, as such servers usually do."
            return warn("server", says, f"export OPENAI_BASE_URL={shown_url(url)}/v1")
    named = settings.coach_model or ("the first that it lists" if url else DEFAULT_MODEL)
    return ok("server", f"{shown_url(url or OPENAI_URL)}, model {named}")


def check_abilities(settings: Settings) -> Finding:
    """What earlier calls taught of the model: how it takes a schema, and what it refuses."""
    from coach.llm.abilities import Abilities, Ability

    if not settings.has_model:
        return ok("abilities", "no model")
    model = settings.coach_model or (None if settings.openai_base_url else DEFAULT_MODEL)
    if model is None:
        return ok("abilities", "known once COACH_MODEL names the model")
    unknown = Ability()
    known = Abilities(settings.cache_dir / "abilities.json").get(
        shown_url(settings.openai_base_url or OPENAI_URL), model, unknown
    )
    if known is unknown:
        return ok("abilities", f"nothing is remembered of {model} yet; the first calls find out")
    schema = {"json_schema": "enforces schemas", "tool": "takes schemas as a tool"}.get(
        known.mode, f"takes schemas as {known.mode}, checked by the coach"
    )
    refused = f"; refuses {', '.join(sorted(known.dropped))}" if known.dropped else ""
    says = f"{model} {schema}{' (seen)' if known.proven else ''}{refused}"
    if known.mode == "text":
        return warn(
            "abilities",
            f"{says}: grades may need repairs.",
            "coach eval run llm --grader llm --only kind:real",
        )
    return ok("abilities", says)


def check_online(settings: Settings) -> Finding:
    """Ask the server for one token, streamed, once."""
    if not settings.has_model:
        return warn("online", "there is neither a key nor a server to ask", "export OPENAI_API_KEY=...")
    patience = {"coach_max_tries": 1, "coach_timeout": min(_PATIENCE, settings.coach_timeout)}
    rooms = Rooms(settings.model_copy(update=patience))
    try:
        return asyncio.run(_one_token(rooms))
    except Denied as error:
        return fail("online", str(error), "export OPENAI_API_KEY=...")
    except CoachError as error:
        return fail("online", str(error), f"curl -sS {quote(rooms.server)}/models")
    finally:
        rooms.close()


async def _one_token(rooms: Rooms) -> Finding:
    from coach.llm.completion import CutOff, EmptyReply
    from coach.schema.chat import ChatRequest, Message

    request = ChatRequest(
        messages=(Message(role="user", content="Say yes."),), purpose="doctor", max_tokens=1
    )
    try:
        chat = await rooms.chat()
        begun = time.monotonic()
        try:
            async with aclosing(_stream(chat, request)) as pieces:
                await anext(pieces, "")
        except (CutOff, EmptyReply):
            pass  # One token is too short for a whole reply, and for a model that thinks first: it answers.
        taken = time.monotonic() - begun
        return ok("online", f"{chat.name} at {rooms.server} answers in {taken:.1f} s")
    finally:
        await rooms.hang_up()


async def _stream(chat: ChatModel, request: ChatRequest) -> AsyncGenerator[str, None]:
    async for piece in chat.stream(request):
        yield piece
