"""An HTTP transport over aiohttp: the cheapest way to keep many requests at once on their way.

httpcore, which httpx brings along, takes twice the processor time for a request. Knows no proxy: where the
environment names one, httpx's own transport is used instead. Raises httpx's errors alone.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import aiohttp
import httpx
from yarl import URL

from coach.errors import SetupError

_LINE_LIMIT = 64 * 1024  # bytes of one header of a reply
_KEPT = 30.0  # seconds that a connection is kept for the next request


class Connections(httpx.AsyncBaseTransport):
    """One connection for each request in flight; how many those are is the limiter's business.

    Certificates are checked as httpx checks them, SSL_CERT_FILE and SSL_CERT_DIR included.
    """

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None
        self._verify: ssl.SSLContext | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.scheme not in ("http", "https"):
            raise httpx.UnsupportedProtocol("The URL begins neither with http:// nor with https://.")
        times = request.extensions.get("timeout", {})
        content = await request.aread()
        with _told_as_httpx():
            reply = await self._opened().request(
                request.method,
                URL(str(request.url), encoded=True),
                headers=request.headers.multi_items(),
                data=content or None,
                allow_redirects=False,
                ssl=self._certificates() if request.url.scheme == "https" else True,
                timeout=aiohttp.ClientTimeout(
                    total=None, sock_connect=times.get("connect"), sock_read=times.get("read")
                ),
            )
        return httpx.Response(
            reply.status, headers=list(reply.raw_headers), stream=_Body(reply), request=request
        )

    async def aclose(self) -> None:
        if self._session is not None:
            await self._session.close()

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=_KEPT),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                max_line_size=_LINE_LIMIT,
                max_field_size=_LINE_LIMIT,
            )
        return self._session

    def _certificates(self) -> ssl.SSLContext:
        if self._verify is None:
            self._verify = read_certificates()
        return self._verify


def read_certificates() -> ssl.SSLContext:
    """The certificates that a server's is checked with; raises SetupError where they cannot be read."""
    try:
        return httpx.create_ssl_context()
    except OSError as error:
        raise SetupError(
            "The certificates that SSL_CERT_FILE or SSL_CERT_DIR names cannot be read."
        ) from error


class _Body(httpx.AsyncByteStream):
    def __init__(self, reply: aiohttp.ClientResponse) -> None:
        self._reply = reply

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _told_as_httpx():
            async for chunk in self._reply.content.iter_any():
                yield chunk

    async def aclose(self) -> None:
        self._reply.close()  # a connection whose reply was read to its end is already free for the next


# The first that fits counts, so that what is special comes first.
_ERRORS: tuple[tuple[type[Exception], type[httpx.RequestError]], ...] = (
    (aiohttp.ConnectionTimeoutError, httpx.ConnectTimeout),
    (TimeoutError, httpx.ReadTimeout),
    (aiohttp.ClientConnectorError, httpx.ConnectError),  # certificates and names included
    (aiohttp.InvalidURL, httpx.UnsupportedProtocol),
    (OSError, httpx.ReadError),
    (aiohttp.ClientError, httpx.RemoteProtocolError),
)


@contextmanager
def _told_as_httpx() -> Iterator[None]:
    try:
        yield
    except (aiohttp.ClientError, OSError) as error:
        kind = next(ours for theirs, ours in _ERRORS if isinstance(error, theirs))
        raise kind(str(error)) from error
