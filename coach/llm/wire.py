"""How a request is put for a server: the body of a chat completion in each of the four schema modes.

Pure functions; nothing here is part of a replay key.
"""

from __future__ import annotations

import json
from typing import Any, Literal, get_args

from coach.schema.chat import ChatRequest, ReplySchema

Mode = Literal["json_schema", "json_object", "tool", "text"]
MODES: tuple[Mode, ...] = get_args(Mode)  # from the strictest to what every server can do

_INSTRUCTION = (
    "Reply with exactly one JSON object and nothing else{fence}. "
    "It must be valid against this JSON schema:\n{schema}"
)
_FENCE = ", inside one ```json code block"


def chat_body(
    request: ChatRequest, model: str, *, mode: Mode = "json_schema", system_role: bool = True
) -> dict[str, Any]:
    """The body of a chat completion: model, messages, and how the schema is asked for.

    Where `mode` is weaker than json_schema, the schema is added to the system message as an
    instruction. Where `system_role` is false, system messages become part of the first user message.
    """
    messages = [{"role": message.role, "content": message.content} for message in request.messages]
    body: dict[str, Any] = {"model": model, "messages": messages}
    schema = request.reply_schema
    if schema is not None:
        if mode != "json_schema":
            _instruct(messages, schema, fenced=mode == "text")
        body.update(_schema_fields(schema, mode))
    if not system_role:
        body["messages"] = _without_system(messages)
    return body


def _schema_fields(schema: ReplySchema, mode: Mode) -> dict[str, Any]:
    if mode == "json_schema":
        wanted = {"name": schema.name, "strict": True, "schema": schema.sent or schema.definition}
        return {"response_format": {"type": "json_schema", "json_schema": wanted}}
    if mode == "json_object":
        return {"response_format": {"type": "json_object"}}
    if mode == "tool":
        function = {"name": schema.name, "parameters": schema.definition}
        choice = {"type": "function", "function": {"name": schema.name}}
        return {"tools": [{"type": "function", "function": function}], "tool_choice": choice}
    return {}


def _instruct(messages: list[dict[str, str]], schema: ReplySchema, *, fenced: bool) -> None:
    text = json.dumps(schema.definition, ensure_ascii=False)
    instruction = _INSTRUCTION.format(fence=_FENCE if fenced else "", schema=text)
    # At the end of the system message: what comes before it stays a shared, cacheable prefix.
    for message in messages:
        if message["role"] == "system":
            message["content"] = f"{message['content']}\n\n{instruction}"
            return
    messages.insert(0, {"role": "system", "content": instruction})


def _without_system(messages: list[dict[str, str]]) -> list[dict[str, str]]:
    system = "\n\n".join(message["content"] for message in messages if message["role"] == "system")
    rest = [message for message in messages if message["role"] != "system"]
    if not system:
        return rest
    if not rest or rest[0]["role"] != "user":
        return [{"role": "user", "content": system}, *rest]
    first = {"role": "user", "content": f"{system}\n\n{rest[0]['content']}"}
    return [first, *rest[1:]]
