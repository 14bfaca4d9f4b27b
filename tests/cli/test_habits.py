"""Terminals of all sorts: narrow ones, without colours, without Unicode, dumb ones, and screen readers."""

from __future__ import annotations

import asyncio
import io
import json
import os
import re
import sys
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Group
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from coach.cli import console
from coach.cli.characters import nearest_ascii, prepare_streams
from coach.cli.plain import PlainConsole, said
from coach.cli.practice_lines import LineReader
from tests.cli.conftest import LengthGrader, Piped, Result
from tests.cli.test_story import STORIES
from tests.store.filled import fill

ANSWER = "I would cut the threshold to 30% — a false alarm costs 15 €, a miss 2,000. " * 3
LISTINGS = (
    "",
    "questions list",
    "questions show fraud-realtime",
    "guides list",
    "guides search latency",
    "history list",
    "history search decided",
    "history show",
    "progress --series 0",
    "plan",
    "plan --all",
    "plan today",
    "plan memory",
    "loop",
    "loop list",
    "loop list general",
    "loop status",
    "loop debrief --now",
    "story list",
    "story show 1",
    "story review",
    "story coverage",
    "drill list",
    "profile",
    "doctor",
    "ask how is technical depth scored",
)
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@pytest.fixture
def filled(piped: Piped, local: LengthGrader, built_index: Path) -> Piped:
    """A data folder with something of everything."""
    fill(built_index / "coach.db")[0].close()
    piped("profile", "set", "--company", "Zürich Käse", "--interview-date", "2199-01-05")
    piped("practice", "--question", "fraud-realtime", "--follow-ups", "1", given=f"{ANSWER}\n---\nMore.")
    piped("loop", "start", "general", "--short", given=ANSWER)
    piped("story", "add", given=STORIES)
    assert piped("plan", "make", "--days", "20").code == 0
    return piped


@pytest.fixture
def terminal(filled: Piped, monkeypatch: pytest.MonkeyPatch) -> Piped:
    """The program with a filled folder and standard output at a terminal."""

    def call(*arguments: str, given: str | bytes = "") -> Result:
        monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
        return filled(*arguments, given=given)

    return call


