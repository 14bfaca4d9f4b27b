"""The border to the vendor: every exception of the openai client becomes one of ours.

Says in each message what to do next. No key, header or control sequence gets through.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

import httpx
import openai

from coach.errors import BadReply, Denied, ModelError, RateLimited, Refused, Rejected, Timeout, Unavailable
from coach.llm.completion import short
from coach.llm.ratelimits import retry_after

# Exactly the client's error classes; a test fails when it gains one that is not here.
BY_CLASS: dict[type[openai.APIError], type[ModelError]] = {
    openai.APIError: Unavailable,
    openai.APIConnectionError: Unavailable,
    openai.APITimeoutError: Timeout,
    openai.APIResponseValidationError: BadReply,
    openai.APIStatusError: Rejected,
    openai.BadRequestError: Rejected,
    openai.AuthenticationError: Denied,
    openai.OAuthError: Denied,
    openai.PermissionDeniedError: Denied,
    openai.NotFoundError: Denied,
    openai.ConflictError: Unavailable,
    openai.UnprocessableEntityError: Rejected,
    openai.RateLimitError: RateLimited,
    openai.InternalServerError: Unavailable,
}
_BY_STATUS: dict[int, type[ModelError]] = {402: Denied, 405: Denied, 408: Timeout, 501: Rejected}
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
        """Our error for one of the client's or the transport's; the caller raises it `from` that."""
        if isinstance(error, openai.APIStatusError):
            return self._for_status(error, now)
        if isinstance(error, openai.APITimeoutError | httpx.TimeoutException | TimeoutError):
            return Timeout(
                f"No reply from {self.server} within {self.timeout:g} s. Try later, or raise COACH_TIMEOUT."
            )
        if isinstance(error, openai.APIConnectionError | httpx.RequestError | OSError):
            return self._for_connection(error)
        if isinstance(error, openai.APIError):
            kind = BY_CLASS.get(type(error), Unavailable)
            return kind(f"{self.server} failed in mid-reply: {self.clean(str(error.message))}")
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

    def _for_status(self, error: openai.APIStatusError, now: datetime) -> ModelError:
        status, text = error.status_code, vendor_text(error)
        said = self.clean(text) or "no reason given"
        wait = retry_after(error.response.headers, now)
        message = f"{self.server} answered {status} for model {self.model}: {said}"
        if "content_filter" in text or "content_policy" in text:
            return Refused(f"The server's content filter refused the request: {said}")
        if error.code in _SPENT or any(code in text for code in _SPENT):
            return Denied(f"{message} The account has no credit left: check its plan and billing.")
        if status >= 500 and _FEATURE.search(text):
            return Rejected(message)  # some servers answer 500 for a schema that they cannot take
        if status == 400 and _NO_MODEL.search(text):
            status = 404  # as some gateways answer for a model that they do not know
        kind = Denied if status == 404 else _BY_STATUS.get(status) or BY_CLASS.get(type(error), Rejected)
        advice = _TO_DO.get(status, "Try again later." if issubclass(kind, Unavailable | RateLimited) else "")
        return kind(f"{message} {advice}".strip(), retry_after=wait)

    def _for_connection(self, error: Exception) -> ModelError:
        cause = error.__cause__ if isinstance(error, openai.APIConnectionError) else error
        if isinstance(cause, httpx.ConnectError | httpx.UnsupportedProtocol | httpx.ProxyError):
            return Unreachable(
                f"{self.server} cannot be reached. Check OPENAI_BASE_URL and that the server runs."
            )
        if isinstance(cause, httpx.DecodingError):
            return BrokenBody(f"{self.server} sent a reply whose compression is broken.")
        if isinstance(cause, httpx.RemoteProtocolError | httpx.ReadError):
            return Unavailable(
                f"The connection to {self.server} broke before the reply was whole. Try again."
            )
        return Unavailable(f"The connection to {self.server} failed ({type(cause).__name__}). Try again.")


def vendor_text(error: BaseException | None) -> str:
    """All that a server said in an error reply, as one text: message, parameter, code."""
    if not isinstance(error, openai.APIStatusError):
        return ""
    body = error.body
    if isinstance(body, dict):
        detail = body.get("message", body.get("detail", body))
        parts = (detail, body.get("param"), body.get("code"))
        return " ".join(str(part) for part in parts if part and str(part) != str(error.status_code))
    return str(body or "")
