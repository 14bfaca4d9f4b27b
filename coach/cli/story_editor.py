"""Opens a text in the user's editor. A text that cannot be read afterwards is kept and named."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from coach.cli import console
from coach.cli.story_desk import Desk
from coach.errors import DatasetError, SetupError, UsageError
from coach.guides.corpus import read_text

T = TypeVar("T")
_FALLBACKS = ("sensible-editor", "nano", "vim", "vi")


def take_edit(
    at: Desk, text: str, draft: Path, read: Callable[[str, str], list[T]], file: str | None
) -> T | None:
    """The one noun that `read` finds in `file`, or in `text` after the user edited it; None for no change.

    `read` gets the text and its name for messages. Raises DatasetError where there is not exactly one,
    UsageError where nobody is there to edit, and as `edit` does.
    """

    def read_one(changed: str, where: str = "the edited text") -> T:
        found = read(changed, where)
        if len(found) != 1:
            raise DatasetError(f"{where} holds {len(found)} entries; one is wanted here.")
        return found[0]

    if file is not None:
        where, changed = read_input(file)
        return read_one(changed, where)
    if not console.at_terminal():
        raise UsageError("Editing needs a terminal. Give the changed text with --file FILE.")
    if draft.exists():
        at.screen.tell("An earlier edit that was not taken over is opened again.")
    result = edit(text, draft, read_one)
    if result is None:
        at.screen.tell("Nothing was changed.")
    return result


def edit_file(at: Desk, kind: str, number: int) -> Path:
    """Where a story or an audited feature lies while it is edited."""
    return at.rooms.settings.data_dir / "edits" / f"{kind}-{number}.md"


def read_input(path: str) -> tuple[str, str]:
    """(name for messages, text) of a file or, for `-`, of standard input."""
    if path == "-":
        return "standard input", sys.stdin.buffer.read().decode("utf-8-sig", errors="replace")
    return path, read_text(Path(path))


def editor_command() -> list[str]:
    """$VISUAL, $EDITOR, or an editor that is installed; SetupError where there is none."""
    for name in ("VISUAL", "EDITOR"):
        value = os.environ.get(name, "").strip()
        if value:
            try:
                words = shlex.split(value)
            except ValueError as error:
                raise SetupError(f"${name} is not a command line ({error}): {value}") from error
            if shutil.which(words[0]) is None:
                raise SetupError(f"${name} names {words[0]}, which is not there. Set it anew, or use --file.")
            return words
    for name in _FALLBACKS:
        if shutil.which(name):
            return [name]
    raise SetupError("No editor was found. Set EDITOR, or give the changed text with --file.")


def edit(text: str, draft: Path, read: Callable[[str], T]) -> T | None:
    """What `read` makes of the edited text; None where nothing was changed.

    The text is edited in `draft`, which holds an earlier edit that could not be read, if there is one,
    and is removed once the text was read. Raises DatasetError that names the file, SetupError where the
    editor fails.
    """
    command = editor_command()
    if not draft.exists():
        draft.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(draft, os.O_CREAT | os.O_WRONLY, 0o600))
        draft.write_text(text, encoding="utf-8")
    try:
        done = subprocess.run([*command, str(draft)], check=False)
    except OSError as error:
        raise SetupError(
            f"{command[0]} cannot be started: {error.strerror}. Set EDITOR, or use --file."
        ) from error
    if done.returncode != 0:
        if _unchanged(draft, text):
            draft.unlink()
            raise SetupError(f"{command[0]} ended with {done.returncode}; nothing was changed.")
        raise SetupError(
            f"{command[0]} ended with {done.returncode}; nothing was changed. The text is in {draft}."
        )
    try:
        edited = draft.read_text(encoding="utf-8")
        if edited == text:
            draft.unlink()
            return None
        result = read(edited)
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetError(f"{draft} cannot be read as UTF-8 text: {error}") from error
    except DatasetError as error:
        raise DatasetError(
            f"{error} Nothing was changed; your edit is kept in {draft}: edit again."
        ) from error
    draft.unlink()
    return result


def _unchanged(draft: Path, text: str) -> bool:
    return draft.exists() and draft.read_bytes() == text.encode()
