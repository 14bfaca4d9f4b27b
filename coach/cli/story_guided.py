"""Leads through the parts of a story or the fields of an audit at a terminal, one after the other."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.console import Group

from coach.cli.practice_lines import AnswerReader, open_editor, sending_words
from coach.cli.story_desk import Desk
from coach.errors import StoreError
from coach.report.lines import heading, plain

COMMANDS = {
    "skip": "leave this one blank for now",
    "back": "go back to the one before",
    "quit": "leave; what you gave is kept as a draft",
    "help": "this list",
}


@dataclass(frozen=True)
class Step:
    """One thing to ask for; `example` shows what an answer may look like."""

    name: str
    title: str
    asks: str
    example: str = ""


def lead(
    desk: Desk,
    steps: Sequence[Step],
    given: dict[str, str],
    *,
    save: Callable[[str, str], None],
    remark: Callable[[str, str], str] = lambda name, text: "",
    later: Callable[[], str],
) -> bool:
    """Ask for every step from the last one given on; returns False where the user left before the end.

    `save` keeps a step's text at every change, so that nothing is lost; `remark` may say one thing about
    what was given; `later` is what one who leaves is told. Raises KeyboardInterrupt for Ctrl-C.
    """
    try:
        done = _ask_all(desk, steps, given, save, remark)
    except KeyboardInterrupt:
        desk.screen.tell(later())
        raise
    if not done:
        desk.screen.tell(later())
    return done


def _ask_all(
    desk: Desk,
    steps: Sequence[Step],
    given: dict[str, str],
    save: Callable[[str, str], None],
    remark: Callable[[str, str], str],
) -> bool:
    editor = open_editor(COMMANDS, [], sys.stderr if desk.screen.shown.stderr else sys.stdout)
    desk.screen.tell(f"{sending_words()}. /skip, /back, /quit; everything is kept as typed.")
    blank = next((n for n, step in enumerate(steps) if not given[step.name].strip()), len(steps))
    # What was given last may be half a sentence: it is offered again.
    at = max(0, blank - 1)
    while at < len(steps):
        step = steps[at]
        desk.screen.show(_card(step, at, len(steps)))
        command, text = _read(desk, editor, step.name, given[step.name], save)
        if command == "quit":
            return False
        if command == "back":
            at = max(0, at - 1)
            continue
        given[step.name] = text
        save(step.name, text)
        said = remark(step.name, text) if text else ""
        if said:
            desk.screen.tell(said)
        at += 1
    return True


def _card(step: Step, at: int, count: int) -> Group:
    parts = [plain(f"{at + 1} of {count}", "dim"), heading(step.title), plain(step.asks)]
    if step.example:
        parts.append(plain(f"For example: {step.example}", "dim"))
    return Group(*parts)


def _read(
    desk: Desk, editor: AnswerReader, name: str, draft: str, save: Callable[[str, str], None]
) -> tuple[str, str]:
    """(command or "", text) of one step; a draft is kept at every change."""

    def keep(text: str) -> None:
        above, _, last = text.rpartition("\n")
        if last.startswith("/"):
            if not above.strip():
                return
            text = above
        try:
            save(name, text.strip())
        except StoreError:
            desk.screen.shown.bell()

    while True:
        try:
            text, _ = desk.runner.run(editor.read(draft, keep))
        except EOFError:
            return "quit", draft
        desk.screen.shown.print()
        text = text.strip()
        above, _, last = text.rpartition("\n")
        word = last.strip().casefold()
        if not word.startswith("/") or word[1:] not in COMMANDS:
            return "", text
        draft = above.strip() or draft
        if word == "/help":
            desk.screen.show(Group(*(plain(f"/{key}  {what}") for key, what in COMMANDS.items())))
            continue
        return word[1:], draft if word != "/skip" else ""
