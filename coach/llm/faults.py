"""The border to servers: every refusal, and every fault of the connection, becomes one of our errors.

Says in each message what to do next. No key, header or control sequence gets through.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Self

import httpx

from coach.errors import BadReply, Denied, ModelError, RateLimited, Refused, Rejected, Timeout, Unavailable
from coach.llm.completion import short
from coach.llm.ratelimits import retry_after

_BY_STATUS: dict[int, type[ModelError]] = {
    401: Denied,
    402: Denied,
    403: Denied,
    404: Denied,
    405: Denied,
    408: Timeout,
    409: Unavailable,
    429: RateLimited,
    501: Rejected,
}
_SPENT = frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"})
_KEY = re.compile(r"\bsk-[A-Za-z0-9_*-]{4,}|\bBearer\s+\S+", re.IGNORECASE)
_NO_MODEL = re.compile(
    r"(?:invalid|unknown|no such) model|model_not_found|model\b.{0,80}(?:not found|does not exist)",
    re.IGNORECASE,
)
_FEATURE = re.compile(r"response_format|json_schema|json schema|grammar|tool_choice|tool call", re.IGNORECASE)
_TO_DO = {
    400: "The request itself was refused.",
    401: "Check OPENAI_API_KEY.",
    402: "Check the account's credit.",
    403: "This key may not use this model: check OPENAI_API_KEY and COACH_MODEL.",
    404: "Check the model's name (COACH_MODEL) and OPENAI_BASE_URL, which usually ends in /v1.",
    405: "Check OPENAI_BASE_URL, which usually ends in /v1.",
    413: "The request is too long for this model.",
}


class Answered(Exception):
    """The server answered with a status that means no success; `body` is what it said of the error."""

    def __init__(self, status: int, headers: Mapping[str, str], body: object) -> None:
        super().__init__(f"status {status}")
        self.status = status
        self.headers = headers
        self.body = body

    @classmethod
    def read(cls, response: httpx.Response) -> Self:
        """From a response whose body was read: its `error` where it is JSON that has one."""
        try:
            body: object = json.loads(response.text)
        except (ValueError, RecursionError):
            body = response.text.strip()
        if isinstance(body, dict):
            body = body.get("error", body)
        return cls(response.status_code, response.headers, body)


class BrokenMidReply(Exception):
    """The server told of an error of its own in the middle of a reply; the text is its own."""


class BrokenBody(BadReply):
    """A reply that broke on its way (cut off, garbled, no JSON); asking again may pass."""


class Unreachable(Unavailable):
    """No connection to the server came about."""


@dataclass(frozen=True)
class Border:
    """What messages may name of the server, and what they must never hold."""

    server: str
    model: str
    timeout: float
    secret: str = ""

    def translate(self, error: Exception, now: datetime) -> ModelError:
        """Our error for a server's answer or a fault of the transport; the caller raises it `from` that."""
        if isinstance(error, Answered):
            return self._for_status(error, now)
        if isinstance(error, httpx.TimeoutException | TimeoutError):
            return Timeout(
                f"No reply from {self.server} within {self.timeout:g} s. Try later, or raise COACH_TIMEOUT."
            )
        if isinstance(error, httpx.HTTPError | OSError):
            return self._for_connection(error)
        if isinstance(error, BrokenMidReply):
            return Unavailable(f"{self.server} failed in mid-reply: {self.clean(str(error))}")
        if isinstance(error, ValueError):  # JSONDecodeError and UnicodeDecodeError: a 200 with a broken body
            return BrokenBody(
                f"{self.server} sent a reply that is cut off or no JSON ({type(error).__name__})."
            )
        raise error

    def clean(self, text: str, limit: int = 300) -> str:
        """Text of a server made fit for a message: one line, no key, no control sequence, short."""
        if self.secret:
            text = text.replace(self.secret, "[key]")
        return short(_KEY.sub("[key]", text), limit)

    def _for_status(self, error: Answered, now: datetime) -> ModelError:
        status, text = error.status, told_by(error)
        said = self.clean(text) or "no reason given"
        wait = retry_after(error.headers, now)
        message = f"{self.server} answered {status} for model {self.model}: {said}"
        if "content_filter" in text or "content_policy" in text:
            return Refused(f"The server's content filter refused the request: {said}")
        if any(code in text for code in _SPENT):
            return Denied(f"{message} The account has no credit left: check its plan and billing.")
        if status >= 500 and _FEATURE.search(text):
            return Rejected(message)  # some servers answer 500 for a schema that they cannot take
        if status == 400 and _NO_MODEL.search(text):
            status = 404  # as some gateways answer for a model that they do not know
        kind = _BY_STATUS.get(status) or (Unavailable if status >= 500 else Rejected)
        advice = _TO_DO.get(status, "Try again later." if issubclass(kind, Unavailable | RateLimited) else "")
        return kind(f"{message} {advice}".strip(), retry_after=wait)

    def _for_connection(self, error: Exception) -> ModelError:
        if isinstance(error, httpx.ConnectError | httpx.UnsupportedProtocol | httpx.ProxyError):
            return Unreachable(
                f"{self.server} cannot be reached. Check OPENAI_BASE_URL and that the server runs."
            )
        if isinstance(error, httpx.DecodingError):
            return BrokenBody(f"{self.server} sent a reply whose compression is broken.")
        if isinstance(error, httpx.RemoteProtocolError | httpx.ReadError):
            return Unavailable(
                f"The connection to {self.server} broke before the reply was whole. Try again."
            )
        return Unavailable(f"The connection to {self.server} failed ({type(error).__name__}). Try again.")


def told_by(error: BaseException | None) -> str:
    """All that a server said of an error, as one text: message, parameter, code."""
    if not isinstance(error, Answered):
        return ""
    body = error.body
    if isinstance(body, dict):
        detail = body.get("message", body.get("detail", body))
        parts = (detail, body.get("param"), body.get("code"))
        return " ".join(str(part) for part in parts if part and str(part) != str(error.status))
    return str(body or "")
