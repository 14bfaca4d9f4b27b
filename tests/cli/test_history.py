"""`coach history` from the outside: what is printed, written, refused, and what is left."""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

from coach.cli.history_choice import moment
from coach.errors import UsageError
from coach.store.database import Database
from coach.store.listing import list_sessions
from tests.cli.conftest import Piped
from tests.store.filled import fill


@pytest.fixture
def ids(clean_environment: Path) -> list[str]:
    """A data folder with two sessions and a drill; their ids."""
    database, ids = fill(clean_environment / "coach.db")
    database.close()
    return ids


def left(home: Path) -> list[str]:
    with Database(home / "coach.db") as database:
        return [line.id for line in list_sessions(database)]


def test_list_prints_lines_for_programs_and_objects_for_scripts(piped: Piped, ids: list[str]) -> None:
    result = piped("history", "list")
    first, second, drill = ids
    rows = [line.split("\t") for line in result.out.splitlines()]
    assert [row[0] for row in rows] == [drill, second, first]
    assert rows[2][2:] == ["practice", "fraud,fraud", "2 3"]
    (only,) = json.loads(piped("history", "list", "--round", "debugging", "--json").out)
    assert (only["id"], only["marks"], only["unfinished"]) == (second, [None], True)
    assert piped("history", "list", "--since", "2199-01-01").err == "No session fits.\n"


def test_list_says_when_there_is_more_and_when_there_is_nothing(piped: Piped, ids: list[str]) -> None:
    result = piped("history", "list", "--limit", "2")
    assert len(result.out.splitlines()) == 2
    assert "--limit 0 lists all" in result.err
    whole = piped("history", "list", "--limit", "0")
    assert (len(whole.out.splitlines()), whole.err) == (3, "")
    assert "`coach practice` begins" not in whole.err


def test_an_empty_folder_is_no_error(piped: Piped) -> None:
    for command in (["list"], ["search", "x"]):
        result = piped("history", *command)
        assert (result.code, result.out) == (0, "")
        assert result.err
    assert piped("history", "show").code == 2
    assert piped("history", "delete", "--all", "--yes").err == "There is nothing to delete.\n"


def test_show_prints_the_session_and_takes_the_beginning_of_an_id(piped: Piped, ids: list[str]) -> None:
    first, second, drill = ids
    result = piped("history", "show", first)
    assert "I decided better." in result.out
    assert "What the retry moved" in result.out
    assert not any(line.endswith(" ") for line in result.out.splitlines())
    data = json.loads(piped("history", "show", first, "--json").out)
    assert data["attempts"][1]["grades"][0]["labels"][0]["note"] == "I named the date"
    assert "check the logs" in piped("history", "show").out
    assert piped("history", "show", drill[:2]).code == 0
    assert "2 sessions begin with 2026" in piped("history", "show", "2026").err
    missing = piped("history", "show", "nope")
    assert missing.code == 2
    assert "no session 'nope'" in missing.err
    assert "# Practice session" in piped("history", "show", second, "--markdown").out
    assert "# Drill" in piped("history", "show", drill, "--markdown").out
    assert piped("history", "show", "--markdown", "--json").code == 2


