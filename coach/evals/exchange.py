"""Offline models: writes the requests that are still missing, takes replies in. Sends nothing.

A round of export and import brings first replies; the next brings the repairs that they need; what
is complete exports nothing.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from coach.errors import DatasetError, ModelError
from coach.evals.collect import CollectingModel
from coach.llm.batchfile import read_replies, write_requests
from coach.llm.collect import Pending
from coach.llm.completion import unusable_reply
from coach.llm.files import numbered_lines
from coach.llm.port import ChatModel
from coach.llm.recordings import Recording, Recordings
from coach.schema.chat import ChatReply, ChatRequest


class Item(Protocol):
    """Something that a model is asked for, once or more; `part` names the file of its recordings."""

    @property
    def part(self) -> str: ...


Asked = TypeVar("Asked", bound=Item)
Ask = Callable[[ChatModel, Asked], Awaitable[object]]


@dataclass(frozen=True)
class Wanted:
    """A request without a recording, and the part of the suite that asks it."""

    request: ChatRequest
    part: str


@dataclass(frozen=True)
class Taken:
    """What an import did: replies added, replies known already, failed rows, requests still missing."""

    added: int
    known: int
    failed: tuple[str, ...]
    missing: dict[str, Wanted]


async def collect(
    items: Iterable[Asked], recordings: Recordings, model: str, ask: Ask[Asked]
) -> dict[str, Wanted]:
    """The requests that the items need next and that are not recorded, by custom_id."""
    found: dict[str, Wanted] = {}
    for item in items:
        collector = CollectingModel(recordings, model)
        try:
            await ask(collector, item)
        except Pending:
            for name, request in collector.wanted.items():
                found.setdefault(name, Wanted(request, item.part))
    return found


async def export_requests(
    path: Path, items: Iterable[Asked], recordings: Recordings, model: str, ask: Ask[Asked]
) -> dict[str, Wanted]:
    """Write what is missing as a Batch API file; returns it by custom_id (no file where nothing is)."""
    wanted = await collect(items, recordings, model, ask)
    if wanted:
        write_requests(path, ((name, item.request) for name, item in wanted.items()), model)
    return wanted


async def import_replies(
    path: Path,
    items: Sequence[Asked],
    recordings: Recordings,
    model: str,
    ask: Ask[Asked],
    provenance: dict[str, str],
    folder: Path,
) -> Taken:
    """Add the replies of a Batch API output file to the recordings, and save them, a file to a part.

    Replies may belong to first requests and to repairs alike. Nothing is saved when a custom_id was
    never asked, or when a second, different reply to a recorded request is found (DatasetError).
    """
    replies = read_replies(path, _ids(path))
    recorded = {recording.key[:40]: recording for recording in recordings}
    failed = {name: str(reply) for name, reply in replies.items() if _whole(reply) is None}
    left = {name: whole for name, reply in replies.items() if (whole := _whole(reply)) is not None}
    known = [name for name in left if name in recorded and recorded[name].reply.content == left[name].content]
    _refuse_other({name for name in left if name in recorded} - set(known), path)
    for name in known:
        del left[name]
    added = 0
    missing = await collect(items, recordings, model, ask)
    while ready := missing.keys() & left.keys():
        for name in sorted(ready):
            wanted = missing[name]
            recording = Recording.of(wanted.request, model, left.pop(name), provenance)
            recordings.add(recording, file=folder / f"{wanted.part}.jsonl")
            added += 1
        missing = await collect(items, recordings, model, ask)
    strangers = [*left, *(name for name in failed if name not in missing and name not in recorded)]
    if strangers:
        raise DatasetError(
            f"{path}: unknown custom_id {strangers[0]!r} ({len(strangers)} in all): the suite asks no such "
            "request. Nothing was imported; has a prompt, the rubric or a guide changed since the export?"
        )
    recordings.save()
    told = tuple(f"{name}: {why}" for name, why in failed.items() if name in missing)
    return Taken(added, len(known), told, missing)


def _ids(path: Path) -> set[str]:
    found = set()
    for _, line in numbered_lines(path):
        try:
            row = json.loads(line)
        except ValueError:
            continue  # read_replies names the line
        if isinstance(row, dict) and isinstance(row.get("custom_id"), str):
            found.add(row["custom_id"])
    return found


def _whole(reply: ChatReply | ModelError) -> ChatReply | None:
    return reply if isinstance(reply, ChatReply) else unusable_reply(reply)


def _refuse_other(names: set[str], path: Path) -> None:
    if names:
        raise DatasetError(
            f"{path}: a second, different reply to {min(names)!r}. A recorded reply is never replaced; "
            "remove it with `coach eval prune` first."
        )
