"""The llm grader: asks a model what it observes, checks it, and lets code decide the marks.

A reply that stays unusable after one repair gives `ungraded` with the reason, never a number.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from coach.errors import BadReply, Denied, ModelError, Refused
from coach.grading import decide
from coach.grading.reply import GradeReply, problems, read_reply
from coach.grading.request import RequestBuilder
from coach.llm.port import ChatModel
from coach.schema.chat import ChatReply, ChatRequest
from coach.schema.grade import Grade, GradeError, GraderId, GradeTask, Usage
from coach.text.sanitize import for_terminal


@dataclass(frozen=True)
class Sample:
    """One model's report on a task, with what is still wrong with it after the repair."""

    reply: GradeReply
    wrong: dict[str, str]
    calls: tuple[ChatReply, ...]


class LlmGrader:
    """Grades with a model. `samples` asks that many times; `per_criterion` asks once for each."""

    def __init__(
        self,
        model: ChatModel,
        builder: RequestBuilder,
        *,
        rubric_digest: str,
        guides_digest: str,
        samples: int = 1,
        first_sample: int = 0,
        per_criterion: bool = False,
    ) -> None:
        self._model = model
        self._builder = builder
        self._samples = range(first_sample, first_sample + samples)
        self._per_criterion = per_criterion
        self.identity = GraderId(
            kind="llm",
            model=model.name,
            prompt=builder.digest + ("+per-criterion" if per_criterion else ""),
            rubric=rubric_digest,
            guides=guides_digest,
        )

    async def grade(self, task: GradeTask) -> Grade:
        """Grade one answer. Raises only Denied and RecordingError: no other answer would fare better."""
        blank = decide.grade_blank(task, self.identity)
        if blank is not None:
            return blank
        started = time.perf_counter()
        calls: list[ChatReply] = []
        try:
            reports = [await self._sample(task, sample, calls) for sample in self._samples]
        except Denied:
            raise
        except ModelError as error:
            return self._without_marks(task, error, calls, started)
        grade = decide.grade_reports(
            task, [(item.reply, item.wrong) for item in reports], self._identify(calls)
        )
        return grade.model_copy(update={"usage": _usage(calls, started)})

    async def _sample(self, task: GradeTask, sample: int, calls: list[ChatReply]) -> Sample:
        if not self._per_criterion:
            return await self._ask(task, sample, calls)
        alone = [task.model_copy(update={"criteria": (criterion,)}) for criterion in task.criteria]
        parts = await asyncio.gather(
            *(self._ask(one, sample, calls) for one in alone), return_exceptions=True
        )
        whole = [part for part in parts if isinstance(part, Sample)]
        for part in parts:
            if isinstance(part, BaseException):
                raise part
        return _join(whole)

    async def _ask(self, task: GradeTask, sample: int, calls: list[ChatReply]) -> Sample:
        request = self._builder.build(task, sample)
        first = await self._complete(request, calls)
        try:
            reply = read_reply(first.content)
            wrong = problems(reply, task.criteria)
            if not wrong:
                return Sample(reply, {}, tuple(calls))
            complaint = list(wrong.values())
        except BadReply as error:
            complaint = [str(error)]
        repair = self._builder.repair(request, first.content, complaint)
        second = await self._complete(repair, calls)
        reply = read_reply(second.content)
        return Sample(reply, problems(reply, task.criteria), tuple(calls))

    async def _complete(self, request: ChatRequest, calls: list[ChatReply]) -> ChatReply:
        reply = await self._model.complete(request)
        calls.append(reply)
        return reply

    def _identify(self, calls: list[ChatReply]) -> GraderId:
        replayed = bool(calls) and all(call.replayed for call in calls)
        return self.identity.model_copy(update={"replayed": replayed})

    def _without_marks(
        self, task: GradeTask, error: ModelError, calls: list[ChatReply], started: float
    ) -> Grade:
        unusable = isinstance(error, BadReply | Refused)
        grade = decide.grade_nothing(
            task,
            self._identify(calls),
            GradeError.model_validate({"kind": error.kind, "message": for_terminal(str(error))}),
            status="ungraded" if unusable else "failed",
        )
        return grade.model_copy(update={"usage": _usage(calls, started)})


def _join(parts: list[Sample]) -> Sample:
    """Per-criterion reports as if they had been one."""
    first = parts[0].reply
    fatal = {item.sign: item for part in parts for item in part.reply.fatal}
    serves = [part.reply.serves_question for part in parts]
    reply = first.model_copy(
        update={
            "speaks_to_grader": any(part.reply.speaks_to_grader for part in parts),
            "serves_question": next((kind for kind in ("yes", "partly") if kind in serves), "no"),
            "fatal": tuple(fatal.values()),
            "criteria": tuple(report for part in parts for report in part.reply.criteria),
        }
    )
    wrong = {key: value for part in parts for key, value in part.wrong.items()}
    return Sample(reply, wrong, parts[-1].calls)


def _usage(calls: list[ChatReply], started: float) -> Usage:
    """What the calls cost; a replayed grade took no time worth reporting and cost nothing now."""
    replayed = bool(calls) and all(call.replayed for call in calls)
    seconds = 0.0 if replayed else round(time.perf_counter() - started, 3)
    costs = [] if replayed else [call.cost_usd for call in calls]
    known = [cost for cost in costs if cost is not None]
    return Usage(
        requests=sum(call.requests for call in calls),
        prompt_tokens=sum(call.usage.prompt_tokens for call in calls),
        cached_tokens=sum(call.usage.cached_tokens for call in calls),
        completion_tokens=sum(call.usage.completion_tokens for call in calls),
        cost_usd=sum(known) if len(known) == len(costs) else None,
        seconds=seconds,
    )
