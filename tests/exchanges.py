"""Recorded exchanges of the parts that talk with a model besides the grader.

`python -m tests.exchanges export FILE` writes the requests that are not recorded in the Batch API's
format; `python -m tests.exchanges import FILE...` takes the replies in, as they are. What a room asks
lies in its `scenarios.py`.
"""

from __future__ import annotations

import asyncio
import importlib
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from coach.errors import RecordingError
from coach.evals.collect import CollectingModel
from coach.llm.batchfile import parse_row, read_replies, write_requests
from coach.llm.completion import unusable_reply
from coach.llm.files import numbered_lines
from coach.llm.port import ChatModel
from coach.llm.recordings import Recording, Recordings
from coach.llm.replay import ReplayModel
from coach.schema.chat import ChatReply, ChatRequest

Scenario = Callable[[ChatModel], Awaitable[object]]

MODEL = "claude-offline"
FOLDER = Path(__file__).parent.parent / "eval" / "recordings" / "exchanges"
PROVENANCE = {
    "source": "A Claude model, collected offline through export and import of Batch API files;"
    " temperature not controlled"
}


def scenarios() -> dict[str, Scenario]:
    """Every room's scenarios, as `room/name`."""
    found: dict[str, Scenario] = {}
    for file in sorted(Path(__file__).parent.glob("*/scenarios.py")):
        room = file.parent.name
        module = importlib.import_module(f"tests.{room}.scenarios")
        found |= {f"{room}/{name}": scenario for name, scenario in module.SCENARIOS.items()}
    return found


def recorded() -> Recordings:
    return Recordings.load(FOLDER)


def replay() -> ReplayModel:
    """The model that the recorded replies came from, without the model."""
    return ReplayModel(recorded(), MODEL)


async def missing(recordings: Recordings) -> dict[str, tuple[str, ChatRequest]]:
    """What the scenarios ask next and is not recorded: custom_id -> (room, request).

    A scenario that needs a missing reply stops at it, or goes on without it as it would live.
    """
    wanted: dict[str, tuple[str, ChatRequest]] = {}
    for name, scenario in scenarios().items():
        model = CollectingModel(recordings, MODEL)
        try:
            await scenario(model)
        except RecordingError as error:
            if not model.wanted:
                raise RecordingError(f"{name}: {error}") from error
        wanted |= {key: (name.split("/")[0], request) for key, request in model.wanted.items()}
    return wanted


async def take_in(files: list[Path]) -> tuple[int, int]:
    """Add the replies of files; returns how many were added, and how many requests are still missing."""
    recordings, added = recorded(), 0
    replies = {key: reply for file in files for key, reply in _replies(file).items()}
    wanted = await missing(recordings)
    while ready := {key: replies[key] for key in wanted.keys() & replies.keys()}:
        for key, reply in ready.items():
            room, request = wanted[key]
            recording = Recording.of(request, MODEL, reply, PROVENANCE)
            recordings.add(recording, file=FOLDER / f"{room}.jsonl")
            added += 1
        wanted = await missing(recordings)
    recordings.save()
    return added, len(wanted)


def _replies(file: Path) -> dict[str, ChatReply]:
    ids = {parse_row(line, f"{file}:{number}")["custom_id"] for number, line in numbered_lines(file)}
    whole = {
        key: reply if isinstance(reply, ChatReply) else unusable_reply(reply)
        for key, reply in read_replies(file, ids).items()
    }
    return {key: reply for key, reply in whole.items() if reply is not None}


def main(arguments: list[str]) -> int:
    match arguments:
        case ["export", file]:
            wanted = asyncio.run(missing(recorded()))
            if wanted:
                write_requests(Path(file), ((key, request) for key, (_, request) in wanted.items()), MODEL)
            print(f"{len(wanted)} requests are not recorded.")
        case ["import", *files] if files:
            FOLDER.mkdir(exist_ok=True)
            added, left = asyncio.run(take_in([Path(file) for file in files]))
            print(f"{added} replies added, {left} requests still missing.")
        case _:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
