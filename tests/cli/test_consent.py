"""Nothing is sent to a model before the user was told what and agreed."""

from __future__ import annotations

from pathlib import Path

import pytest

from coach.cli.consent import agree
from coach.store.database import Database
from coach.store.profile import Profiles


@pytest.fixture
def profiles(tmp_path: Path) -> Profiles:
    return Profiles(Database(tmp_path / "coach.db"))


def never(prompt: str) -> str:
    raise AssertionError("asked twice")


@pytest.mark.parametrize("answer", ["y", "YES", " yes "])
def test_a_yes_is_kept_for_that_server_alone(profiles: Profiles, answer: str) -> None:
    said: list[str] = []
    assert agree(profiles, "https://models.example/v1", say=said.append, ask=lambda _: answer)
    assert "models.example (which is not on this machine)" in said[0]
    assert "every answer that you give" in said[1]
    assert agree(profiles, "https://models.example/v1", say=said.append, ask=never)
    assert not agree(profiles, "https://other.example/v1", say=said.append, ask=lambda _: "n")


@pytest.mark.parametrize("answer", ["", "n", "later", "yep"])
def test_anything_else_is_a_no_and_is_not_kept(profiles: Profiles, answer: str) -> None:
    said: list[str] = []
    assert not agree(profiles, "http://127.0.0.1:8000/v1", say=said.append, ask=lambda _: answer)
    assert "a server on this machine" in said[0]
    assert agree(profiles, "http://127.0.0.1:8000/v1", say=said.append, ask=lambda _: "y")
