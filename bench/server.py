"""A loopback server for benchmarks: chat completions after a fixed time, refusals when told to.

It answers with a report that grades (the criteria are read from the prompt), so that one request
finishes a row. GET /stats tells what it saw; times are seconds on its own clock.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import re
from collections import Counter

_CRITERIA = re.compile(rb"Report on these criteria, in this order: ([a-z0-9_, -]+)\.")
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


class Server:
    """What the server does to every request, and what it counted."""

    def __init__(self, latency: float, first_429: float, retry_after: float, rpm: float) -> None:
        self.latency = latency
        self.first_429 = first_429
        self.retry_after = retry_after
        self.rpm = rpm
        self.denies = False  # every key
        self.started = 0.0
        self.ended = 0.0
        self.requests = self.refused = self.in_flight = self.most_in_flight = 0
        self.paid: Counter[bytes] = Counter()
        self._seen: set[bytes] = set()
        self._allowance = rpm / 60
        self._filled = 0.0

    def stats(self) -> dict[str, float]:
        twice = sum(count - 1 for count in self.paid.values())
        return {
            "requests": self.requests,
            "refused": self.refused,
            "paid": self.paid.total(),
            "paid_twice": twice,
            "span": self.ended - self.started,
            "most_in_flight": self.most_in_flight,
        }

    def refuses(self, body: bytes, now: float) -> float | None:
        """Seconds to come back after, where the request is refused."""
        name = hashlib.sha256(body).digest()[:12]
        if self.first_429 and name not in self._seen:
            self._seen.add(name)
            if name[0] < 256 * self.first_429:
                return self.retry_after
        if self.rpm:
            rate = self.rpm / 60
            self._allowance = min(rate, self._allowance + (now - self._filled) * rate)
            self._filled = now
            if self._allowance < 1:
                return 1.0
            self._allowance -= 1
        self.paid[name] += 1
        return None


class Connection(asyncio.Protocol):
    """Just enough of HTTP/1.1 for clients that send a length."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._data = bytearray()
        self._loop = asyncio.get_running_loop()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._data += data
        while (end := self._data.find(b"\r\n\r\n")) >= 0:
            found = _LENGTH.search(self._data, 0, end)
            size = end + 4 + (int(found[1]) if found else 0)
            if len(self._data) < size:
                return
            head, body = bytes(self._data[:end]), bytes(self._data[end + 4 : size])
            del self._data[:size]
            self._answer(head, body)

    def _answer(self, head: bytes, body: bytes) -> None:
        server, now = self._server, self._loop.time()
        if not head.startswith(b"POST"):
            self._send(200, server.stats() if b"/stats" in head else {"data": [{"id": "bench"}]})
            return
        if server.denies:
            self._send(401, {"error": {"message": "bad key", "code": "invalid_api_key"}})
            return
        server.started = server.started or now
        server.requests += 1
        wait = server.refuses(body, now)
        if wait is not None:
            server.refused += 1
            error = {"error": {"message": "slow down", "type": "rate_limit", "code": "rate_limit_exceeded"}}
            self._send(429, error, f"retry-after: {wait:g}\r\n")
            return
        server.in_flight += 1
        server.most_in_flight = max(server.most_in_flight, server.in_flight)
        self._loop.call_later(server.latency, self._reply, body)

    def _reply(self, body: bytes) -> None:
        self._server.in_flight -= 1
        self._server.ended = self._loop.time()
        message = {"role": "assistant", "content": report(body)}
        choice = {"index": 0, "finish_reason": "stop", "message": message}
        usage = {"prompt_tokens": len(body) // 4, "completion_tokens": 400, "total_tokens": 0}
        completion = {"id": "c", "object": "chat.completion", "created": 1_700_000_000, "model": "bench"}
        self._send(200, {**completion, "choices": [choice], "usage": usage})

    def _send(self, status: int, value: object, headers: str = "") -> None:
        body = json.dumps(value).encode()
        head = f"HTTP/1.1 {status} X\r\ncontent-type: application/json\r\n{headers}"
        self._transport.write(f"{head}content-length: {len(body)}\r\n\r\n".encode() + body)


def report(body: bytes) -> str:
    """A grader's report on the criteria that the prompt names, of a usual length."""
    found = _CRITERIA.search(body)
    names = found[1].decode().split(", ") if found else []
    text = "Names the direction, not the figure that would decide it for this case and for its users."
    rows = [
        {
            "id": name,
            "signs": [],
            "quotes": ["we would look at the numbers and decide", "another quote that is not there at all"],
            "missing": text,
            "level": 2,
            "why_not_higher": text,
            "why_not_lower": text,
            "lean": "firm",
            "fault": "generic",
            "passages": [],
            "advice": text,
        }
        for name in names
    ]
    return json.dumps({"speaks_to_grader": False, "serves_question": "yes", "fatal": [], "criteria": rows})


async def serve(server: Server, port: int) -> None:
    listening = await asyncio.get_running_loop().create_server(
        lambda: Connection(server), "127.0.0.1", port, backlog=1024
    )
    print(listening.sockets[0].getsockname()[1], flush=True)
    await listening.serve_forever()


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    for name, default in (("latency", 0.2), ("first-429", 0.0), ("retry-after", 1.0), ("rpm", 0.0)):
        options.add_argument(f"--{name}", type=float, default=default)
    options.add_argument("--port", type=int, default=0)
    given = options.parse_args()
    made = Server(given.latency, given.first_429, given.retry_after, given.rpm)
    asyncio.run(serve(made, given.port))
