"""A long list of requests cut into files that the Batch API takes, and how far each of them has come.

All of it lies in one folder, written after every step, so that a restart goes on where it was. Sends
nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from coach.errors import DatasetError
from coach.llm.batchfile import request_line
from coach.llm.files import numbered_lines, write_whole
from coach.schema.base import Frozen
from coach.schema.chat import ChatRequest

MOST_REQUESTS = 50_000
MOST_BYTES = 200_000_000
_STATE = "batches.json"


class Part(Frozen):
    """One input file. `digest` is the SHA-256 of its bytes; `status` is the server's last word."""

    name: str
    digest: str
    requests: int
    file_id: str | None = None
    batch_id: str | None = None
    status: str = "new"
    why: str = ""
    rows_done: int = 0
    full: int = 0  # how often the server's queue was full
    done: bool = False


class Parts:
    """The parts in one folder, and their state."""

    def __init__(self, folder: Path, parts: list[Part]) -> None:
        self._folder = folder
        self._parts = {part.name: part for part in parts}

    @classmethod
    def write(
        cls,
        folder: Path,
        requests: Iterable[tuple[str, ChatRequest]],
        model: str,
        *,
        parameters: dict[str, Any] | None = None,
        most_requests: int = MOST_REQUESTS,
        most_bytes: int = MOST_BYTES,
    ) -> Parts:
        """Write the input files, and take up what an earlier run in this folder has done.

        Raises DatasetError when the folder holds batches of other requests: they may be running, and
        paid for.
        """
        before = _read_state(folder / _STATE)
        parts: list[Part] = []
        for lines in _cut(requests, model, parameters, most_requests, most_bytes):
            name = f"part-{len(parts) + 1:04d}.jsonl"
            digest = hashlib.sha256("".join(lines).encode()).hexdigest()
            parts.append(Part(name=name, digest=digest, requests=len(lines)))
            if name not in before:
                write_whole(folder / name, lines)
            elif before[name].digest != digest:
                raise _other_requests(folder)
        if before.keys() - {part.name for part in parts}:
            raise _other_requests(folder)
        known = cls(folder, [before.get(part.name, part) for part in parts])
        known._save()
        return known

    @classmethod
    def open(cls, folder: Path) -> Parts | None:
        """The parts that an earlier run left in this folder; None where there are none."""
        before = _read_state(folder / _STATE)
        return cls(folder, list(before.values())) if before else None

    def __iter__(self) -> Iterator[Part]:
        return iter(list(self._parts.values()))

    def path(self, part: Part, kind: str = "") -> Path:
        """The input file of a part, or its file of `kind` (output, errors)."""
        return self._folder / (part.name.replace(".jsonl", f".{kind}.jsonl") if kind else part.name)

    def ids(self, part: Part) -> list[str]:
        """The custom_ids that a part asks for, in order."""
        return [json.loads(line)["custom_id"] for _, line in numbered_lines(self.path(part))]

    def update(self, part: Part, **fields: object) -> Part:
        """Change what is known of a part, on disk as well, and return it."""
        changed = part.model_copy(update=fields)
        self._parts[part.name] = changed
        self._save()
        return changed

    def _save(self) -> None:
        rows = [part.model_dump() for part in self._parts.values()]
        write_whole(self._folder / _STATE, [json.dumps(rows, indent=1) + "\n"])


def _cut(
    requests: Iterable[tuple[str, ChatRequest]],
    model: str,
    parameters: dict[str, Any] | None,
    most_requests: int,
    most_bytes: int,
) -> Iterator[list[str]]:
    """Lines of input files, as many to a file as the limits allow. Raises DatasetError for a repeated id."""
    lines: list[str] = []
    size = 0
    seen: set[str] = set()
    for custom_id, request in requests:
        if custom_id in seen:
            raise DatasetError(f"Two requests have the custom_id {custom_id!r}; ids must differ.")
        seen.add(custom_id)
        line = request_line(custom_id, request, model, parameters)
        length = len(line.encode())
        if lines and (len(lines) == most_requests or size + length > most_bytes):
            yield lines
            lines, size = [], 0
        lines.append(line)
        size += length
    if lines:
        yield lines


def _read_state(path: Path) -> dict[str, Part]:
    if not path.exists():
        return {}
    try:
        parts = [Part.model_validate(row) for row in json.loads(path.read_text(encoding="utf-8"))]
    except (OSError, TypeError, ValueError, RecursionError) as error:
        raise DatasetError(
            f"{path} cannot be read ({error}). It says which batches are running: mend it, or remove it and "
            "look for them at the server first."
        ) from error
    return {part.name: part for part in parts}


def _other_requests(folder: Path) -> DatasetError:
    return DatasetError(
        f"{folder} holds batches of other requests, which may be running and paid for. Finish them with the "
        "same rows and settings, or start anew with --restart."
    )
