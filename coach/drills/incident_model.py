"""Reads a candidate's message with a model, which can only choose among ids that it is given.

It is shown titles of checks and acts, never what they show; what it chooses is checked by code, and where
it fails the rules read instead.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeVar, get_args

from pydantic import Field, ValidationError

from coach.drills.exchange import make_request
from coach.drills.incident_context import follows
from coach.drills.incident_intent import Ending, Intent, Reader
from coach.drills.incident_play import deed_of
from coach.errors import BadReply, Denied, ModelError
from coach.guides.incidents import Incident, Moves
from coach.llm.checked import complete_checked
from coach.llm.jsontext import extract_json
from coach.llm.port import ChatModel
from coach.prompts import Prompts
from coach.schema.base import Frozen
from coach.schema.chat import ChatRequest, ReplySchema
from coach.text.fence import fence, neutralise

MOST_INTENTS = 6
REPLY_TOKENS = 800
_WITH_ID = ("fact", "act", "whether")
# What a model may say of a part of a message. It travels in requests, in this order.
_Kind = Literal["fact", "act", "whether", "suspect", "cause", "reason", "no_data", "unclear"]


ReplyT = TypeVar("ReplyT", bound=Frozen)


class _Chosen(Frozen):
    kind: _Kind
    id: str
    text: str


class _Reading(Frozen):
    intents: tuple[_Chosen, ...] = Field(max_length=MOST_INTENTS)


class ModelReader:
    """Implements Reader. `say` is told, once, that the rules have taken over."""

    def __init__(
        self,
        model: ChatModel,
        prompts: Prompts,
        incident: Incident,
        moves: Moves,
        rules: Reader,
        *,
        say: Callable[[str], None] = lambda message: None,
    ) -> None:
        self._model = model
        self._prompts = prompts
        self._incident = incident
        self._rules = rules
        self._say = say
        self._facts = {fact.id: fact.title for fact in incident.facts}
        held = {action.act for action in incident.actions}
        names = [action.id for action in incident.actions] + [
            act.id for act in moves.acts if act.id not in held
        ]
        self._acts = {name: deed_of(incident, moves, name).title for name in names}

    async def read(self, message: str, last: str = "", *, concluded: bool = False) -> list[Intent]:
        """The intents that the model chose, or those of the rules where its replies fail.

        What leans on the check before is left to the rules: the model does not see it.
        Raises only Denied and RecordingError: the next message would fare no better.
        """
        if last and follows(message):
            return await self._rules.read(message, last, concluded=concluded)
        try:
            return await complete_checked(
                self._model, self._read_request(message), lambda text: self._intents(text, message)
            )
        except Denied:
            raise
        except ModelError as error:
            self._note(error)
            return await self._rules.read(message, last, concluded=concluded)

    async def read_ending(self, cause: str, fix: str) -> Ending:
        """As `read`, for the last words."""
        try:
            return await complete_checked(self._model, self._ending_request(cause, fix), self._ending)
        except Denied:
            raise
        except ModelError as error:
            self._note(error)
            return await self._rules.read_ending(cause, fix)

    def _note(self, error: ModelError) -> None:
        self._say(f"The model's reply could not be used ({error}); read by rule.")

    def _read_request(self, message: str) -> ChatRequest:
        prompt = self._prompts.get("incident_read")
        text = prompt.fill(
            opening=fence("document", self._incident.opening),
            checks=_listed(self._facts),
            acts=_listed(self._acts),
            message=fence("turn", message),
        )
        ids = ["", *sorted({*self._facts, *self._acts})]
        entry = _object(
            {
                "kind": {"type": "string", "enum": list(get_args(_Kind))},
                "id": {"type": "string", "enum": ids},
                "text": {"type": "string"},
            }
        )
        schema = ReplySchema(
            name="incident_read", definition=_object({"intents": {"type": "array", "items": entry}})
        )
        subject = f"{self._incident.id}\x00{message}"
        return make_request(
            text, schema, prompt, purpose="incident_read", subject=subject, max_tokens=REPLY_TOKENS
        )

    def _ending_request(self, cause: str, fix: str) -> ChatRequest:
        prompt = self._prompts.get("incident_ending")
        hypotheses = {item.id: item.text for item in self._incident.hypotheses}
        text = prompt.fill(
            hypotheses=_listed(hypotheses),
            acts=_listed(self._acts),
            cause=fence("turn", cause) if cause else "(nothing)",
            fix=fence("turn", fix) if fix else "(nothing)",
        )
        schema = ReplySchema(
            name="incident_ending",
            definition=_object(
                {
                    "causes": {"type": "array", "items": {"type": "string", "enum": sorted(hypotheses)}},
                    "actions": {"type": "array", "items": {"type": "string", "enum": sorted(self._acts)}},
                }
            ),
        )
        subject = f"{self._incident.id}\x00{cause}\x00{fix}"
        return make_request(
            text, schema, prompt, purpose="incident_ending", subject=subject, max_tokens=REPLY_TOKENS
        )

    def _intents(self, text: str, message: str) -> list[Intent]:
        reading = _parsed(_Reading, text)
        found = []
        for item in reading.intents:
            self._must_be_known(item)
            # Words that the message does not hold are not the candidate's: the whole message stands for them.
            quote = item.text.strip() if item.text.strip() and item.text.strip() in message else message
            found.append(Intent(kind=item.kind, id=item.id if item.kind in _WITH_ID else "", text=quote))
        return found or [Intent(kind="unclear", text=message)]

    def _must_be_known(self, item: _Chosen) -> None:
        known = self._facts if item.kind == "fact" else self._acts if item.kind in _WITH_ID else None
        if known is not None and item.id not in known:
            raise BadReply(f"{item.id!r} is not an id for kind {item.kind}.")

    def _ending(self, text: str) -> Ending:
        ending = _parsed(Ending, text)
        known = {item.id for item in self._incident.hypotheses}
        unknown = [i for i in ending.causes if i not in known] + [
            i for i in ending.actions if i not in self._acts
        ]
        if unknown:
            raise BadReply(f"{unknown[0]!r} is on none of the lists.")
        return Ending(
            causes=tuple(dict.fromkeys(ending.causes)), actions=tuple(dict.fromkeys(ending.actions))
        )


def _listed(titles: dict[str, str]) -> str:
    return "\n".join(f"- {name}: {neutralise(title)}" for name, title in titles.items())


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        "required": list(properties),
    }


def _parsed(model: type[ReplyT], text: str) -> ReplyT:
    try:
        return model.model_validate(extract_json(text))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the reply"
        raise BadReply(f"{where}: {first['msg']}") from error
