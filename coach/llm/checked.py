"""Asks a model and has the reply checked; what fails is sent back once with the reason. Words no prompt."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from coach.errors import BadReply
from coach.llm.port import ChatModel
from coach.schema.chat import ChatRequest, Message

T = TypeVar("T")


async def complete_checked(
    model: ChatModel,
    request: ChatRequest,
    read: Callable[[str], T],
    *,
    last: Callable[[str], T] | None = None,
) -> T:
    """What `read` makes of the reply.

    A BadReply that `read` raises goes back to the model once, in its own words; the second reply is read by
    `last`, where given, which may mend what `read` refuses. Raises a ModelError, a second BadReply included.
    """
    reply = await model.complete(request)
    try:
        return read(reply.content)
    except BadReply as error:
        complaint = f"That reply cannot be used: {error} Reply again, with the JSON object alone."
    more = (Message(role="assistant", content=reply.content), Message(role="user", content=complaint))
    again = await model.complete(request.model_copy(update={"messages": request.messages + more}))
    return (last or read)(again.content)
