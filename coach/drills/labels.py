"""Asks a model to look at an answer again: it may choose labels and quote, and nothing else.

Code checks every label and every quote; what does not pass is left to the rules.
"""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from coach.drills.drill import Drill, Item
from coach.drills.exchange import ask, complained, make_request
from coach.drills.report import Choice, Report, evidence_at
from coach.errors import BadReply
from coach.llm.jsontext import extract_json
from coach.llm.port import ChatModel
from coach.prompts import Prompt
from coach.schema.answer import Answer
from coach.schema.base import Frozen
from coach.schema.chat import ChatRequest, ReplySchema
from coach.schema.grade import Evidence
from coach.text.fence import fence
from coach.text.quotes import Folded
from coach.text.sanitize import for_terminal

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
    kept, note = await ask(
        model,
        lambda complaint: _request(drill, answer, items, prompt, complaint),
        lambda content: _checked(_read(content, items), items, answer),
    )
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
        items="\n".join(_point(item) for item in items),
        answer="\n\n".join(_shown(answer)),
        complaint=complained(complaint),
    )
    return make_request(
        text,
        _schema(items),
        prompt,
        purpose="drill_labels",
        subject=f"{drill.question.id}\x00{answer.said()}",
        max_tokens=REPLY_TOKENS,
    )


def _point(item: Item) -> str:
    return f"- {item.id}: {item.text.rstrip('.')}. Labels: {', '.join(item.labels)}."


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
