"""A small HTTP server on loopback that speaks as much of the OpenAI API as a test tells it to.

It runs in a thread of its own, so that tests of commands can use it too, and misbehaves on purpose.
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self


@dataclass(frozen=True)
class Seen:
    """One request that reached the server."""

    method: str
    path: str
    headers: dict[str, str]
    raw: bytes

    @property
    def body(self) -> Any:
        return json.loads(self.raw) if self.raw else None

    @property
    def prompt(self) -> str:
        """The texts of all messages."""
        return "\n".join(message["content"] for message in self.body["messages"])


@dataclass(frozen=True)
class Say:
    """One answer. `cut` sends only so many bytes of the body and closes, with `reset` by a TCP reset.

    `chunks` are sent one by one, without a length; `delay` is in seconds.
    """

    status: int = 200
    body: bytes | str | dict[str, Any] | list[Any] = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    cut: int | None = None
    reset: bool = False
    chunks: tuple[bytes, ...] = ()

    def payload(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return (self.body if isinstance(self.body, str) else json.dumps(self.body)).encode()

    def head(self, length: int) -> bytes:
        headers = {"Content-Type": "application/json", **self.headers}
        if self.chunks:
            headers["Connection"] = "close"
        else:
            headers.setdefault("Content-Length", str(length))
        lines = [f"HTTP/1.1 {self.status} X", *(f"{name}: {value}" for name, value in headers.items())]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()


def completion(content: str | None = "{}", **fields: Any) -> dict[str, Any]:
    """A chat completion; `message` and `finish_reason` override what `content` makes of them."""
    message = fields.pop("message", {"role": "assistant", "content": content})
    choice = {"index": 0, "finish_reason": fields.pop("finish_reason", "stop"), "message": message}
    usage = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": "served-model",
        "choices": [choice],
        "usage": usage,
        **fields,
    }


def error(status: int, message: str, headers: Mapping[str, str] | None = None, **fields: Any) -> Say:
    """An error in the OpenAI API's form."""
    detail = {"message": message, "type": "error", "param": None, "code": None, **fields}
    return Say(status, {"error": detail}, headers or {})


def events(pieces: Iterable[str], *, finish_reason: str | None = "stop", done: bool = True) -> Say:
    """A streamed chat completion, one event for each piece."""

    def chunk(delta: dict[str, Any], reason: str | None = None, **fields: Any) -> bytes:
        choices = [{"index": 0, "delta": delta, "finish_reason": reason}]
        data = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "served-model"}
        return f"data: {json.dumps({**data, 'choices': choices, **fields})}\n\n".encode()

    sent = [chunk({"content": piece}) for piece in pieces]
    if finish_reason is not None:
        sent.append(chunk({}, finish_reason))
        usage = {"prompt_tokens": 100, "completion_tokens": 20}
        sent.append(chunk({}, usage=usage).replace(b'"choices": [{"index": 0', b'"was": [{"index": 0'))
    if done:
        sent.append(b"data: [DONE]\n\n")
    return Say(headers={"Content-Type": "text/event-stream"}, chunks=tuple(sent))


class LoopbackServer:
    """Answers from `script` in order, then whatever `answer` says; keeps every request in `seen`."""

    def __init__(self, *script: Say, answer: Callable[[Seen], Say] | None = None) -> None:
        self.script: deque[Say] = deque(script)
        self.answer = answer or (lambda seen: Say(body=completion()))
        self.seen: list[Seen] = []
        self.connections = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/v1"

    def say(self, *script: Say) -> None:
        self.script.extend(script)

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._start(), self._loop).result()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _start(self) -> asyncio.Server:
        return await asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=512)

    async def _stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        self.connections += 1
        try:
            while await self._exchange(reader, writer):
                pass
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client went away, or the test is over
        finally:
            self._open.discard(task)
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Read one request and answer it; False where the connection ends with it."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, path, _ = head[0].split(" ", 2)
        headers = {
            name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])
        }
        raw = await reader.readexactly(int(headers.get("content-length") or 0))
        seen = Seen(method, path, headers, raw)
        self.seen.append(seen)
        say = self.script.popleft() if self.script else self.answer(seen)
        await asyncio.sleep(say.delay)
        payload = say.payload()
        if not (say.reset and say.cut is None):
            writer.write(say.head(len(payload)))
        for chunk in say.chunks or (payload[: say.cut],):
            writer.write(chunk)
            await writer.drain()
        if say.reset:
            sock: socket.socket = writer.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
        return say.cut is None and not say.reset and not say.chunks
