"""The plain alternative: a chat model asked for a mark without a rubric, as people do by hand.

Gives an overall mark only. The mark is found in the reply's text by code; none found is `ungraded`.
"""

from __future__ import annotations

import hashlib
import re

from coach.errors import Denied, ModelError
from coach.llm.port import ChatModel
from coach.prompts import Prompts
from coach.schema.chat import ChatReply, ChatRequest, Message
from coach.schema.grade import Grade, GradeError, GraderId, GradeTask, Usage
from coach.text.sanitize import for_terminal

_NUMBER = r"(?<![\d.])([1-4](?:\.\d+)?)(?![\d%])"
_SPAN = rf"{_NUMBER}(?:\s*(?:-|–|—|to|or|and)\s*{_NUMBER})?"
# From the most explicit form of giving a mark to the least; the first form that matches decides.
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"\b(?:grade|score|mark|rating|overall|verdict)\b[^\d\n]{{0,30}}{_SPAN}",
        rf"{_SPAN}\s*(?:/|out of|of)\s*4\b",
        rf"\b(?:give|giving|rate|score|grade|call|land(?:s|ing)?|put)\b[^\d\n]{{0,40}}{_SPAN}",
        rf"^\W*{_SPAN}\b",
        rf"{_SPAN}\W{{1,4}}(?:strong )?(?:no )?hire\b",
    )
)
_WORDS = (("strong no hire", 1), ("strong hire", 4), ("no hire", 2), ("hire", 3))


class PlainGrader:
    """Implements Grader with one request and no rubric."""

    def __init__(self, model: ChatModel, prompts: Prompts, *, sample: int = 0) -> None:
        self._model = model
        self._prompt = prompts.get("plain_chat")
        self._sample = sample
        self.identity = GraderId(
            kind="llm", model=model.name, prompt=self._prompt.digest, rubric="", guides=""
        )

    async def grade(self, task: GradeTask) -> Grade:
        """Grade one answer; raises only Denied and RecordingError."""
        try:
            reply = await self._model.complete(self.build(task))
        except Denied:
            raise
        except ModelError as error:
            failed = GradeError.model_validate({"kind": error.kind, "message": for_terminal(str(error))})
            return self._grade(None, failed, ())
        mark = find_mark(reply.content)
        wrong = None if mark else GradeError(kind="bad_reply", message="The reply gives no single mark.")
        return self._grade(mark, wrong, (reply,))

    def build(self, task: GradeTask) -> ChatRequest:
        text = self._prompt.fill(question=task.question.text, answer=_said(task))
        subject = hashlib.sha256(f"{task.question.id}\x00{_said(task)}".encode()).hexdigest()[:12]
        return ChatRequest(
            messages=(Message(role="user", content=text.strip()),),
            sample=self._sample,
            purpose="plain_chat",
            parts={"subject": subject, "prompt": self._prompt.digest},
        )

    def _grade(self, mark: int | None, error: GradeError | None, calls: tuple[ChatReply, ...]) -> Grade:
        replayed = bool(calls) and all(call.replayed for call in calls)
        return Grade(
            status="ungraded" if mark is None else "graded",
            overall=mark,
            range=None if mark is None else (mark, mark),
            needs_review=mark is None,
            error=error,
            grader=self.identity.model_copy(update={"replayed": replayed}),
            usage=Usage(
                requests=sum(call.requests for call in calls),
                prompt_tokens=sum(call.usage.prompt_tokens for call in calls),
                completion_tokens=sum(call.usage.completion_tokens for call in calls),
                cost_usd=sum(call.cost_usd or 0.0 for call in calls),
            ),
        )


def find_mark(text: str) -> int | None:
    """The one mark from 1 to 4 that a reply in prose gives; None for none, a half mark or a span."""
    plain = re.sub(r"[*_`#]", "", text)
    for form in _FORMS:
        match = form.search(plain)
        if match:
            first, second = match.group(1), match.group(2)
            whole = second is None and float(first).is_integer()
            return int(float(first)) if whole else None
    lowered = plain.casefold()
    return next((mark for words, mark in _WORDS if words in lowered), None)


def _said(task: GradeTask) -> str:
    if task.answer.text is not None:
        return task.answer.text
    return "\n\n".join(f"{turn.role.capitalize()}: {turn.text}" for turn in task.answer.turns)
