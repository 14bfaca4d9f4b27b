"""Settings in the environment and .env, and a profile: read, or refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.cli.wiring import Rooms
from coach.errors import CoachError
from coach.settings import Settings, read_settings
from coach.store.database import Database
from coach.store.profile import Profiles
from tests.fuzz.effort import broken_bytes, handled, odd, text, tries

NAMES = sorted(name.upper() for name in Settings.model_fields)
DOTENV = b"OPENAI_API_KEY=sk-abcdefghijklmnop\nCOACH_HOME=~/coach\nCOACH_TIMEOUT=5\nCOACH_MAX_TRIES='3'\n"
_told = (
    text | odd | st.integers().map(str) | st.floats().map(str) | st.sampled_from(["~x/y", "http://[", "//"])
).map(lambda value: value.replace("\0", ""))


def read() -> None:
    with handled():
        settings = read_settings()
        assert isinstance(settings.data_dir, Path)
        assert isinstance(settings.cache_dir, Path)
        assert isinstance(Rooms(settings).server, str)


@tries(40)
@given(st.dictionaries(st.sampled_from(NAMES), _told, max_size=4))
def test_the_environment(told: dict[str, str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in told.items():
            patch.setenv(name, value)
        read()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("settings")


@tries(40)
@given(broken_bytes(DOTENV) | st.binary(max_size=60))
def test_the_file(folder: Path, data: bytes) -> None:
    (folder / ".env").write_bytes(data)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.delenv("COACH_HOME", raising=False)
        read()


@tries(8)
@given(
    told=st.fixed_dictionaries(
        {"experience": _told, "company": _told, "interview-date": _told, "hours-a-week": _told}
    )
)
def test_what_a_profile_is_told(folder: Path, told: dict[str, str]) -> None:
    from coach.cli.app import run

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COACH_HOME", str(folder / "home"))
        for name, value in told.items():
            assert run(["profile", "set", f"--{name}={value}"]) in (0, 2)
        with Database(folder / "home" / "coach.db") as database:
            assert Profiles(database).load()


@tries(15)
@given(st.text(max_size=40))
def test_text_that_no_file_can_hold(folder: Path, said: str) -> None:
    """Half of a surrogate pair, as arguments that are no UTF-8 bring it."""
    from coach.cli.app import run

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COACH_HOME", str(folder / "home"))
        assert run(["profile", "set", f"--experience={said}"]) in (0, 2)
        try:
            with Database(folder / "home" / "coach.db") as database:
                Profiles(database).load()
        except CoachError as error:
            pytest.fail(str(error))
