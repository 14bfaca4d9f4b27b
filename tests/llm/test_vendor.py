"""Every error of the openai client is told in words that the border knows."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import openai
import pytest

from coach.errors import BadReply, Denied, ModelError, RateLimited, Rejected, Timeout, Unavailable
from coach.llm.faults import Border, Unreachable
from coach.llm.vendor import unwrap

BORDER = Border(server="http://h/v1", model="m", timeout=5.0)
REQUEST = httpx.Request("POST", "http://h/v1/batches")
# Exactly the client's error classes that have a status; the test below fails when it gains another.
BY_STATUS: dict[type[openai.APIStatusError], tuple[int, type[ModelError]]] = {
    openai.APIStatusError: (418, Rejected),
    openai.BadRequestError: (400, Rejected),
    openai.AuthenticationError: (401, Denied),
    openai.OAuthError: (401, Denied),
    openai.PermissionDeniedError: (403, Denied),
    openai.NotFoundError: (404, Denied),
    openai.ConflictError: (409, Unavailable),
    openai.UnprocessableEntityError: (422, Rejected),
    openai.RateLimitError: (429, RateLimited),
    openai.InternalServerError: (500, Unavailable),
}
OTHERS = {
    openai.APIError,
    openai.APIConnectionError,
    openai.APITimeoutError,
    openai.APIResponseValidationError,
}


def below(kind: type[openai.APIError]) -> set[type[openai.APIError]]:
    return {kind}.union(*(below(child) for child in kind.__subclasses__()))


def test_no_error_of_the_client_is_unknown() -> None:
    theirs = {kind for kind in below(openai.APIError) if kind.__module__.split(".")[0] == "openai"}
    assert theirs == OTHERS | set(BY_STATUS)


@pytest.mark.parametrize("kind", BY_STATUS)
def test_an_answer_keeps_its_status_and_its_wait(kind: type[openai.APIStatusError]) -> None:
    status, ours = BY_STATUS[kind]
    response = httpx.Response(status, headers={"Retry-After": "7"}, request=REQUEST)
    error = kind.__new__(kind)
    error.status_code, error.response, error.body = status, response, {"message": "so it is"}  # type: ignore[assignment]  # typed for httpx2
    told = BORDER.translate(unwrap(error), datetime.now(UTC))
    assert type(told) is ours
    assert told.retry_after == 7
    assert "so it is" in str(told)


def caused(by: Exception) -> openai.APIConnectionError:
    error = openai.APIConnectionError(request=REQUEST)  # type: ignore[arg-type]  # typed for httpx2
    error.__cause__ = by
    return error


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (openai.APITimeoutError(request=REQUEST), Timeout),  # type: ignore[arg-type]  # typed for httpx2
        (caused(httpx.ConnectError("refused")), Unreachable),
        (caused(httpx.ReadError("reset")), Unavailable),
        (openai.APIError("engine died", REQUEST, body=None), Unavailable),  # type: ignore[arg-type]  # typed for httpx2
        (ValueError("no JSON"), BadReply),
    ],
)
def test_what_has_no_status_is_told_too(error: Exception, kind: type[ModelError]) -> None:
    assert type(BORDER.translate(unwrap(error), datetime.now(UTC))) in {kind, *kind.__subclasses__()}
