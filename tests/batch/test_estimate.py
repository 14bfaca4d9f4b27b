from __future__ import annotations

from coach.batch.estimate import estimate_requests
from coach.schema.chat import ChatRequest, Message, TokenUsage


def request(text: str) -> tuple[str, ChatRequest]:
    return text, ChatRequest(messages=(Message(role="user", content=text),))


def price(usage: TokenUsage) -> float | None:
    return float(usage.prompt_tokens)


def test_what_begins_as_the_request_before_is_counted_apart() -> None:
    found = estimate_requests(map(request, ("rules, one", "rules, two", "else")), len, price)
    assert (found.requests, found.prompt_tokens) == (3, 24)
    assert found.repeated_tokens == len("rules, ")
    assert found.cost_usd == 24.0


def test_no_requests_take_nothing() -> None:
    assert estimate_requests([], len, price).repeated_tokens == 0
