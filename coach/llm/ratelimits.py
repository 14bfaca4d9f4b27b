"""Reads what a server's headers say of its limits: Retry-After and x-ratelimit-*.

Pure functions over header mappings with lower-case names; times come out in seconds.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds that the server asks to wait, from retry-after-ms or Retry-After (seconds or a date).

    None where it does not say or cannot be read; never negative.
    """
    millis = _number(headers.get("retry-after-ms"))
    if millis is not None:
        return millis / 1000
    value = headers.get("retry-after", "").strip()
    seconds = _number(value)
    if seconds is not None:
        return seconds
    try:
        when = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError):
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    return max(0.0, (when - now).total_seconds())


def read_duration(value: str | None) -> float | None:
    """Seconds of `20ms`, `1.5s`, `6m0s`, `1h2m3s` or a bare number; None for anything else."""
    text = (value or "").strip().lower()
    number = _number(text)
    if number is not None:
        return number
    parts = _DURATION.findall(text)
    if not parts or "".join(amount + unit for amount, unit in parts) != text:
        return None
    return math.fsum(float(amount) * _SECONDS[unit] for amount, unit in parts)


@dataclass(frozen=True)
class RateLimits:
    """Limits on requests and tokens as one reply's headers gave them; None where they did not."""

    requests_per_minute: float | None = None
    requests_left: float | None = None
    requests_reset: float | None = None
    tokens_per_minute: float | None = None
    tokens_left: float | None = None
    tokens_reset: float | None = None

    @classmethod
    def read(cls, headers: Mapping[str, str]) -> RateLimits:
        if "x-ratelimit-remaining-requests" not in headers and "x-ratelimit-remaining-tokens" not in headers:
            return _NOTHING
        return cls(
            requests_per_minute=_number(headers.get("x-ratelimit-limit-requests")),
            requests_left=_number(headers.get("x-ratelimit-remaining-requests")),
            requests_reset=read_duration(headers.get("x-ratelimit-reset-requests")),
            tokens_per_minute=_number(headers.get("x-ratelimit-limit-tokens")),
            tokens_left=_number(headers.get("x-ratelimit-remaining-tokens")),
            tokens_reset=read_duration(headers.get("x-ratelimit-reset-tokens")),
        )

    @property
    def known(self) -> bool:
        return self.requests_left is not None or self.tokens_left is not None

    @property
    def requests_used_up(self) -> bool:
        return self.requests_left is not None and self.requests_left < 1

    def pause(self, tokens_each: float) -> float:
        """Seconds until one more request of `tokens_each` tokens has room; 0 where it has it now.

        The reset times are those of the whole limit; a limit that refills steadily has room for one
        request much sooner, and one that does not will say so with a refusal.
        """
        return max(self._pause_for_requests(), self._pause_for_tokens(tokens_each))

    def token_pace(self, tokens_each: float, at_once: int) -> float | None:
        """Requests per second that the token limit carries, once it has room for fewer than `at_once`."""
        if self.tokens_left is None or not self.tokens_per_minute or tokens_each <= 0:
            return None
        if self.tokens_left >= tokens_each * at_once:
            return None
        return self.tokens_per_minute / 60 / tokens_each

    def _pause_for_requests(self) -> float:
        if not self.requests_used_up or self.requests_reset is None:
            return 0.0
        if self.requests_per_minute:
            return min(self.requests_reset, 60 / self.requests_per_minute)
        return self.requests_reset

    def _pause_for_tokens(self, tokens_each: float) -> float:
        if self.tokens_left is None or self.tokens_reset is None or self.tokens_left >= max(tokens_each, 1.0):
            return 0.0
        if self.tokens_per_minute and tokens_each > 0:
            return min(self.tokens_reset, (tokens_each - self.tokens_left) * 60 / self.tokens_per_minute)
        return self.tokens_reset


_NOTHING = RateLimits()


def _number(text: str | None) -> float | None:
    try:
        value = float(text) if text else None
    except ValueError:
        return None
    return value if value is not None and 0 <= value < math.inf else None
