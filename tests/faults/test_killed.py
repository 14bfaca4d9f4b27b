"""The quick scenes of the killer, one fixed blow each; `make test-faults` strikes every scene fifty times."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults import scenes
from tests.faults.killer import Strike, strike


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data folder with the index built."""
    yield scenes.built_home(tmp_path_factory.mktemp("made") / "home")


def test_a_killed_practice(made: Path, tmp_path: Path) -> None:
    strike(scenes.practice(made), Strike(signal.SIGKILL, 0.9), tmp_path / "strike")


def test_a_killed_editor(made: Path, tmp_path: Path) -> None:
    strike(scenes.terminal(made), Strike(signal.SIGTERM, 0.9), tmp_path / "strike")


def test_a_killed_incident(made: Path, tmp_path: Path) -> None:
    strike(scenes.incident(made), Strike(signal.SIGINT, 0.5), tmp_path / "strike")


def test_a_killed_migration(tmp_path: Path) -> None:
    scenes.old_database(tmp_path / "old.db")
    strike(scenes.migration(tmp_path / "old.db"), Strike(signal.SIGKILL, 0.28), tmp_path / "strike")
