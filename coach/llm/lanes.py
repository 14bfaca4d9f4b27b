"""An HTTP transport with one connection for each request in flight, and no pool to search.

httpcore looks at every connection of its pool for every request, which costs as much as all else that
a request does. Bounds nothing: how many requests are in flight is the limiter's business.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator

import httpx


class LaneTransport(httpx.AsyncBaseTransport):
    """Gives each request a transport of its own; the last one to be free is used first."""

    def __init__(self, certificates: ssl.SSLContext) -> None:
        self._certificates = certificates
        self._free: list[httpx.AsyncHTTPTransport] = []
        self._all: list[httpx.AsyncHTTPTransport] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        lane = self._free.pop() if self._free else self._open()
        try:
            response = await lane.handle_async_request(request)
        except BaseException:
            self._free.append(lane)
            raise
        assert isinstance(response.stream, httpx.AsyncByteStream)
        response.stream = _LaneStream(response.stream, lane, self._free)
        return response

    async def aclose(self) -> None:
        for lane in self._all:
            await lane.aclose()

    def _open(self) -> httpx.AsyncHTTPTransport:
        # Two, because a connection that was broken off may still be closing when the lane is used again.
        limits = httpx.Limits(max_connections=2, max_keepalive_connections=1, keepalive_expiry=30.0)
        lane = httpx.AsyncHTTPTransport(verify=self._certificates, limits=limits)
        self._all.append(lane)
        return lane


class _LaneStream(httpx.AsyncByteStream):
    """A reply's body that frees its lane when it is closed."""

    def __init__(
        self,
        inner: httpx.AsyncByteStream,
        lane: httpx.AsyncHTTPTransport,
        free: list[httpx.AsyncHTTPTransport],
    ) -> None:
        self._inner = inner
        self._lane: httpx.AsyncHTTPTransport | None = lane
        self._free = free

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._inner:
            yield chunk

    async def aclose(self) -> None:
        lane, self._lane = self._lane, None
        try:
            await self._inner.aclose()
        finally:
            if lane is not None:
                self._free.append(lane)
