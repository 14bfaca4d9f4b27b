"""Grading with a model that is reached by file alone: requests out, replies in. Sends nothing.

A first round brings the first replies, the next one the repairs that they need; the last exports nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from coach.batch.context import Context
from coach.batch.intake import Tally, Work
from coach.batch.journal import Journal
from coach.batch.run import keep
from coach.errors import DatasetError, ModelError
from coach.grading.decide import grade_nothing
from coach.llm.batchfile import parse_row, read_reply, write_requests
from coach.llm.collect import CollectingModel, Pending
from coach.llm.completion import unusable_reply
from coach.llm.files import numbered_lines
from coach.llm.port import ChatModel
from coach.schema.chat import ChatReply, ChatRequest
from coach.schema.grade import GradeError, Grader, GraderId

# (model, context, first sample, samples) -> a grader that asks that model
GraderOver = Callable[[ChatModel, Context, int, int], Grader]
_EXPORTED = -1  # stands for a maker among the run's keys


@dataclass
class Exchange:
    """One round with an offline model called `model`. `grader_over` makes graders over a model."""

    journal: Journal
    model: str
    grader_over: GraderOver
    samples: int = 1
    _wanted: list[tuple[str, ChatRequest]] = field(default_factory=list, init=False)

    def export(self, path: Path, work: Iterable[Work]) -> int:
        """Write what the work needs next as a Batch API file; returns how many requests that is."""
        return write_requests(path, self.wanted(work), self.model)

    def wanted(self, work: Iterable[Work]) -> Iterator[tuple[str, ChatRequest]]:
        """Yield (custom_id, request) for every reply that is still missing, each once."""
        model = CollectingModel(self.model, self._kept, lambda name, ask: self._wanted.append((name, ask)))
        with asyncio.Runner() as runner:
            for item in work:
                runner.run(self._probe(model, item))
                for name, request in self._wanted:
                    if self.journal.claim_key(bytes.fromhex(name), _EXPORTED):
                        yield name, request
                self._wanted.clear()

    async def _probe(self, model: ChatModel, item: Work) -> None:
        """Find out, sample by sample, which replies are missing."""
        for sample in range(self.samples):
            try:
                await self.grader_over(model, item.context, sample, 1).grade(item.task())
            except Pending:
                continue

    def take_in(self, path: Path, work: Iterable[Work], identity: GraderId, tally: Tally) -> None:
        """Grade `work` from the replies in `path` and those taken in before.

        Raises DatasetError, and keeps nothing, for a line that is no reply, a custom_id that was never
        asked, or a second and different reply to one custom_id. A row whose replies are not all there
        fails for this run, unless it was graded before.
        """
        with self.journal.writing():
            self._read(path)
            self.grade(work, identity, tally)
            stranger = self.journal.replies.stranger()
            if stranger is not None:
                raise DatasetError(
                    f"{path}: unknown custom_id {stranger!r}: these rows ask no such request. Nothing was"
                    " imported; have the rows, the model, a prompt or the rubric changed since the export?"
                )
            self.journal.replies.keep_incoming()

    def grade(self, work: Iterable[Work], identity: GraderId, tally: Tally) -> None:
        """Grade `work` from the replies at hand; a row that lacks one fails for this run."""
        model = CollectingModel(self.model, self._incoming, lambda name, ask: None)
        with asyncio.Runner() as runner:
            for item in work:
                runner.run(self._grade(model, item, identity, tally))

    def add(self, name: str, outcome: ChatReply | ModelError) -> None:
        """Take in what became of one request."""
        reply = outcome if isinstance(outcome, ChatReply) else unusable_reply(outcome)
        why = str(outcome) if isinstance(outcome, ModelError) else ""
        self.journal.replies.add_incoming(name, reply.model_dump_json() if reply else None, why)

    async def _grade(self, model: ChatModel, item: Work, identity: GraderId, tally: Tally) -> None:
        if self.samples > 1:
            await self._probe(model, item)
        try:
            grade = await self.grader_over(model, item.context, 0, self.samples).grade(item.task())
        except Pending as error:
            if self.journal.has_grade(item.content, item.maker):
                tally.reused += 1
                return
            grade = grade_nothing(
                item.task(),
                identity,
                GradeError(kind="unavailable", message=self._explain(error)),
                status="failed",
            )
        keep(item, grade, self.journal, tally)

    def _explain(self, error: Pending) -> str:
        found = self.journal.replies.incoming(error.custom_id)
        why = f" ({found.why})" if found and found.why else ""
        return f"{error}{why} Export what is still needed, and import the replies."

    def _kept(self, name: str) -> ChatReply | None:
        text = self.journal.replies.find(name)
        return ChatReply.model_validate_json(text) if text else None

    def _incoming(self, name: str) -> ChatReply | None:
        self.journal.replies.use_incoming(name)
        found = self.journal.replies.incoming(name)
        return ChatReply.model_validate_json(found.reply) if found and found.reply else self._kept(name)

    def _read(self, path: Path) -> None:
        for number, line in numbered_lines(path):
            where = f"{path}:{number}"
            row = parse_row(line, where)
            name = row["custom_id"]
            reply, why = _outcome(row)
            earlier = self.journal.replies.incoming(name)
            known = ChatReply.model_validate_json(earlier.reply) if earlier and earlier.reply else None
            known = known or self._kept(name)
            if (
                reply
                and known
                and (reply.content, reply.finish_reason) != (known.content, known.finish_reason)
            ):
                raise DatasetError(
                    f"{where}: a second, different reply to {name!r}. Keep one of them; nothing was imported."
                )
            if earlier is None or (reply is not None and known is None):
                self.journal.replies.add_incoming(name, reply.model_dump_json() if reply else None, why)


def _told(reply: ChatReply) -> tuple[str, str]:
    """What a reply says, without what may differ between two copies of it."""
    return reply.content, reply.finish_reason


def _outcome(row: dict[str, Any]) -> tuple[ChatReply | None, str]:
    """The model's reply, also one that cannot be used; or None and why the request itself failed."""
    try:
        return read_reply(row), ""
    except ModelError as error:
        return unusable_reply(error), str(error)
