"""The openai client, for files and batches, and the border to it: its exceptions told as the transport's.

A chat completion needs none of it: see openai_chat.
"""

from __future__ import annotations

from typing import Any, cast

import httpx
import openai
from openai import AsyncOpenAI

from coach.errors import SetupError
from coach.llm.client import open_client
from coach.llm.faults import Answered, BrokenMidReply
from coach.llm.server import OPENAI_URL

CLIENT_ERRORS: tuple[type[Exception], ...] = (openai.OpenAIError,)


def make_client(api_key: str, base_url: str | None, *, timeout: float, limit: int) -> AsyncOpenAI:
    """A client of the server at `base_url` without retries; `timeout` is in seconds, `limit` in bytes.

    Raises SetupError for a key or URL that cannot be sent.
    """
    http_client = open_client(api_key, timeout=timeout, limit=limit)
    try:
        return AsyncOpenAI(
            api_key=api_key,
            base_url=base_url or OPENAI_URL,
            http_client=cast("Any", http_client),  # it takes httpx clients too, but is typed for httpx2
            max_retries=0,
        )
    except (httpx.InvalidURL, ValueError) as error:
        raise SetupError("OPENAI_BASE_URL is no URL. Give one such as http://127.0.0.1:8000/v1.") from error


def unwrap(error: Exception) -> Exception:
    """What stands behind an error of the client, in words that `Border.translate` knows."""
    if isinstance(error, openai.APIStatusError):
        return Answered(error.status_code, error.response.headers, error.body)
    if isinstance(error, openai.APITimeoutError):
        return TimeoutError()
    if isinstance(error, openai.APIConnectionError):
        cause = error.__cause__
        return cause if isinstance(cause, Exception) else httpx.ConnectError(str(error))
    if isinstance(error, openai.APIResponseValidationError):
        return ValueError(str(error))
    return BrokenMidReply(str(error)) if isinstance(error, openai.OpenAIError) else error
