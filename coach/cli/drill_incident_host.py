"""Leads one run of an incident for the terminal and the pipe alike: commands, replies, the end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from coach.cli.drill_incident_view import harm_words, render_end, render_notes, render_opening, render_reply
from coach.cli.practice_screen import Screen
from coach.drills.incident_debrief import as_data, debrief
from coach.drills.incident_grade import grade_path
from coach.drills.incident_path import Path
from coach.drills.incident_reply import notes
from coach.drills.incident_run import Run
from coach.drills.incident_signs import read_path
from coach.errors import UsageError
from coach.report.lines import plain
from coach.store.drills import Drills, Status

if TYPE_CHECKING:
    from coach.cli.wiring import Rooms


@dataclass
class Host:
    """A run, its screen, and what its commands need."""

    rooms: Rooms
    runner: asyncio.Runner
    run: Run
    drills: Drills
    screen: Screen
    scores: bool = True

    def begin(self) -> None:
        """The report; for a run that goes on also what is known so far."""
        self.screen.show(render_opening(self.run.incident))
        if self.run.said:
            self.show_notes()
        if self.run.open_question:
            self.screen.show(render_reply(self.run.open_question))

    def echo(self, text: str) -> None:
        """What came in through the pipe, so that the replies below it can be understood."""
        self.screen.show(plain("> " + "\n  ".join(text.splitlines()), "dim"))

    def take(self, text: str) -> bool:
        """A message or a command; True where the program should leave."""
        line = text.strip()
        if line.startswith("/") and "\n" not in line.partition(" ")[0]:
            return self._command(line)
        if not line:
            self.screen.tell("Say what you would look at, what you do, or what you think the cause is. /help")
            return False
        with self.screen.busy("Looking"):
            answer = self.runner.run(self.run.say(text))
        return self.answered(answer)

    def save_draft(self, text: str) -> None:
        """Keep what is typed; a command is not worth coming back to."""
        self.run.save_draft("" if text.startswith("/") else text)

    def show_notes(self) -> None:
        standing = self.run.standing
        harm = harm_words(round(standing.harm), standing.incident.harm.what)
        self.screen.show(render_notes(notes(standing), standing.minutes, harm))

    def as_json(self) -> dict[str, Any]:
        """What --json prints: the run with its moves, and grade and details once it has ended."""
        record = self.run.record
        return {
            "drill": record.id,
            "kind": record.kind,
            "name": record.name,
            "status": record.status,
            "opening": self.run.incident.opening,
            "moves": [move.model_dump() for move in record.moves],
            "minutes": self.run.standing.minutes,
            "grade": record.grade.model_dump(mode="json") if record.grade else None,
            "details": record.details,
        }

    def answered(self, answer: str) -> bool:
        if answer:
            self.screen.show(render_reply(answer))
        if self.run.ended:
            self.finish()
        return self.run.ended

    def finish(self) -> None:
        """Grade the path, keep it, and show the debrief."""
        path = Path(self.run.standing, self.run.said)
        grade = grade_path(path, self.rooms.corpus)
        status: Status = "given_up" if self.run.standing.gave_up else "done"
        self.drills.finish(self.run.id, grade, as_data(path), status=status)
        told = debrief(path)
        self.screen.show(render_end(grade, told, read_path(path), self.rooms.corpus, scores=self.scores))

    def _command(self, line: str) -> bool:
        name, _, rest = line[1:].partition(" ")
        command = COMMANDS.get(name.casefold())
        if command is None:
            self.screen.tell(f"There is no command /{name}. /help lists them.")
            return False
        try:
            return command.act(self, rest.strip())
        except UsageError as error:
            self.screen.tell(str(error))
            return False

    def state(self, text: str, what: str) -> bool:
        if not text:
            raise UsageError(f"Say it on the same line: /{what} and your words.")
        step = self.run.state_cause if what == "cause" else self.run.state_fix
        with self.screen.busy("Reading"):
            answer = self.runner.run(step(text))
        return self.answered(answer)


@dataclass(frozen=True)
class Command:
    """A slash command; `act` returns True where the program should leave."""

    summary: str
    act: Callable[[Host, str], bool]


def _help(host: Host, rest: str) -> bool:
    from rich.console import Group
    from rich.text import Text

    width = max(len(name) for name in COMMANDS)
    rows = [Text(f"/{name:<{width}}  {command.summary}") for name, command in COMMANDS.items()]
    lead = Text(
        "Ask for a check or order an act in plain words; state the cause and the fix when you know them."
    )
    host.screen.show(Group(lead, *rows))
    return False


def _hint(host: Host, rest: str) -> bool:
    host.screen.show(render_reply(host.run.hint()))
    return False


def _notes(host: Host, rest: str) -> bool:
    host.show_notes()
    return False


def _cause(host: Host, rest: str) -> bool:
    return host.state(rest, "cause")


def _fix(host: Host, rest: str) -> bool:
    return host.state(rest, "fix")


def _give_up(host: Host, rest: str) -> bool:
    host.run.give_up()
    return host.answered("")


def _report(host: Host, rest: str) -> bool:
    host.screen.show(render_opening(host.run.incident))
    return False


def _quit(host: Host, rest: str) -> bool:
    return True


COMMANDS = {
    "help": Command("this list", _help),
    "report": Command("the report once more", _report),
    "notes": Command("what is known so far, and what it cost", _notes),
    "hint": Command("a hint, for 15 minutes: where to look; asked again, what to look at", _hint),
    "cause": Command("state the cause: /cause TEXT", _cause),
    "fix": Command("state the fix and how you know that it worked: /fix TEXT", _fix),
    "give-up": Command("end here and read the debrief", _give_up),
    "quit": Command("leave; coach drill incident --continue comes back", _quit),
}
