"""What a server and model accept, learnt from refusals and remembered per server.

Pure decisions, and one small file in the cache folder that may vanish or break at any time.
"""

from __future__ import annotations

import contextlib
import json
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from coach.errors import BadReply, SetupError
from coach.llm.files import write_whole
from coach.llm.jsontext import extract_json
from coach.llm.wire import MODES, Mode
from coach.schema.base import Frozen
from coach.schema.chat import ReplySchema

LengthField = Literal["max_completion_tokens", "max_tokens"]
_OPTIONAL = ("temperature", "seed", "stream_options")
_SCHEMA_WORDS = re.compile(
    r"response.?format|json.?schema|json.?object|structured.?output|grammar|guided|\bschema\b", re.IGNORECASE
)
_TOOL_WORDS = re.compile(r"tool|function.?call", re.IGNORECASE)
_LENGTH_WORDS = re.compile(r"max_(?:completion_)?tokens")
_SYSTEM_WORDS = re.compile(r"system.{0,3} (?:role|message|prompt)|role.{0,20}system", re.IGNORECASE)
_TOO_LONG = re.compile(r"context.?length|context.?window|too many tokens", re.IGNORECASE)
_KEPT = timedelta(days=30)


class Ability(Frozen):
    """What one server takes for one model.

    `proven` means that `mode` has given an object of the schema; then a single reply that does not
    is the model's slip, not the server's lack.
    """

    mode: Mode = "json_schema"
    proven: bool = False
    dropped: frozenset[str] = frozenset()
    length_field: LengthField | None = "max_completion_tokens"
    system_role: bool = True

    def after_refusal(self, said: str, body: dict[str, Any]) -> Ability | None:
        """What to try next when the server refused `body` with these words; None where nothing can help."""
        if _TOO_LONG.search(said):
            return None
        for name in _OPTIONAL:
            if name in body and re.search(rf"\b{name}\b", said):
                return self.model_copy(update={"dropped": self.dropped | {name}})
        if self.length_field in body and _LENGTH_WORDS.search(said):
            return self._without_length_field()
        if "tools" in body and _TOOL_WORDS.search(said):
            return self._weaker()
        if "response_format" in body and _SCHEMA_WORDS.search(said):
            return self._weaker()
        if self.system_role and _SYSTEM_WORDS.search(said):
            return self.model_copy(update={"system_role": False})
        return None

    def after_reply(self, content: str, schema: ReplySchema) -> Ability | None:
        """What to remember after a reply: `mode` proven, or a weaker one where the schema was ignored.

        None where nothing new was learnt.
        """
        if self.proven:
            return None
        if follows(content, schema):
            return self.model_copy(update={"proven": True})
        return self._weaker() if ignores(content, schema) else None

    def _without_length_field(self) -> Ability:
        other: LengthField = (
            "max_tokens" if self.length_field == "max_completion_tokens" else "max_completion_tokens"
        )
        tried = "length" in self.dropped
        update = {"length_field": None if tried else other, "dropped": self.dropped | {"length"}}
        return self.model_copy(update=update)

    def _weaker(self) -> Ability | None:
        rung = MODES.index(self.mode) + 1
        return self.model_copy(update={"mode": MODES[rung], "proven": False}) if rung < len(MODES) else None


def follows(content: str, schema: ReplySchema) -> bool:
    """True where the content holds one object with every top-level key that the schema requires."""
    try:
        return set(schema.definition.get("required", [])) <= extract_json(content).keys()
    except BadReply:
        return False


def ignores(content: str, schema: ReplySchema) -> bool:
    """True where the content was plainly not made under the schema: prose, or another object.

    An object that is cut off or broken is no sign of that.
    """
    try:
        found = extract_json(content).keys()
    except BadReply:
        return "{" not in content
    required = set(schema.definition.get("required", []))
    return bool(required) and not required & found


class Abilities:
    """The memory of abilities by server and model; with a `path`, kept between runs for 30 days."""

    def __init__(self, path: Path | None = None, *, today: date | None = None) -> None:
        self._path = path
        self._today = today or datetime.now(UTC).date()
        self._known: dict[str, Ability] = {}
        self._learnt: dict[str, str] = {}
        if path is not None:
            self._read(path)

    def get(self, server: str, model: str, default: Ability) -> Ability:
        return self._known.get(_name(server, model), default)

    def put(self, server: str, model: str, ability: Ability) -> None:
        """Remember, also in the file; a cache that cannot be written is done without."""
        name = _name(server, model)
        self._known[name] = ability
        self._learnt[name] = self._today.isoformat()
        if self._path is not None:
            with contextlib.suppress(SetupError):
                write_whole(self._path, [self._text()])

    def _text(self) -> str:
        rows = {
            name: {"learnt": self._learnt[name], **self._known[name].model_dump(mode="json")}
            for name in sorted(self._known)
        }
        for row in rows.values():
            row["dropped"] = sorted(row["dropped"])
        return json.dumps(rows, indent=1, sort_keys=True) + "\n"

    def _read(self, path: Path) -> None:
        try:
            rows = json.loads(path.read_text(encoding="utf-8"))
            for name, row in rows.items():
                learnt = row.pop("learnt")
                if self._today - date.fromisoformat(learnt) <= _KEPT:
                    self._known[name] = Ability.model_validate(row)
                    self._learnt[name] = learnt
        except (OSError, ValueError, TypeError, KeyError, AttributeError, ValidationError):
            return  # it is a cache: what cannot be read is learnt anew


def _name(server: str, model: str) -> str:
    return f"{server} {model}"
