"""Recordings: stored replies to exact requests, as JSON Lines that read well in a diff.

A recording is found by the request's key alone; the hashes of the request's parts lie beside it so
that a miss can say what changed. Headers, keys and settings have no field here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from coach.errors import RecordingError, SetupError
from coach.llm.files import numbered_lines, write_whole
from coach.schema.base import Frozen, first_fault
from coach.schema.chat import ChatReply, ChatRequest, TokenUsage

_SECRET = re.compile(
    r"\bsk-[A-Za-z0-9_-]{16,}|\bBearer\s+\S{8,}|openai-(organization|project)", re.IGNORECASE
)


class RecordedReply(Frozen):
    """The whole reply, as it came: never edited, malformed ones included."""

    content: str
    finish_reason: str = "stop"
    usage: TokenUsage = TokenUsage()
    model: str = ""
    created: str = ""


class Recording(Frozen):
    """One reply to one exact request. `key` is ChatRequest.key(model)."""

    key: str = Field(pattern=r"^[0-9a-f]{64}$")
    purpose: str
    model: str
    sample: int
    parts: dict[str, str]
    reply: RecordedReply
    provenance: dict[str, str] = {}

    @classmethod
    def of(
        cls, request: ChatRequest, model: str, reply: ChatReply, provenance: dict[str, str] | None = None
    ) -> Recording:
        return cls(
            key=request.key(model),
            purpose=request.purpose,
            model=model,
            sample=request.sample,
            parts=request.parts,
            reply=RecordedReply(
                content=reply.content,
                finish_reason=reply.finish_reason,
                usage=reply.usage,
                model=reply.model,
                created=reply.created,
            ),
            provenance=provenance or {},
        )

    @property
    def subject(self) -> str:
        return self.parts.get("subject", "")

    def line(self) -> str:
        """The recording as one line of JSON with sorted keys."""
        return json.dumps(self.model_dump(), ensure_ascii=False, sort_keys=True) + "\n"

    def _order(self) -> tuple[str, str, str, int, str]:
        return (self.purpose, self.subject, self.model, self.sample, self.key)


class Recordings:
    """Recordings of one or more files, each remembered with the file that it belongs to.

    `home` is the file that new recordings go to; without one they stay in memory.
    """

    def __init__(self, home: Path | None = None) -> None:
        self._home = home
        self._known: dict[str, tuple[Recording, Path | None]] = {}
        self._used: set[str] = set()
        self._changed: set[Path] = set()
        self._similar: dict[tuple[str, str, int], list[Recording]] = {}

    @classmethod
    def load(cls, *paths: Path, home: Path | None = None) -> Recordings:
        """Read files, and every *.jsonl of folders. `home` defaults to the only file given.

        Raises RecordingError for a broken line, or for one key with two different replies.
        """
        files = [file for path in paths for file in _files(path)]
        if home is None and len(paths) == 1 and not paths[0].is_dir():
            home = paths[0]
        recordings = cls(home)
        for file in files:
            for number, line in _lines(file):
                recordings._put(_parse(line, file, number), file, where=f"{file}:{number}")
        return recordings

    def __len__(self) -> int:
        return len(self._known)

    def __iter__(self) -> Iterator[Recording]:
        return (recording for recording, _ in self._known.values())

    def __contains__(self, key: object) -> bool:
        return key in self._known

    def get(self, key: str) -> Recording | None:
        """The recording of that key, which then counts as used."""
        found = self._known.get(key)
        if found is None:
            return None
        self._used.add(key)
        return found[0]

    def add(self, recording: Recording, *, replace: bool = False, file: Path | None = None) -> None:
        """Take one recording in; an identical one changes nothing, a different reply is an error.

        With `replace`, a different reply takes the place of the old one, in the old one's file. A new one
        goes to `file`, or else to the home file.
        """
        self._used.add(recording.key)
        known = self._known.get(recording.key)
        if known is not None and known[0].reply == recording.reply:
            return
        file = known[1] if known is not None else file or self._home
        if known is not None and replace:
            self._forget(recording.key)
        self._put(recording, file, where=str(file))
        if file is not None:
            self._changed.add(file)

    def remove(self, keys: Iterable[str]) -> int:
        """Drop recordings (`save` then writes the files anew); returns how many there were."""
        gone = [key for key in set(keys) if key in self._known]
        for key in gone:
            file = self._forget(key)
            if file is not None:
                self._changed.add(file)
        return len(gone)

    def unused(self) -> list[Recording]:
        """What nobody has asked for since loading, in file order."""
        return sorted((r for r in self if r.key not in self._used), key=Recording._order)

    def save(self) -> None:
        """Write every file that changed: sorted, stable, whole or not at all.

        Raises RecordingError when some were added and no file was named to keep them in.
        """
        if any(file is None for _, file in self._known.values()):
            raise RecordingError("Recordings were added, but no file was named to keep them in.")
        for file in sorted(self._changed):
            mine = sorted((r for r, home in self._known.values() if home == file), key=Recording._order)
            for recording in mine:
                _refuse_secrets(recording, file)
            write_whole(file, (recording.line() for recording in mine))
        self._changed.clear()

    def explain_miss(self, request: ChatRequest, model: str) -> str:
        """One sentence: why this request has no recording, and which of its parts changed."""
        subject = request.parts.get("subject", "")
        what = " ".join(x for x in (request.purpose or "request", subject, f"sample {request.sample}") if x)
        near = self._similar.get((request.purpose, subject, request.sample), [])
        mine = [recording for recording in near if recording.model == model]
        if not near:
            return f"{what}: not recorded."
        if not mine:
            others = ", ".join(sorted({recording.model for recording in near}))
            return f"{what}: recorded for {others}, not for {model}."
        changed = min((_changed(recording.parts, request.parts) for recording in mine), key=len)
        return f"{what}: stale, since it was recorded {_listing(changed)} changed."

    def _put(self, recording: Recording, file: Path | None, where: str) -> None:
        known = self._known.get(recording.key)
        if known is not None:
            if known[0].reply != recording.reply:
                raise RecordingError(
                    f"{where}: a second, different reply to request {recording.key[:12]} "
                    f"({recording.purpose} {recording.subject}). Recordings are never edited: remove one."
                )
            return
        self._known[recording.key] = (recording, file)
        self._similar.setdefault((recording.purpose, recording.subject, recording.sample), []).append(
            recording
        )

    def _forget(self, key: str) -> Path | None:
        recording, file = self._known.pop(key)
        self._similar[(recording.purpose, recording.subject, recording.sample)].remove(recording)
        return file


def _files(path: Path) -> list[Path]:
    return sorted(path.glob("*.jsonl")) if path.is_dir() else [path] if path.exists() else []


def _lines(file: Path) -> Iterator[tuple[int, str]]:
    try:
        yield from numbered_lines(file)
    except SetupError as error:
        raise RecordingError(str(error)) from error


def _parse(line: str, file: Path, number: int) -> Recording:
    try:
        return Recording.model_validate_json(line)
    except ValidationError as error:
        raise RecordingError(f"{file}:{number}: not a recording ({first_fault(error, 'line')}).") from error


def _changed(old: dict[str, str], new: dict[str, str]) -> list[str]:
    return sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))


def _listing(names: list[str]) -> str:
    return ", ".join(names) if names else "the wording of the messages or the schema"


def _refuse_secrets(recording: Recording, file: Path) -> None:
    fields: dict[str, Any] = {**recording.provenance, **recording.parts}
    for name, value in fields.items():
        if _SECRET.search(f"{name} {value}"):
            raise RecordingError(
                f"{file}: field {name!r} of a recording looks like a key or a header; not saved."
            )
