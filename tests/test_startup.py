"""What the program loads before it does anything: a command pays for nothing that it does not need."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.store.filled import fill

HEAVY = {
    "chromadb",
    "langchain",
    "langchain_core",
    "langchain_openai",
    "langchain_text_splitters",
    "matplotlib",
    "numpy",
    "openai",
    "openpyxl",
    "prompt_toolkit",
    "pypdf",
    "ray",
    "scipy",
    "sklearn",
}
# Help also does without the models of the program's nouns.
HEAVIER_THAN_HELP = HEAVY | {"pydantic", "pydantic_settings", "yaml", "platformdirs"}
LIST_MODULES = """
import contextlib, io, sys
from coach.cli.app import run
with contextlib.redirect_stdout(io.StringIO()):
    code = run(sys.argv[1:])
print(code, *{name.partition(".")[0] for name in sys.modules})
"""


def loaded(*arguments: str) -> set[str]:
    """The top-level modules after a command; it has to succeed."""
    done = subprocess.run(
        [sys.executable, "-c", LIST_MODULES, *arguments], capture_output=True, text=True, check=True
    )
    code, *modules = done.stdout.split()
    assert code == "0", done.stderr
    return set(modules)


@pytest.mark.parametrize("arguments", ["--help", "--version", "--plain --help"])
def test_help_loads_the_parser_alone(arguments: str) -> None:
    assert loaded(*arguments.split()) & HEAVIER_THAN_HELP == set()


@pytest.mark.parametrize(
    "command",
    [
        "",
        "questions list",
        "questions show fraud-realtime",
        "guides list",
        "doctor",
        "profile show",
        "history list",
        "history show --json",
        "progress",
        "plan memory",
        "loop list",
        "story list",
        "audit list",
        "drill list",
        "practice --help",
        "grade --help",
        "loop --help",
    ],
)
def test_a_look_loads_nothing_heavy(clean_environment: Path, command: str) -> None:
    fill(clean_environment / "coach.db")[0].close()
    assert loaded(*command.split()) & HEAVY == set()


def test_completion_loads_nothing_heavy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_COACH_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", "coach ")
    monkeypatch.setenv("COMP_CWORD", "1")
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "coach"], capture_output=True, text=True, check=True
    )
    assert {"practice", "history", "audit"} <= set(done.stdout.split())
    modules = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}
    assert "typer" in modules
    assert modules & HEAVY == set()
