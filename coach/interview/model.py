"""The interviewer that asks a model, checks what it wrote, and falls back on the offline one."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from pydantic import Field, ValidationError

from coach.errors import BadReply, Denied, ModelError
from coach.interview.check import faults
from coach.interview.follow_up import FollowUp, View
from coach.interview.offline import OfflineInterviewer
from coach.interview.words import holds
from coach.llm.jsontext import extract_json
from coach.llm.port import ChatModel
from coach.prompts import Prompt
from coach.schema.base import Frozen, first_fault
from coach.schema.chat import ChatRequest, Message, ReplySchema, short_hash
from coach.schema.rubric import Criterion
from coach.text.fence import fence, neutralise
from coach.text.sanitize import for_terminal

TRIES = 2
PASSAGES_GIVEN = 3
REPLY_TOKENS = 1000
_QUESTION_SO_FAR = re.compile(r'"question"\s*:\s*"((?:[^"\\]|\\.)*)', re.DOTALL)


class FollowUpReply(Frozen):
    """What the model is asked to send."""

    criterion: str
    about: str
    question: str = Field(min_length=1)


class ModelInterviewer:
    """Implements Interviewer. `heard` is told how many words of the question have arrived.

    The words themselves are shown only after the check, because they may give an answer away. `offline`
    asks where the model fails.
    """

    def __init__(
        self,
        model: ChatModel,
        prompt: Prompt,
        *,
        heard: Callable[[int], None] = lambda count: None,
        offline: OfflineInterviewer | None = None,
    ) -> None:
        self._model = model
        self._prompt = prompt
        self._heard = heard
        self._offline = offline or OfflineInterviewer()

    async def follow_up(self, view: View) -> FollowUp | None:
        """A model's follow-up, or the offline one with a note when two replies fail.

        Raises only Denied and RecordingError: the next question would fare no better.
        """
        complaint, note = "", ""
        for _ in range(TRIES):
            try:
                reply = _read(await self._ask(view, complaint))
            except Denied:
                raise
            except BadReply as error:
                complaint = note = str(error)
                continue
            except ModelError as error:
                note = str(error)
                break
            wrong = _problems(reply, view)
            if not wrong:
                return FollowUp(for_terminal(reply.question).strip(), reply.criterion, "llm")
            complaint = note = "; ".join(wrong)
        offline = self._offline.press(view)
        if offline is None:
            return None
        return FollowUp(offline.text, offline.criterion, "local", note=for_terminal(note))

    async def _ask(self, view: View, complaint: str) -> str:
        pieces: list[str] = []
        async for piece in self._model.stream(self._request(view, complaint)):
            pieces.append(piece)
            so_far = _QUESTION_SO_FAR.search("".join(pieces))
            if so_far:
                self._heard(len(so_far.group(1).split()))
        return "".join(pieces)

    def _request(self, view: View, complaint: str) -> ChatRequest:
        ranked = view.by_weakness()
        text = self._prompt.fill(
            question=neutralise(view.task.question.text),
            criteria="\n".join(_show_criterion(criterion, view) for criterion in ranked),
            passages="\n\n".join(
                fence("passage", f"{item.title}\n{item.text}") for item in view.task.passages[:PASSAGES_GIVEN]
            )
            or "(none)",
            conversation="\n\n".join(
                f"{turn.role.capitalize()}:\n{fence('turn', turn.text)}" for turn in view.turns
            ),
            complaint=f"\nYour last reply could not be used: {neutralise(complaint)}\n" if complaint else "",
        )
        schema = _schema([criterion.id for criterion in ranked])
        return ChatRequest(
            messages=(Message(role="user", content=text),),
            reply_schema=schema,
            purpose="follow_up",
            parts={
                "subject": short_hash(f"{view.task.question.id}\x00{view.task.answer.said()}"),
                "prompt": self._prompt.digest,
                "schema": short_hash(json.dumps(schema.definition, sort_keys=True)),
            },
            max_tokens=REPLY_TOKENS,
        )


def _schema(criteria: list[str]) -> ReplySchema:
    return ReplySchema(
        name="follow_up",
        definition={
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "criterion": {"type": "string", "enum": sorted(criteria)},
                "about": {"type": "string"},
                "question": {"type": "string"},
            },
            "required": ["criterion", "about", "question"],
        },
    )


def _read(content: str) -> FollowUpReply:
    try:
        return FollowUpReply.model_validate(extract_json(content))
    except ValidationError as error:
        raise BadReply(first_fault(error, "the reply")) from error


def _problems(reply: FollowUpReply, view: View) -> list[str]:
    """What keeps the reply from being asked, in words for the model."""
    known = {criterion.id: criterion for criterion in view.task.criteria}
    if reply.criterion not in known:
        return [f"{reply.criterion} is not a criterion of this question"]
    wrong = [fault.why for fault in faults(for_terminal(reply.question), view.basis(known[reply.criterion]))]
    if reply.about and not holds(view.task.answer.said(), reply.about):
        wrong.append('"about" does not hold words of the candidate')
    return wrong


def _show_criterion(criterion: Criterion, view: View) -> str:
    marks = {verdict.id: verdict.score for verdict in view.look.criteria}
    pressed = [turn.criterion for turn in view.turns if turn.role == "interviewer"].count(criterion.id)
    state = f"a quick first reading: level {marks.get(criterion.id) or 'unclear'} of {criterion.top}"
    asked = f"; pressed on {pressed} time(s)" if pressed else ""
    return f"- {criterion.id}: {criterion.title}. {criterion.asks} ({state}{asked})"
