"""One question to a model, asked again once with a complaint, as all exercises ask it. Words nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TypeVar

from coach.errors import BadReply, Denied, ModelError
from coach.llm.port import ChatModel
from coach.prompts import Prompt
from coach.schema.chat import ChatRequest, Message, ReplySchema, short_hash
from coach.text.fence import neutralise

T = TypeVar("T")
TRIES = 2


async def ask(
    model: ChatModel, request: Callable[[str], ChatRequest], read: Callable[[str], tuple[T, Sequence[str]]]
) -> tuple[T | None, str]:
    """What `read` made of the last reply that it could read, and what was still wrong; "" is nothing.

    `request` is given the complaint about the reply before; `read` raises BadReply, or gives a value and
    what is wrong with it. Raises only Denied and RecordingError.
    """
    value: T | None = None
    complaint = ""
    for _ in range(TRIES):
        try:
            value, wrong = read((await model.complete(request(complaint))).content)
        except Denied:
            raise
        except BadReply as error:
            complaint = str(error)
        except ModelError as error:
            return value, str(error)
        else:
            complaint = "; ".join(wrong)
            if not wrong:
                break
    return value, complaint


def make_request(
    text: str, schema: ReplySchema, prompt: Prompt, *, purpose: str, subject: str, max_tokens: int
) -> ChatRequest:
    """The request for a filled prompt; `subject` is what it is about, kept as a hash."""
    return ChatRequest(
        messages=(Message(role="user", content=text),),
        reply_schema=schema,
        purpose=purpose,
        parts={
            "subject": short_hash(subject),
            "prompt": prompt.digest,
            "schema": short_hash(json.dumps(schema.definition, sort_keys=True)),
        },
        max_tokens=max_tokens,
    )


def complained(complaint: str) -> str:
    """The words at the end of a prompt that say why the last reply was not used."""
    return f"\nYour last reply could not be used: {neutralise(complaint)}\n" if complaint else ""
