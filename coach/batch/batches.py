"""Grading through the OpenAI Batch API: rounds of requests until no row needs another.

Knows no HTTP. What was sent lies in a folder of its own until its replies are in the journal, so that a
run that was stopped at any point goes on without paying twice.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

from coach.batch.intake import Work
from coach.batch.offline import Exchange
from coach.errors import ModelError
from coach.llm.batch_parts import Parts
from coach.schema.chat import ChatReply

MOST_ROUNDS = 4  # first requests, repairs, and both again for rows that expired

Take = Callable[[str, ChatReply | ModelError], None]


def fetch_replies(
    exchange: Exchange,
    work: Callable[[], Iterable[Work]],
    folder: Path,
    ask: Callable[[Parts, Take], None],
) -> None:
    """Bring the journal every reply that the rows need.

    `work` goes through the input anew; `ask` has the parts answered and hands on each custom_id with its
    outcome. Ends early where a round brought no reply at all: another would not fare better.
    """
    journal = exchange.journal
    for _ in range(MOST_ROUNDS):
        parts = Parts.open(folder)
        if parts is None:
            journal.begin_again()
            parts = Parts.write(folder, exchange.wanted(work()), exchange.model)
        journal.replies.drop_incoming()
        came = 0

        def take(name: str, outcome: ChatReply | ModelError) -> None:
            nonlocal came
            came += isinstance(outcome, ChatReply)
            exchange.add(name, outcome)

        if list(parts):
            ask(parts, take)
        journal.replies.keep_incoming()
        shutil.rmtree(folder, ignore_errors=True)
        if not came:
            return
