"""The editor: what sends, what completes, what is saved while typing."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from coach.cli.practice_editor import Editor, count
from coach.cli.practice_lines import sent_by_enter

ESCAPE_ENTER = "\x1b\r"
CONTROL_X_E = "\x18\x05"
UP = "\x1b[A"


def write(
    keys: str, *, draft: str = "", given: tuple[str, ...] = (), limit: float | None = None
) -> tuple[str, list[str]]:
    """What the editor returns for these keys, and every draft that it saved."""
    drafts: list[str] = []

    async def read() -> str:
        editor = Editor({"hint": "a hint", "help": "a list"}, given, sys.stdout)
        text, seconds = await editor.read(draft, drafts.append, limit=limit)
        assert seconds >= 0
        return text

    with create_pipe_input() as keyboard, create_app_session(input=keyboard, output=DummyOutput()):
        keyboard.send_text(keys)
        return asyncio.run(read()), drafts


@pytest.mark.parametrize(
    ("keys", "sent"),
    [
        (f"one\rtwo{ESCAPE_ENTER}", "one\ntwo"),
        ("one\rtwo\r.\r", "one\ntwo"),
        ("one\r/done\r", "one"),
        (".\r", ""),
        ("/hint\r", "/hint"),
        ("/ask what is drift\r", "/ask what is drift"),
        (f"a.\r.b{ESCAPE_ENTER}", "a.\n.b"),
        (f"see /hint\rmore{ESCAPE_ENTER}", "see /hint\nmore"),
        ("half an answer\r/hint\r", "half an answer\n/hint"),
        (f"half an answer\r/tmp is full\r{ESCAPE_ENTER}", "half an answer\n/tmp is full\n"),
        (f"\x1b[200~pasted\r\n.\r\nmore\x1b[201~{ESCAPE_ENTER}", "pasted\n.\nmore"),
    ],
)
def test_what_is_sent(keys: str, sent: str) -> None:
    assert write(keys)[0] == sent


def test_every_change_is_saved_and_a_draft_is_taken_up() -> None:
    text, drafts = write(f" more{ESCAPE_ENTER}", draft="first")
    assert text == "first more"
    assert drafts == ["first ", "first m", "first mo", "first mor", "first more"]


def test_the_arrow_keys_bring_back_earlier_answers() -> None:
    assert write(f"{UP}{UP}{ESCAPE_ENTER}", given=("newest", "oldest"))[0] == "oldest"


def test_control_x_control_e_opens_the_editor_and_does_not_send(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    script = tmp_path / "editor"
    script.write_text('#!/bin/sh\nprintf "written elsewhere" > "$1"\n')
    script.chmod(0o700)
    monkeypatch.setenv("EDITOR", str(script))
    monkeypatch.delenv("VISUAL", raising=False)

    with create_pipe_input() as keyboard, create_app_session(input=keyboard, output=DummyOutput()):

        def changed(draft: str) -> None:
            if draft == "written elsewhere":
                keyboard.send_text(f"!{ESCAPE_ENTER}")

        async def read() -> str:
            text, _ = await Editor({}, (), sys.stdout).read("start", changed)
            return text

        keyboard.send_text(CONTROL_X_E)
        assert asyncio.run(read()) == "written elsewhere!"


@pytest.mark.parametrize(("keys", "error"), [("abc\x03", KeyboardInterrupt), ("\x04", EOFError)])
def test_leaving(keys: str, error: type[BaseException]) -> None:
    with pytest.raises(error):
        write(keys)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("/h", ["/hint", "/help"]),
        ("/hi", ["/hint"]),
        ("/hint x", []),
        ("say /h", []),
        ("say\n/hi", ["/hint"]),
        ("", []),
    ],
)
def test_completion_offers_commands_alone(text: str, names: list[str]) -> None:
    from coach.cli.practice_editor import _Commands

    completer = _Commands({"hint": "a hint", "help": "a list"})
    found = completer.get_completions(Document(text), CompleteEvent())
    assert [completion.text for completion in found] == names


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "0 words, 0:00 spoken"),
        ("one two", "2 words, 0:01 spoken"),
        ("w " * 350, "350 words, 2:30 spoken"),
    ],
)
def test_the_toolbar_counts(text: str, words: str) -> None:
    assert count(text) == words


def test_enter_sends_nothing_in_the_middle_of_an_answer() -> None:
    assert sent_by_enter("First line", ["hint"]) is None
    assert sent_by_enter("/hint\nand more", ["hint"]) is None
    assert sent_by_enter("line\n  . ", ["hint"]) == "line"


def test_at_the_end_of_the_time_what_stands_there_is_sent() -> None:
    text, drafts = write("half an answ", limit=0.3)
    assert (text, drafts[-1]) == ("half an answ", "half an answ")
    assert write("", draft="the draft", limit=0)[0] == "the draft"
    assert write(f"in time{ESCAPE_ENTER}", limit=30)[0] == "in time"
