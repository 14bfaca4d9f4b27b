"""The multi-line editor of practice: history, completion of commands, draft saved at every change."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from typing import TextIO

from prompt_toolkit import PromptSession
from prompt_toolkit.application import get_app
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.history import History
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.output import create_output

from coach.cli.practice_lines import sent_by_enter
from coach.cli.practice_wrap import WordWrap

WORDS_PER_MINUTE = 140


class Closed(KeyboardInterrupt):
    """The program was told to stop; the draft is saved."""


class Editor:
    """Reads answers and commands. `given` are earlier answers, newest first, for the arrow keys.

    With `one_line`, Enter sends.
    """

    def __init__(
        self, commands: Mapping[str, str], given: Iterable[str], screen: TextIO, *, one_line: bool = False
    ) -> None:
        self._session: PromptSession[str] = PromptSession(
            multiline=not one_line,
            history=_Given(list(given)),
            completer=_Commands(commands),
            complete_while_typing=True,
            key_bindings=None if one_line else _bindings(commands),
            bottom_toolbar=" Enter sends  |  /help " if one_line else _toolbar,
            prompt_continuation="  ",
            input_processors=[WordWrap()],
            output=create_output(stdout=screen, always_prefer_tty=True),
        )

    async def read(
        self, draft: str, save: Callable[[str], None], *, limit: float | None = None
    ) -> tuple[str, float]:
        """The text sent, and the seconds that it took. `save` is called at every change.

        After `limit` seconds what stands there is sent as it is; the time left is shown. Raises
        EOFError for Ctrl-D on an empty line, KeyboardInterrupt for Ctrl-C, Closed when the program is
        told to stop.
        """
        loop = asyncio.get_running_loop()
        # A closed terminal (SIGHUP) ends the program at once, which is safe: every change is saved.
        # SIGTERM may leave the terminal open, so that its mode has to be put back first.
        with suppress(NotImplementedError):  # Windows has no such signal to wait for.
            loop.add_signal_handler(signal.SIGTERM, _leave)

        def changed(buffer: Buffer) -> None:
            save(buffer.text)

        started = time.monotonic()
        expiry: list[asyncio.TimerHandle] = []

        def begun() -> None:
            # Only a running application can be ended.
            if limit is not None:
                expiry.append(loop.call_later(max(limit, 0.0), self._expire))

        self._session.default_buffer.on_text_changed += changed
        try:
            text = await self._session.prompt_async(
                "> ",
                default=draft,
                set_exception_handler=False,
                pre_run=begun,
                refresh_interval=None if limit is None else 1.0,
                bottom_toolbar=None if limit is None else _countdown(started + limit),
            )
        finally:
            for timer in expiry:
                timer.cancel()
            self._session.default_buffer.on_text_changed -= changed
            with suppress(NotImplementedError):
                loop.remove_signal_handler(signal.SIGTERM)
        return text, time.monotonic() - started

    def _expire(self) -> None:
        if self._session.app.is_running:
            self._session.app.exit(result=self._session.default_buffer.text)


def _leave() -> None:
    app = get_app()
    if app.is_running:
        app.exit(exception=Closed)


class _Given(History):
    """History over what the store holds; it keeps nothing itself, so that deleting there is enough."""

    def __init__(self, texts: list[str]) -> None:
        super().__init__()
        self._texts = texts

    def load_history_strings(self) -> Iterable[str]:
        return iter(self._texts)

    def store_string(self, string: str) -> None:
        return None


class _Commands(Completer):
    def __init__(self, commands: Mapping[str, str]) -> None:
        self._commands = commands

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        line = document.current_line_before_cursor
        if not line.startswith("/") or any(character.isspace() for character in line):
            return
        for name, summary in self._commands.items():
            if name.startswith(line[1:].casefold()):
                yield Completion(f"/{name}", start_position=-len(line), display_meta=summary)


def _bindings(commands: Collection[str]) -> KeyBindings:
    """Enter sends a text whose last line is `.` or a command; Ctrl-X Ctrl-E opens $EDITOR."""
    keys = KeyBindings()

    @keys.add("enter")
    def _(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        text = sent_by_enter(buffer.text, commands) if buffer.document.is_cursor_at_the_end else None
        if text is None:
            buffer.insert_text("\n")
            return
        buffer.text = text
        buffer.validate_and_handle()

    @keys.add("c-x", "c-e")
    def _(event: KeyPressEvent) -> None:
        # Not sent at once: the writer comes back and sees what is there.
        event.current_buffer.open_in_editor(validate_and_handle=False)

    return keys


def _toolbar() -> str:
    return " " + count(get_app().current_buffer.text) + "  |  Esc Enter or a line with . sends  |  /help "


def _countdown(until: float) -> Callable[[], str]:
    """The toolbar with the time that is left until a moment of the monotonic clock."""

    def toolbar() -> str:
        left = max(round(until - time.monotonic()), 0)
        words = count(get_app().current_buffer.text)
        return f" {left // 60}:{left % 60:02d} left  |  {words}  |  Esc Enter sends  |  /help "

    return toolbar


def count(text: str) -> str:
    """Words and speaking time of a text, such as `210 words, 1:30 spoken`."""
    words = len(text.split())
    seconds = round(words * 60 / WORDS_PER_MINUTE)
    return f"{words} words, {seconds // 60}:{seconds % 60:02d} spoken"
