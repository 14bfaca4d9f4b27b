"""Which models a server offers. Sends no completion."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime

import httpx
import openai

from coach.errors import SetupError
from coach.llm.client import make_client, secret_of
from coach.llm.faults import Border
from coach.llm.server import NO_KEY, OPENAI_URL
from coach.text.urls import shown_url


async def first_model(base_url: str | None, *, api_key: str = NO_KEY, timeout: float = 20.0) -> str:
    """The first id that the server lists; raises SetupError where it lists none, or a ModelError."""
    server, secret = shown_url(base_url or OPENAI_URL), secret_of(api_key)
    border = Border(server=server, model="(none yet)", timeout=timeout, secret=secret)
    async with make_client(api_key, base_url, timeout=timeout) as client:
        try:
            async with asyncio.timeout(timeout):
                response = await client.get("/models", cast_to=httpx.Response)
            listed = json.loads(response.content)
        except (openai.OpenAIError, httpx.HTTPError, OSError, ValueError) as error:
            raise border.translate(error, datetime.now(UTC)) from error
    rows = listed.get("data") if isinstance(listed, dict) else None
    for row in rows if isinstance(rows, list) else []:
        if isinstance(row, dict) and isinstance(row.get("id"), str) and row["id"]:
            return str(row["id"])
    raise SetupError(f"{border.server} lists no models. Name one with COACH_MODEL.")
