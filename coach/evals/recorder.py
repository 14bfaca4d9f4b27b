"""Records live replies for what is missing, after an estimate of what that will cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from coach.evals.exchange import Ask, Asked, collect
from coach.evals.run import each
from coach.llm.port import ChatModel
from coach.llm.prices import Prices, estimate_tokens
from coach.llm.recordings import Recordings
from coach.llm.replay import RecordingModel
from coach.schema.chat import TokenUsage

_PLAIN_REPLY = 400


@dataclass(frozen=True)
class Estimate:
    """What the missing first requests will take; `usd` is None where the model has no price."""

    requests: int
    prompt_tokens: int
    reply_tokens: int
    usd: float | None


async def estimate_cost(
    items: Sequence[Asked], recordings: Recordings, model: str, ask: Ask[Asked], prices: Prices
) -> Estimate:
    """Tokens and price of what is missing, from characters; replies are counted at their limit."""
    wanted = [item.request for item in (await collect(items, recordings, model, ask)).values()]
    prompt = sum(estimate_tokens(m.content) for request in wanted for m in request.messages)
    reply = sum(request.max_tokens or _PLAIN_REPLY for request in wanted)
    cost = prices.cost(model, TokenUsage(prompt_tokens=prompt, completion_tokens=reply))
    return Estimate(len(wanted), prompt, reply, cost)


async def record_missing(
    items: Sequence[Asked],
    recordings: Recordings,
    model: ChatModel,
    ask: Ask[Asked],
    folder: Path,
    concurrency: int = 8,
) -> int:
    """Ask for every item, live only where a reply is missing; returns how many replies were kept.

    What was paid for is saved even when the run is interrupted or a request fails for good.
    """
    before = len(recordings)
    told = {"source": "asked live", "date": datetime.now(UTC).date().isoformat()}

    async def one(item: Asked) -> None:
        await ask(RecordingModel(model, recordings, told, file=folder / f"{item.part}.jsonl"), item)

    try:
        await each(items, one, concurrency)
    finally:
        recordings.save()
    return len(recordings) - before
