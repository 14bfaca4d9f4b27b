from __future__ import annotations

from datetime import UTC, datetime

import pytest

from coach.llm.ratelimits import RateLimits, read_duration, retry_after

NOW = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "30"}, 30.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "Sat, 21 Nov 2026 12:00:45 GMT"}, 45.0),
        ({"retry-after": "Sat, 21 Nov 2026 12:00:45 -0000"}, 45.0),
        ({"retry-after": "Sat, 21 Nov 2026 11:00:00 GMT"}, 0.0),
        ({"retry-after-ms": "1500", "retry-after": "2"}, 1.5),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-4"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({}, None),
    ],
)
def test_retry_after(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers, NOW) == seconds


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("20ms", 0.02),
        ("1.5s", 1.5),
        ("6m0s", 360.0),
        ("1h2m3s", 3723.0),
        ("1d", 86400.0),
        ("7", 7.0),
        ("", None),
        (None, None),
        ("6 minutes", None),
        ("s", None),
    ],
)
def test_durations(text: str | None, seconds: float | None) -> None:
    assert read_duration(text) == seconds


def test_nothing_is_known_without_headers() -> None:
    assert not RateLimits.read({}).known
    assert RateLimits.read({"x-ratelimit-remaining-requests": "what"}).known is False


def test_a_used_up_limit_of_requests_pauses_for_one_request_not_for_all() -> None:
    headers = {
        "x-ratelimit-limit-requests": "600",
        "x-ratelimit-remaining-requests": "0",
        "x-ratelimit-reset-requests": "1m0s",
    }
    assert RateLimits.read(headers).pause(0.0) == pytest.approx(0.1)


def test_too_few_tokens_pause_until_one_request_has_room() -> None:
    headers = {
        "x-ratelimit-limit-tokens": "60000",
        "x-ratelimit-remaining-tokens": "200",
        "x-ratelimit-reset-tokens": "59s",
    }
    limits = RateLimits.read(headers)
    assert limits.pause(1200.0) == pytest.approx(1.0)
    assert limits.pause(100.0) == 0.0
    assert limits.token_pace(1200.0, 32) == pytest.approx(60000 / 60 / 1200)
    assert limits.token_pace(1.0, 32) is None
