"""The HTTP client that models are asked with: its key, its connections, its bounds. Retries nothing."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from urllib.request import getproxies

import httpx

from coach.errors import BadReply, SetupError
from coach.llm.connections import Connections, read_certificates

REPLY_LIMIT = 4 * 2**20  # bytes; no reply to one request is honestly longer
_COMPRESSED_SHARE = 64  # a compressed reply may be this much shorter, so that none unpacks without bound
_ACCOUNT = {"OpenAI-Organization": "OPENAI_ORG_ID", "OpenAI-Project": "OPENAI_PROJECT_ID"}


def open_client(api_key: str, *, timeout: float, limit: int = REPLY_LIMIT) -> httpx.AsyncClient:
    """A client that sends the key; `timeout` is in seconds, `limit` in bytes for each reply.

    Raises SetupError for a key that cannot be sent.
    """
    if not api_key.isascii() or not api_key.isprintable() or " " in api_key:
        raise SetupError("OPENAI_API_KEY holds characters that no key has. Copy it again, without spaces.")
    account = {header: os.environ[name] for header, name in _ACCOUNT.items() if os.environ.get(name)}
    headers = {
        "Authorization": f"Bearer {api_key}",
        "Accept": "application/json",
        "Accept-Encoding": "identity",
        **account,
    }
    bounds = httpx.Timeout(timeout, connect=min(timeout, 10.0), pool=None)
    hooks = {"response": [_bounding(limit)]}
    if getproxies():  # httpx's own pool knows the way through a proxy
        return httpx.AsyncClient(
            limits=httpx.Limits(max_connections=None),
            verify=read_certificates(),
            timeout=bounds,
            headers=headers,
            event_hooks=hooks,
        )
    return httpx.AsyncClient(transport=open_transport(), timeout=bounds, headers=headers, event_hooks=hooks)


def open_transport() -> httpx.AsyncBaseTransport:
    """What carries the requests where no proxy does."""
    return Connections()


def endpoint(base_url: str, path: str) -> httpx.URL:
    """The URL of `path` below `base_url`; raises SetupError where that is no URL."""
    try:
        return httpx.URL(f"{base_url.rstrip('/')}{path}")
    except httpx.InvalidURL as error:
        raise SetupError("OPENAI_BASE_URL is no URL. Give one such as http://127.0.0.1:8000/v1.") from error


def secret_of(api_key: str) -> str:
    """The key where it is one; "" for a placeholder, which may well be an ordinary word of a reply."""
    return api_key if len(api_key) >= 16 or (api_key.startswith("sk-") and len(api_key) >= 8) else ""


def _bounding(limit: int) -> Callable[[httpx.Response], Awaitable[None]]:
    """A hook that makes every reply, whatever its status, fail to be read beyond `limit` bytes."""

    async def bound(response: httpx.Response) -> None:
        encoded = response.headers.get("content-encoding", "identity") != "identity"
        if isinstance(response.stream, httpx.AsyncByteStream):
            response.stream = _BoundedStream(
                response.stream, limit // _COMPRESSED_SHARE if encoded else limit
            )

    return bound


class _BoundedStream(httpx.AsyncByteStream):
    def __init__(self, inner: httpx.AsyncByteStream, limit: int) -> None:
        self._inner = inner
        self._left = limit

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._inner:
            self._left -= len(chunk)
            if self._left < 0:
                raise BadReply("The server's reply is too long to be one; it was not read to its end.")
            yield chunk

    async def aclose(self) -> None:
        await self._inner.aclose()
