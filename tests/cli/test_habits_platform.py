"""Other platforms: folders are the platform's own, and nothing rests on POSIX alone."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

import coach
from tests.cli.conftest import LengthGrader, Piped

POSIX_MODULES = {"fcntl", "grp", "pty", "pwd", "resource", "termios", "tty"}
POSIX_NAMES = {"fork", "getuid", "geteuid", "setsid", "SIGKILL", "SIGALRM", "SIGUSR1", "alarm", "mkfifo"}


def test_folders_follow_xdg(
    piped: Piped, local: LengthGrader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, cache = tmp_path / "elsewhere" / "data", tmp_path / "elsewhere" / "cache"
    monkeypatch.delenv("COACH_HOME")
    monkeypatch.setenv("XDG_DATA_HOME", str(data))
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    assert piped("profile", "set", "--level", "pm").code == 0
    assert piped("practice", "--question", "fraud-realtime", "--follow-ups", "0", given="I would.").code == 0
    assert piped("guides", "search", "latency", "--json").code == 0
    assert (data / "coach" / "coach.db").is_file()
    assert (data / "coach" / "index").is_dir()
    assert json.loads(piped("profile", "show", "--json").out)["level"] == "pm"
    assert not (tmp_path / "home").exists()
    assert not (tmp_path / "coach-home").exists()


def test_no_name_of_a_file_has_a_character_that_windows_refuses(piped: Piped, tmp_path: Path) -> None:
    piped("practice", "--question", "fraud-realtime", "--follow-ups", "0", given="I would.")
    (tmp_path / "rows.jsonl").write_text('{"answer": "x", "question_id": "fraud-realtime"}\n')
    piped("grade", "rows.jsonl", "-o", "out.jsonl", "--grader", "local")
    piped("guides", "search", "latency")
    piped("plan", "make", "--days", "5")
    names = [path.name for path in tmp_path.rglob("*")]
    assert len(names) > 5
    assert [name for name in names if set(name) & set('<>:"|?*\\')] == []


def test_nothing_rests_on_posix_alone() -> None:
    """What POSIX alone has is asked for by name first, or not used."""
    found = []
    for path in Path(coach.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names if alias.name in POSIX_MODULES]
            elif isinstance(node, ast.ImportFrom) and node.module in POSIX_MODULES:
                names = [node.module or ""]
            elif isinstance(node, ast.Attribute) and node.attr in POSIX_NAMES:
                names = [node.attr]
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                names = [node.value] if node.value.startswith(("/tmp", "/root", "/var", "/home")) else []
            found += [f"{path.name}: {name}" for name in names]
    assert found == []
