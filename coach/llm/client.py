"""Makes the vendor's client as it is used here: explicit HTTP client, no retries, bounded replies."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, cast
from urllib.request import getproxies

import httpx
from openai import AsyncOpenAI

from coach.errors import BadReply, SetupError
from coach.llm.lanes import LaneTransport
from coach.llm.server import OPENAI_URL

REPLY_LIMIT = 4 * 2**20  # bytes; no reply to one request is honestly longer
_COMPRESSED_SHARE = 64  # a compressed reply may be this much shorter, so that none unpacks without bound


def make_client(
    api_key: str, base_url: str | None, *, timeout: float, limit: int = REPLY_LIMIT
) -> AsyncOpenAI:
    """A client of the server at `base_url`; `timeout` is in seconds, `limit` in bytes for each reply.

    Raises SetupError for a key or URL that cannot be sent.
    """
    if not api_key.isascii() or not api_key.isprintable() or " " in api_key:
        raise SetupError("OPENAI_API_KEY holds characters that no key has. Copy it again, without spaces.")
    verify = _certificates(base_url or OPENAI_URL)
    http_client = httpx.AsyncClient(
        verify=verify,
        limits=httpx.Limits(max_connections=None),
        # Through a proxy, httpx's own pool knows the way.
        transport=None if getproxies() else LaneTransport(verify),
        timeout=httpx.Timeout(timeout, connect=min(timeout, 10.0), pool=None),
        headers={"Accept-Encoding": "identity"},
        event_hooks={"response": [_bounding(limit)]},
    )
    try:
        return AsyncOpenAI(
            api_key=api_key,
            base_url=base_url or OPENAI_URL,
            http_client=cast("Any", http_client),  # it takes httpx clients too, but is typed for httpx2
            max_retries=0,
        )
    except (httpx.InvalidURL, ValueError) as error:
        raise SetupError("OPENAI_BASE_URL is no URL. Give one such as http://127.0.0.1:8000/v1.") from error


def _certificates(url: str) -> ssl.SSLContext:
    """What a server's certificate is checked with; raises SetupError where it cannot be read."""
    if url.lower().startswith("http://") and not getproxies():
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # trusts nobody, and need not be read
    try:
        return httpx.create_ssl_context()
    except OSError as error:
        raise SetupError(
            f"The certificates that SSL_CERT_FILE names cannot be read: {error.strerror}."
        ) from error


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
