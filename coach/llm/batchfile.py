"""The OpenAI Batch API's file format, both ways: requests to a file, replies from one.

Sends nothing; `batch_api` uploads these files, and other services and people can answer them too.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from coach.errors import BadReply, DatasetError, ModelError, RateLimited, Rejected, SetupError, Unavailable
from coach.llm.completion import check_reply, read_completion, short, unusable_reply
from coach.llm.files import numbered_lines, write_whole
from coach.llm.wire import chat_body
from coach.schema.chat import ChatReply, ChatRequest

URL: Final = "/v1/chat/completions"


def write_requests(
    path: Path,
    requests: Iterable[tuple[str, ChatRequest]],
    model: str,
    *,
    parameters: dict[str, Any] | None = None,
) -> int:
    """Write (custom_id, request) pairs, one a line, whole or not at all; returns how many.

    `parameters` (temperature, ...) are put into every body. Raises DatasetError for a repeated id.
    """
    count = 0
    seen: set[str] = set()

    def lines() -> Iterator[str]:
        nonlocal count
        for custom_id, request in requests:
            if custom_id in seen:
                raise DatasetError(f"Two requests have the custom_id {custom_id!r}; ids must differ.")
            seen.add(custom_id)
            count += 1
            yield request_line(custom_id, request, model, parameters)

    write_whole(path, lines())
    return count


def request_line(
    custom_id: str, request: ChatRequest, model: str, parameters: dict[str, Any] | None = None
) -> str:
    """One request as a line of a Batch API input file, line feed included."""
    body = {**chat_body(request, model), **(parameters or {})}
    if request.max_tokens is not None:
        body["max_completion_tokens"] = request.max_tokens
    row = {"custom_id": custom_id, "method": "POST", "url": URL, "body": body}
    return json.dumps(row, ensure_ascii=False) + "\n"


def read_replies(path: Path, known: Collection[str]) -> dict[str, ChatReply | ModelError]:
    """Replies by custom_id, in file order; a row that failed is its error, as a value.

    `known` are the custom_ids that were asked. Raises DatasetError for a line that is no reply row, an
    unknown custom_id, or a second, different reply to one custom_id (an identical one is fine). Where
    a row failed without any reply and another row has one, the reply counts.
    """
    replies: dict[str, ChatReply | ModelError] = {}
    seen: dict[str, str] = {}
    for number, line in _lines(path):
        where = f"{path}:{number}"
        row = parse_row(line, where)
        custom_id = row["custom_id"]
        if custom_id not in known:
            raise DatasetError(f"{where}: unknown custom_id {custom_id!r}: no such request was exported.")
        outcome = _outcome(row)
        told = _told(outcome)
        earlier = replies.get(custom_id)
        if earlier is not None and _is_reply(earlier) and _is_reply(outcome) and seen[custom_id] != told:
            raise DatasetError(
                f"{where}: a second, different reply to {custom_id!r}. Keep one of the two and import again."
            )
        if earlier is None or (_is_reply(outcome) and not _is_reply(earlier)):
            replies[custom_id], seen[custom_id] = outcome, told
    return replies


def read_reply(row: dict[str, Any]) -> ChatReply:
    """The reply in one row of a Batch API output or error file; raises the ModelError it stands for."""
    error = row.get("error")
    if isinstance(error, dict) and (error.get("code") or error.get("message")):
        raise _error(None, error)
    response = row.get("response")
    if not isinstance(response, dict):
        raise BadReply("The row holds neither a response nor an error.")
    status, body = response.get("status_code", 200), response.get("body")
    if status != 200:
        detail = body.get("error") if isinstance(body, dict) else None
        raise _error(status, detail if isinstance(detail, dict) else {})
    return check_reply(read_completion(body))


def _outcome(row: dict[str, Any]) -> ChatReply | ModelError:
    try:
        return read_reply(row)
    except ModelError as error:
        return error


def _is_reply(outcome: ChatReply | ModelError) -> bool:
    return isinstance(outcome, ChatReply) or unusable_reply(outcome) is not None


def _error(status: object, detail: dict[str, Any]) -> ModelError:
    code, message = detail.get("code"), detail.get("message")
    head = f"The batch row failed with status {status}" if status else "The batch row failed"
    text = f"{head}: {short(str(message or code or 'no reason given'))}"
    if code == "batch_expired":
        return Unavailable(f"{text} Send it again.")
    if status == 429 or code == "rate_limit_exceeded":
        return RateLimited(text)
    if isinstance(status, int) and 400 <= status < 500:
        return Rejected(text)
    return Unavailable(text)


def _told(outcome: ChatReply | ModelError) -> str:
    """What a reply says, without what may differ between two copies of it (time, usage)."""
    if isinstance(outcome, ChatReply):
        return f"{outcome.finish_reason}\n{outcome.content}"
    return f"{type(outcome).__name__}\n{outcome}"


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        yield from numbered_lines(path)
    except SetupError as error:
        raise DatasetError(str(error)) from error


def parse_row(line: str, where: str) -> dict[str, Any]:
    """One line of a reply file; DatasetError, naming `where`, when it is no reply row."""
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise DatasetError(f"{where}: not JSON ({error}).") from error
    if not isinstance(row, dict) or not isinstance(row.get("custom_id"), str):
        raise DatasetError(f"{where}: not a reply row: it has no custom_id.")
    return row
