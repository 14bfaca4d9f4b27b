"""Practice at a terminal: reads with the editor until the user leaves."""

from __future__ import annotations

import sys

from coach.cli.practice_commands import COMMANDS, is_command, run_command, split_command
from coach.cli.practice_editor import Closed
from coach.cli.practice_host import Host
from coach.cli.practice_lines import AnswerReader, open_editor, sending_words
from coach.errors import StoreError
from coach.report.grade import render_recap
from coach.schema.grade import Grade
from coach.store.history import History

AFTER_GRADE = (
    "Graded. /example shows a strong answer, /retry answers again, /next takes another, /quit leaves."
)


def run_at_terminal(host: Host) -> None:
    """Practise until /quit or Ctrl-D. Raises KeyboardInterrupt for Ctrl-C; nothing given is lost."""
    editor = open_editor(
        {name: command.summary for name, command in COMMANDS.items()},
        History(host.rooms.database).given(),
        sys.stderr if host.screen.shown.stderr else sys.stdout,
    )
    host.screen.tell(f"Answer in as many lines as you like. {sending_words()} it; /help.")
    try:
        host.begin()
        _converse(host, editor)
    except Closed:
        raise
    except KeyboardInterrupt:
        host.screen.tell(f"Go on later with: {host.come_back}")
        raise
    except EOFError:
        pass
    if not host.over:
        host.screen.tell(f"Saved as session {host.session.id}. {host.come_back} comes back to it.")


def _converse(host: Host, editor: AnswerReader) -> None:
    warned, spent = False, 0.0
    shown: Grade | None = None
    while not host.over:
        host.open()
        shown = _recap(host, shown)
        text, seconds = _read(host, editor)
        host.screen.shown.print()
        answer, command = split_command(text)
        if host.clock is not None and host.clock.left() <= 0:
            host.expired(answer)
            return
        spent += seconds
        if command and not _is_answer_to_grade(host, answer, command):
            # A command after a line of the answer leaves the answer in the editor.
            host.session.save_draft(answer or host.session.draft)
            if run_command(host, command):
                return
        elif host.waits and (answer.strip() or warned):
            host.take(answer, more=not command, seconds=spent)
            warned, spent = False, 0.0
        elif host.waits:
            warned = True
            host.screen.tell("Nothing is written. Send again to give an empty answer, or /skip.")


def _is_answer_to_grade(host: Host, answer: str, command: str) -> bool:
    """`/grade` on the last line of an answer gives the answer first."""
    return host.waits and bool(answer.strip()) and command.strip().casefold() == "/grade"


def _recap(host: Host, shown: Grade | None) -> Grade | None:
    """A grade fills more than a screen: its upshot stands once more above the prompt."""
    grade = host.session.attempt.grade
    if grade is not None and grade is not shown and not host.quiet:
        host.screen.shown.print(render_recap(grade, host.legend))
        host.screen.tell(AFTER_GRADE)
    return grade


def _read(host: Host, editor: AnswerReader) -> tuple[str, float]:
    """What is sent, by the end of the time at the latest."""
    clock = host.clock
    if clock is None:
        return host.runner.run(editor.read(host.session.draft, lambda draft: _save(host, draft)))

    def save(draft: str) -> None:
        _save(host, draft)
        clock.keep()

    clock.start()
    try:
        return host.runner.run(editor.read(host.session.draft, save, limit=clock.left()))
    finally:
        clock.stop()


def _save(host: Host, draft: str) -> None:
    """Keep the draft; typing goes on where another program holds the file for a moment."""
    if is_command(draft):
        return
    try:
        host.session.save_draft(draft)
    except StoreError:
        host.screen.shown.bell()
