"""Asks a model to look at an answer again: it may choose labels and quote, and nothing else.

Code checks every label and every quote; what does not pass is left to the rules.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from pydantic import ValidationError

from coach.drills.drill import Drill, Item
from coach.drills.report import Choice, Report, evidence_at
from coach.errors import BadReply, Denied, ModelError
from coach.llm.jsontext import extract_json
from coach.llm.port import ChatModel
from coach.prompts import Prompt
from coach.schema.answer import Answer
from coach.schema.base import Frozen
from coach.schema.chat import ChatRequest, Message, ReplySchema
from coach.schema.grade import Evidence
from coach.text.fence import fence, neutralise
from coach.text.quotes import Folded
from coach.text.sanitize import for_terminal

TRIES = 2
REPLY_TOKENS = 3000
LONGEST_QUOTE = 300


class Label(Frozen):
    """A model's word on one item; `quote` is empty where the label needs none."""

    label: str
    quote: str


async def look_again(
    drill: Drill, answer: Answer, report: Report, model: ChatModel, prompt: Prompt
) -> Report:
    """The report with a model's labels where they hold; by rule, with a note, where it fails.

    Raises only Denied and RecordingError.
    """
    items = drill.items(answer)
    if answer.is_blank() or not items:
        return report
    complaint, note = "", ""
    kept: dict[str, Choice] = {}
    for _ in range(TRIES):
        try:
            reply = await model.complete(_request(drill, answer, items, prompt, complaint))
            kept, wrong = _checked(_read(reply.content, items), items, answer)
        except Denied:
            raise
        except BadReply as error:
            complaint = note = str(error)
            continue
        except ModelError as error:
            note = str(error)
            break
        complaint = note = "; ".join(wrong)
        if not wrong:
            break
    if not kept:
        why = note.rstrip(".")
        return _noted(report, f"The model's reading was not used ({why}). These are words found by rule.")
    seen = drill.relabel(report, kept).model_copy(update={"model": model.name, "notes": report.notes})
    if len(kept) == len(items):
        return seen
    words = f"On {len(items) - len(kept)} of {len(items)} points the model's word was not usable;"
    return _noted(seen, f"{words} there the rules stand.")


def _noted(report: Report, note: str) -> Report:
    return report.model_copy(update={"notes": (*report.notes, for_terminal(note))})


def _request(
    drill: Drill, answer: Answer, items: tuple[Item, ...], prompt: Prompt, complaint: str
) -> ChatRequest:
    text = prompt.fill(
        exercise=fence("document", drill.question.text),
        items="\n".join(f"- {item.id}: {item.text}. Labels: {', '.join(item.labels)}." for item in items),
        answer="\n\n".join(_shown(answer)),
        complaint=f"\nYour last reply could not be used: {neutralise(complaint)}\n" if complaint else "",
    )
    schema = _schema(items)
    return ChatRequest(
        messages=(Message(role="user", content=text),),
        reply_schema=schema,
        purpose="drill_labels",
        parts={
            "subject": _short(f"{drill.question.id}\x00{answer.said()}"),
            "prompt": prompt.digest,
            "schema": _short(json.dumps(schema.definition, sort_keys=True)),
        },
        max_tokens=REPLY_TOKENS,
    )


def _shown(answer: Answer) -> list[str]:
    """The conversation, each turn fenced; the interviewer's questions tell what an answer is about."""
    if not answer.turns:
        return [fence("answer", answer.said())]
    return [f"{turn.role.capitalize()}:\n{fence('turn', turn.text)}" for turn in answer.turns]


def _schema(items: tuple[Item, ...]) -> ReplySchema:
    """One named entry for each item, so that none can be left out or made up."""
    return ReplySchema(
        name="drill_labels",
        definition={
            "type": "object",
            "additionalProperties": False,
            "properties": {item.id: _entry(item) for item in items},
            "required": [item.id for item in items],
        },
    )


def _entry(item: Item) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "label": {"type": "string", "enum": list(item.labels)},
            "quote": {"type": "string"},
        },
        "required": ["label", "quote"],
    }


def _read(content: str, items: tuple[Item, ...]) -> dict[str, Label]:
    data = extract_json(content)
    if set(data) != {item.id for item in items}:
        raise BadReply("the reply does not hold exactly one entry for each point")
    try:
        return {name: Label.model_validate(entry) for name, entry in data.items()}
    except ValidationError as error:
        raise BadReply(f"an entry is wrong: {error.errors()[0]['msg']}") from error


def _checked(
    labels: dict[str, Label], items: tuple[Item, ...], answer: Answer
) -> tuple[dict[str, Choice], list[str]]:
    """The labels that hold, and what is wrong with the others, in words for the model."""
    kept: dict[str, Choice] = {}
    wrong: list[str] = []
    for item in items:
        given = labels[item.id]
        if given.label not in item.labels:
            wrong.append(f"{item.id}: {given.label!r} is none of its labels")
        elif given.label == item.nothing:
            kept[item.id] = Choice(id=item.id, label=given.label, by="model")
        elif (words := _quoted(given.quote, item, answer)) is None:
            wrong.append(f"{item.id}: the quote is not in the candidate's words")
        else:
            kept[item.id] = Choice(id=item.id, label=given.label, evidence=(words,), by="model")
    return kept, wrong


def _quoted(quote: str, item: Item, answer: Answer) -> Evidence | None:
    if len(quote) > LONGEST_QUOTE:
        return None
    for turn, text in answer.parts():
        if item.turns and turn not in item.turns:
            continue
        span = Folded(text).find(quote)
        if span is not None:
            return evidence_at(text, span, turn)
    return None


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