@pytest.mark.parametrize(
    ("width", "listings"),
    [(80, LISTINGS[0::2]), (80, LISTINGS[1::2]), (40, LISTINGS[0::3]), (200, LISTINGS[1::3])],
)
def test_listings_fit(
    terminal: Piped, monkeypatch: pytest.MonkeyPatch, width: int, listings: tuple[str, ...]
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("TERM", "xterm-256color")
    long: list[str] = []
    for listing in listings:
        result = terminal(*listing.split())
        assert result.code in (0, 1), (listing, result.err)
        assert result.out.strip(), listing
        lines = ESCAPE.sub("", result.out).splitlines()
        # A command to be copied is never broken.
        long += [f"{listing}: {line}" for line in lines if cell_len(line) > width and "coach " not in line]
    assert long == []


def test_plain_is_for_the_ear(terminal: Piped, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACH_PLAIN", "1")
    monkeypatch.setenv("COLUMNS", "80")
    drawn = re.compile("[─-╿▀-◿✓✗·\x1b]")
    for listing in LISTINGS[::3]:
        result = terminal(*listing.split())
        shown = [line for line in result.out.splitlines() if drawn.search(line)]
        assert shown == [], listing
    progress = terminal("progress", "--series", "0").out
    assert re.search(r"^Overall; n: \d+; marks over time: \d", progress, re.MULTILINE)


@pytest.mark.parametrize(
    "line",
    [
        "--plain history --help",
        "history --plain --help",
        "history list --plain --help",
        "history list --help --plain",
        "practice --plain --help",
        "--plain --help",
    ],
)
def test_plain_is_taken_anywhere_and_holds_for_help(
    piped: Piped, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COACH_PLAIN", "0")
    assert "╭" in piped(*line.replace("--plain", "").split()).out
    shown = piped(*line.split())
    assert shown.code == 0
    assert "╭" not in shown.out and "Options:" in shown.out
    assert "--plain" in shown.out


@pytest.mark.parametrize(
    "line", ["questions list --plain", "questions --plain list", "--plain questions list"]
)
def test_plain_of_a_command_reaches_its_tables(
    piped: Piped, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("COACH_PLAIN", "0")
    assert "; round: " not in piped("questions", "list").out
    result = piped(*line.split())
    assert result.code == 0, result.err
    assert re.match(r"[a-z-]+; round: [a-z_]+; ", result.out), result.out[:200]


def test_what_comes_after_two_dashes_is_no_option(piped: Piped, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACH_PLAIN", "0")
    assert piped("questions", "show", "--", "--plain").code == 2
    assert os.environ["COACH_PLAIN"] == "0"


@pytest.mark.parametrize("listings", [LISTINGS[0::2], LISTINGS[1::2]])
def test_a_pipe_gets_no_trailing_blanks(filled: Piped, listings: tuple[str, ...]) -> None:
    padded: list[str] = []
    for listing in listings:
        result = filled(*listing.split())
        lines = [*result.out.splitlines(), *result.err.splitlines()]
        padded += [f"{listing}: {line!r}" for line in lines if line != line.rstrip()]
        assert "\x1b" not in result.out + result.err
    assert padded == []


@pytest.mark.parametrize(
    ("line", "near"), [("practise", "practice"), ("histroy list", "history"), ("history lst", "list")]
)
def test_a_mistyped_command_is_told_the_nearest(piped: Piped, line: str, near: str) -> None:
    result = piped(*line.split())
    assert result.code == 2
    assert result.err.count(f"Did you mean '{near}'?") == 1
    assert "Did you mean" not in piped("xyzzy").err


def test_no_colour_where_none_is_wanted(terminal: Piped, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    coloured = re.compile(r"\x1b\[[0-9;]*3[0-9]m")
    assert coloured.search(terminal("history", "show").out)
    monkeypatch.setenv("NO_COLOR", "1")
    assert not coloured.search(terminal("history", "show").out)
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("TERM", "dumb")
    assert "\x1b" not in terminal("history", "show").out


def test_forced_colours_change_no_layout(filled: Piped, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    rows, shown = filled("history", "list").out, filled("history", "show").out
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert filled("history", "list").out == rows
    coloured = filled("history", "show").out
    assert "\x1b[" in coloured
    bare = [line.rstrip() for line in ESCAPE.sub("", coloured).splitlines()]
    assert bare == shown.splitlines()


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_an_output_without_unicode(filled: Piped, monkeypatch: pytest.MonkeyPatch, encoding: str) -> None:
    def written(*arguments: str) -> str:
        raw = io.BytesIO()
        with monkeypatch.context() as patch:
            stream = io.TextIOWrapper(raw, encoding=encoding)
            patch.setattr(sys, "stdout", stream)
            assert filled(*arguments).code == 0
            stream.flush()
        return raw.getvalue().decode(encoding)

    shown = written("history", "show", "--json")
    assert json.loads(shown) == json.loads(filled("history", "show", "--json").out)
    assert json.loads(written("profile", "show", "--json"))["companies"] == ["Zürich Käse"]
    text = written("history", "show")
    assert ("*" in text) == (encoding != "utf-8") and "15 " in text
    assert ("Zurich" if encoding == "ascii" else "Zürich") in written("profile")
    listed = written("loop", "--json")
    assert json.loads(listed)


def test_the_nearest_ascii() -> None:
    assert nearest_ascii("“São” – ●●○ … ✓ €5") == '"Sao" - **. ~ + EUR5'
    assert nearest_ascii("漢e\u0301") == "?e"


def test_a_c_locale_of_the_users_own_is_ascii_at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="utf-8")
    stream.isatty = lambda: True  # type: ignore[method-assign]  # a terminal without a pty
    monkeypatch.setattr(sys, "stdout", stream)
    monkeypatch.setenv("LC_ALL", "C")
    for name in ("PYTHONIOENCODING", "PYTHONUTF8"):
        monkeypatch.delenv(name, raising=False)
    prepare_streams(as_json=False)
    print("naïve ●○", flush=True)
    assert raw.getvalue() == b"naive *.\n"


def test_what_a_plain_console_makes_of_drawings() -> None:
    table = Table("id", "title", "", box=None)
    table.add_row("1", "Ticket\nrouting", Text("✓"))
    table.add_row("2", "", Text("✗"))
    grid = Table.grid()
    grid.add_row("●", "Design", "done")
    grid.add_row("Level", "senior")
    stream = io.StringIO()
    out = PlainConsole(stream)
    out.print(Group(Panel(Text("said"), title="answer"), Padding(table, (0, 0, 0, 4)), grid))
    assert stream.getvalue().splitlines() == [
        "answer",
        "said",
        "1; title: Ticket routing; enough",
        "2; missing",
        "done: Design, done",
        "Level: senior",
    ]
    with out.status("Grading") as status:
        status.update("Grading again")
    assert stream.getvalue().splitlines()[-2:] == ["Grading", "Grading again"]
    assert said("●●○○ 2 of 4, lean no") == "2 of 4, lean no"


def read(
    lines: str, monkeypatch: pytest.MonkeyPatch, *, draft: str = "", one_line: bool = False
) -> list[str]:
    """What a reader of lines sends, after the drafts that it saved."""
    saved: list[str] = []
    monkeypatch.setattr(sys, "stdin", io.StringIO(lines))
    reader = LineReader({"hint": ""}, io.StringIO(), one_line=one_line)
    text, _ = asyncio.run(reader.read(draft, saved.append))
    return [*saved, text]


def test_lines_are_kept_as_they_come(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read("one\ntwo\n.\n", monkeypatch) == ["one", "one\ntwo", "one\ntwo"]
    assert read("more\n/hint\n", monkeypatch, draft="kept") == ["kept\nmore", "kept\nmore\n/hint"]
    assert read("look at the logs\n", monkeypatch, one_line=True) == ["look at the logs"]
    with pytest.raises(EOFError):
        read("one\n", monkeypatch)


def test_nothing_moves_for_a_dumb_terminal_or_a_screen_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    assert console.moves()
    monkeypatch.setenv("TERM", "dumb")
    assert not console.moves()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COACH_PLAIN", "1")
    assert not console.moves()
