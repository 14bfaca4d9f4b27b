"""What a run will take, before it is started: rows, tokens, cost, time. Asks no model."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from coach.batch.files import STDIN, InputFile
from coach.schema.chat import ChatRequest, TokenUsage

REPLY_TOKENS = 700  # of a usual report on four criteria
CRITERION_TOKENS = 200  # of a report on one
REPLY_SECONDS = 8.0  # that a hosted model takes for it
_CHUNK = 2**20


@dataclass
class Estimate:
    """What requests would take. `cost_usd` is None where the model's price is not known.

    `repeated_tokens` are those of the prompts that begin as the request before did, which a server's
    prefix cache may serve.
    """

    requests: int = 0
    prompt_tokens: int = 0
    repeated_tokens: int = 0
    completion_tokens: int = 0
    cost_usd: float | None = 0.0

    def seconds(self, concurrency: int) -> float:
        """Wall time with so many requests at once, at REPLY_SECONDS each."""
        return -(-self.requests // concurrency) * REPLY_SECONDS


def estimate_requests(
    requests: Iterable[tuple[str, ChatRequest]],
    count_tokens: Callable[[str], int],
    cost: Callable[[TokenUsage], float | None],
    *,
    reply_tokens: int = REPLY_TOKENS,
) -> Estimate:
    """Add up what the requests would take, without repairs."""
    total = Estimate()
    before = ""
    for _, request in requests:
        total.requests += 1
        total.prompt_tokens += sum(count_tokens(message.content) for message in request.messages)
        text = "".join(message.content for message in request.messages)
        total.repeated_tokens += count_tokens(os.path.commonprefix([before, text]))
        before = text
        total.completion_tokens += reply_tokens
    usage = TokenUsage(prompt_tokens=total.prompt_tokens, completion_tokens=total.completion_tokens)
    total.cost_usd = cost(usage)
    return total


def count_rows(files: Iterable[InputFile], limit: int | None = None) -> int | None:
    """About how many rows there are, by their line feeds; None where only reading would tell."""
    total = 0
    for file in files:
        if file.kind == "text":
            total += 1
        elif file.name == STDIN or file.packing or file.kind == "xlsx" or not file.path.is_file():
            return None
        else:
            total += _lines(file) - (file.kind == "csv")
    return total if limit is None else min(total, limit)


def _lines(file: InputFile) -> int:
    lines = 0
    last = b"\n"
    with file.open() as stream:
        while chunk := stream.read(_CHUNK):
            lines += chunk.count(b"\n")
            last = chunk[-1:]
    return lines + (last != b"\n")
