"""Which model a command asks, if any: by the user's choice, the settings and what they agreed to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Literal

from coach.cli.practice_screen import Screen
from coach.cli.wiring import Rooms
from coach.errors import ModelError, SetupError
from coach.llm.port import ChatModel

GraderChoice = Literal["auto", "local", "llm"]


def choose_agreed(
    rooms: Rooms,
    choice: GraderChoice,
    screen: Screen,
    runner: asyncio.Runner,
    *,
    agreed: Callable[[], bool],
    refused: str,
    instead: str,
) -> ChatModel | None:
    """The model, or None for what this machine does alone.

    Off a terminal only `llm` asks a model. At one, `agreed` is asked first; `refused` and `instead` are the
    words for a "no" and for what takes over. Raises SetupError where `llm` was asked for and cannot be had.
    """
    wanted = choice == "llm" or (choice == "auto" and screen.interactive and rooms.settings.has_model)
    if not wanted:
        return None
    if rooms.settings.has_model and screen.interactive and not agreed():
        if choice == "llm":
            raise SetupError(f"{refused} Use --grader local.")
        return None
    try:
        return runner.run(rooms.chat())
    except (ModelError, SetupError) as error:
        if choice == "llm":
            raise
        screen.tell(f"{error} {instead}")
        return None
