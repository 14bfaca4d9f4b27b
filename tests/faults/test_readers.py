"""Readers that go away, closed streams and a full disk behind standard output: no traceback, right codes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

COACH = [sys.executable, "-m", "coach"]


@pytest.mark.parametrize("arguments", [["questions", "list"], ["questions", "list", "--json"], ["--help"]])
def test_a_reader_that_left_ends_it_quietly(arguments: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run([*COACH, *arguments], stdout=writing, stderr=subprocess.PIPE, check=False)
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_reader_that_left_both_streams_ends_it_quietly() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run([*COACH, "questions", "list"], stdout=writing, stderr=writing, check=False)
    finally:
        os.close(writing)
    assert done.returncode == 0


def test_a_file_that_cannot_grow_behind_standard_output_is_told(tmp_path: Path) -> None:
    script = f'ulimit -f 0; exec "$0" -m coach questions list > {tmp_path / "out"}'
    done = subprocess.run(["bash", "-c", script, sys.executable], capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert done.stderr.startswith("coach: ")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams(closed: str) -> None:
    """A file that was opened meanwhile must not get a standard stream's number."""
    script = f'"$0" -m coach history list {closed}'
    done = subprocess.run(["bash", "-c", script, sys.executable], capture_output=True, check=False)
    assert done.returncode == 0
    assert b"Traceback" not in done.stderr
