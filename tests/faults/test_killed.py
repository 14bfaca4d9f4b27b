"""The quick scenes of the killer, one fixed blow each; `make test-faults` strikes every scene fifty times."""

from __future__ import annotations

import signal
from pathlib import Path

from tests.faults import scenes
from tests.faults.killer import Strike, strike


def test_a_killed_incident(tmp_path: Path) -> None:
    (tmp_path / "made").mkdir()
    strike(scenes.incident(tmp_path / "made"), Strike(signal.SIGINT, 0.5), tmp_path / "strike")


def test_a_killed_migration(tmp_path: Path) -> None:
    scenes.old_database(tmp_path / "old.db")
    strike(scenes.migration(tmp_path / "old.db"), Strike(signal.SIGKILL, 0.28), tmp_path / "strike")
