"""Challenges by a model to what a candidate has just said in defence of a decision, checked by code.

It chooses one of the corpus's attacks and words it round a quote; it may state no fact of its own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from pydantic import ValidationError

from coach.drills.devil import DevilDrill
from coach.drills.drill import Step, asked_in
from coach.drills.exchange import ask, complained, make_request
from coach.errors import BadReply
from coach.guides.exercises import Challenge
from coach.llm.jsontext import extract_json
from coach.llm.port import ChatModel
from coach.prompts import Prompt
from coach.schema.answer import Answer
from coach.schema.base import Frozen
from coach.schema.chat import ChatRequest, ReplySchema
from coach.text.facts import invented
from coach.text.fence import fence
from coach.text.quotes import Folded
from coach.text.sanitize import for_terminal

REPLY_TOKENS = 800
LONGEST = 45
FEWEST_QUOTED = 3
_QUOTED = re.compile(r'"[^"\n]*"|“[^”\n]*”')


class _Reply(Frozen):
    attack: str
    quote: str
    question: str


class Further(Frozen):
    """The next challenge. `author` is who worded it; `note` says why a model's was not used."""

    step: Step | None
    author: Literal["local", "llm"] = "local"
    note: str = ""


async def challenge(drill: DevilDrill, answer: Answer, model: ChatModel, prompt: Prompt) -> Further:
    """A model's challenge to the defence so far, or the prepared one with a note.

    Raises only Denied and RecordingError.
    """
    prepared = drill.next_step(answer)
    if prepared is None:
        return Further(step=None)
    reply, note = await ask(
        model,
        lambda complaint: _request(drill, answer, prompt, complaint),
        lambda content: _checked(_read(content), drill, answer),
    )
    if reply is None or note:
        return Further(step=prepared, note=for_terminal(note))
    criteria = {item.id: item.criterion for item in drill.file.challenges}
    own = drill.exercise.criteria
    criterion = criteria[reply.attack] if criteria[reply.attack] in own else own[0]
    return Further(step=Step(text=for_terminal(reply.question).strip(), criterion=criterion), author="llm")


def _checked(reply: _Reply, drill: DevilDrill, answer: Answer) -> tuple[_Reply, list[str]]:
    return reply, faults(reply.question, reply.quote, reply.attack, drill, answer)


def faults(question: str, quote: str, attack: str, drill: DevilDrill, answer: Answer) -> list[str]:
    """What keeps a challenge from being put, in words for its writer."""
    said = f"{drill.decision}\n\n{answer.said()}"
    wrong = []
    if attack not in {item.id for item in drill.file.challenges}:
        wrong.append(f"{attack!r} is none of the attacks")
    if len(quote.split()) < FEWEST_QUOTED or Folded(said).find(quote) is None:
        wrong.append("the quote is not in the decision or the defence")
    elif Folded(question).find(quote) is None:
        wrong.append("the question does not hold the quote")
    own = _QUOTED.sub(" ", question)
    if own.count("?") != 1 or not own.rstrip("\"'”’) ").endswith("?"):
        wrong.append("it must be exactly one question and end with its question mark")
    if len(question.split()) > LONGEST:
        wrong.append(f"it must have {LONGEST} words at most")
    made_up = invented(question, f"{said}\n{drill.question.text}")
    if made_up:
        wrong.append(f"these are neither in the decision nor in the defence: {', '.join(made_up)}")
    if question.strip() in asked_in(answer):
        wrong.append("it was asked before")
    return wrong


def _request(drill: DevilDrill, answer: Answer, prompt: Prompt, complaint: str) -> ChatRequest:
    text = prompt.fill(
        attacks="\n".join(f"- {item.id}: {item.attack}" for item in drill.file.challenges),
        decision=fence("story", drill.decision),
        defence="\n\n".join(_turns(drill, answer)),
        complaint=complained(complaint),
    )
    return make_request(
        text,
        _schema(drill.file.challenges),
        prompt,
        purpose="drill_challenge",
        subject=f"{drill.decision}\x00{answer.said()}",
        max_tokens=REPLY_TOKENS,
    )


def _turns(drill: DevilDrill, answer: Answer) -> list[str]:
    first = f"Committee:\n{drill.challenges[0].text}"
    if not answer.turns:
        return [first, f"Candidate:\n{fence('answer', answer.said())}"]
    names = {"interviewer": "Committee", "candidate": "Candidate"}
    return [first, *(f"{names[turn.role]}:\n{fence('turn', turn.text)}" for turn in answer.turns)]


def _schema(challenges: Sequence[Challenge]) -> ReplySchema:
    return ReplySchema(
        name="drill_challenge",
        definition={
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "attack": {"type": "string", "enum": [item.id for item in challenges]},
                "quote": {"type": "string"},
                "question": {"type": "string"},
            },
            "required": ["attack", "quote", "question"],
        },
    )


def _read(content: str) -> _Reply:
    try:
        return _Reply.model_validate(extract_json(content))
    except ValidationError as error:
        raise BadReply(f"the reply is not of the schema: {error.errors()[0]['msg']}") from error
