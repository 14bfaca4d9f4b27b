"""Every test starts in a clean environment: no keys, no settings, an empty data folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from coach.llm.replay import ReplayModel
from tests.exchanges import replay
from tests.loopback import LoopbackServer

# The same examples on every machine, and no failure because a machine is slow or busy.
settings.register_profile(
    "suite", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("suite")


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


@pytest.fixture
def replay_model() -> ReplayModel:
    """A model that gives the recorded replies to what the rooms' scenarios ask."""
    return replay()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Shows what tests measured, in the order in which they recorded it (also under xdist)."""
    lines = [
        str(text)
        for report in terminalreporter.stats.get("passed", []) + terminalreporter.stats.get("failed", [])
        for name, text in getattr(report, "user_properties", [])
        if name == "retrieval" and report.when == "call"
    ]
    if lines:
        terminalreporter.section("retrieval: queries, method, recall@5, MRR, nDCG@10")
        terminalreporter.write_line("\n".join(lines))
