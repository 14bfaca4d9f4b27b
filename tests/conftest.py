"""Every test starts in a clean environment: no keys, no settings, an empty data folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.loopback import LoopbackServer


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Returns the empty data folder that COACH_HOME names."""
    for name in list(os.environ):
        if name.startswith(("OPENAI_", "COACH_", "LANGCHAIN_", "LANGSMITH_", "CHROMA_")):
            monkeypatch.delenv(name)
    home = tmp_path / "coach-home"
    monkeypatch.setenv("COACH_HOME", str(home))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.chdir(tmp_path)
    return home


@pytest.fixture
def loopback() -> Iterator[LoopbackServer]:
    """A server on loopback that a test scripts; it answers every chat completion with `{}` otherwise."""
    with LoopbackServer() as server:
        yield server