def test_a_report_is_written_for_its_owner_alone(piped: Piped, ids: list[str], tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    result = piped("history", "show", ids[0], "--html", str(path))
    assert result.code == 0
    page = path.read_text()
    assert "I named the date" in page
    assert "six years of payments" not in page
    assert str(tmp_path) not in page
    assert path.stat().st_mode & 0o077 == 0
    assert piped("history", "show", ids[0], "--html", str(tmp_path / "no" / "\0bad")).code in (2, 3)


def test_search_prints_where_words_stand(piped: Piped, ids: list[str]) -> None:
    result = piped("history", "search", "HELIOTROPE")
    assert ids[1] in result.out
    assert "A heliotrope release." in result.out
    (item,) = json.loads(piped("history", "search", "half", "thought", "--json").out)
    assert (item["session"], item["where"]) == (ids[1], "draft")
    assert piped("history", "search", " ").code == 2


def test_export_and_import_carry_everything_into_another_folder(
    piped: Piped, ids: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "history.jsonl"
    assert piped("history", "export", "-o", str(path)).code == 0
    assert path.stat().st_mode & 0o077 == 0
    whole = piped("history", "export").out
    assert path.read_text() == whole
    assert "six years of payments" not in whole
    assert "six years of payments" in piped("history", "export", "--with-profile").out
    monkeypatch.setenv("COACH_HOME", str(tmp_path / "other"))
    assert "among them 2 sessions, 1 drill, 2 grades" in piped("history", "import", str(path)).err
    assert "Nothing new" in piped("history", "import", "-", given=whole).err
    assert piped("history", "export").out == whole
    counts = json.loads(piped("history", "import", str(path), "--json").out)
    assert counts["added"] == {}
    assert sorted(left(tmp_path / "other")) == sorted(ids)


def test_export_of_some_and_as_markdown(piped: Piped, ids: list[str]) -> None:
    lines = [json.loads(line) for line in piped("history", "export", ids[1]).out.splitlines()]
    assert [line["row"]["id"] for line in lines if line.get("table") == "sessions"] == [ids[1]]
    text = piped("history", "export", "--format", "markdown").out
    assert text.index("I decided") < text.index("A heliotrope release.") < text.index("check the logs")
    assert "heliotrope" not in piped("history", "export", ids[0], "--format", "markdown").out


def test_import_refuses_what_is_none(
    piped: Piped, ids: list[str], tmp_path: Path, clean_environment: Path
) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text('{"answer": "x"}\n')
    assert piped("history", "import", str(path)).code == 3
    assert piped("history", "import", str(tmp_path / "missing.jsonl")).code == 3
    assert "not UTF-8" in piped("history", "import", "-", given=b"\xff\xfe\n").err
    cut = piped("history", "export").out.splitlines()[:-1]
    assert "cut off" in piped("history", "import", "-", given="\n".join(cut)).err
    assert sorted(left(clean_environment)) == sorted(ids)


def test_delete_asks_for_yes_where_nobody_can_answer(
    piped: Piped, ids: list[str], clean_environment: Path
) -> None:
    refused = piped("history", "delete", ids[0])
    assert refused.code == 2
    assert "Add --yes" in refused.err
    assert len(left(clean_environment)) == 3
    assert "Deleted 1 session for good." in piped("history", "delete", ids[0], "--yes").err
    assert left(clean_environment) == [ids[2], ids[1]]
    assert b"I decided better" not in b"".join(
        path.read_bytes() for path in clean_environment.glob("coach.db*")
    )


@pytest.mark.parametrize(
    ("arguments", "kept"),
    [
        (["--all"], 0),
        (["--before", "2199-01-01"], 0),
        (["--before", "2000-01-01"], 3),
    ],
)
def test_delete_by_day_or_all(
    piped: Piped, ids: list[str], clean_environment: Path, arguments: list[str], kept: int
) -> None:
    assert piped("history", "delete", *arguments, "--yes").code == 0
    assert len(left(clean_environment)) == kept


@pytest.mark.parametrize(
    "arguments", [[], ["--all", "--before", "2026-01-01"], ["nope"], ["--before", "soon"]]
)
def test_delete_of_nothing_clear_is_refused(
    piped: Piped, ids: list[str], clean_environment: Path, arguments: list[str]
) -> None:
    assert piped("history", "delete", *arguments, "--yes").code == 2
    assert len(left(clean_environment)) == 3


def test_compact_finishes_what_was_held_up(piped: Piped, ids: list[str]) -> None:
    assert piped("history", "delete", "--compact").code == 0


@pytest.mark.parametrize(("key", "kept"), [("n", 3), ("y", 2)])
def test_delete_asks_at_a_terminal(ids: list[str], clean_environment: Path, key: str, kept: int) -> None:
    master, worker = pty.openpty()
    command = [sys.executable, "-m", "coach", "history", "delete", ids[0]]
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "80"}
    program = subprocess.Popen(command, stdin=worker, stdout=worker, stderr=worker, env=environment)
    os.close(worker)
    seen, end = "", time.monotonic() + 20
    while "for good?" not in seen and time.monotonic() < end:
        if select.select([master], [], [], 0.2)[0]:
            seen += os.read(master, 65536).decode(errors="replace")
    assert ids[0] in seen
    os.write(master, f"{key}\n".encode())
    assert program.wait(timeout=150) == 0
    os.close(master)
    assert len(left(clean_environment)) == kept


def test_days_are_of_this_machine() -> None:
    assert moment(None) is None
    day = moment("2026-11-01")
    week = moment("1w")
    assert day is not None
    assert week is not None
    assert day.startswith(("2026-10-31T", "2026-11-01T"))
    assert week < (moment("6d") or "")
    for wrong in ("soon", "2026-13-01", "d", "99999w", "7"):
        with pytest.raises(UsageError, match="is no day"):
            moment(wrong)


@pytest.mark.parametrize("command", ["list", "show", "search", "export", "import", "delete"])
def test_every_command_has_help_with_an_example(piped: Piped, command: str) -> None:
    result = piped("history", command, "--help")
    assert result.code == 0
    assert f"Example: coach history {command}" in " ".join(result.out.split())
