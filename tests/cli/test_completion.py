"""What shells are offered, by the protocol that their scripts speak, and the scripts themselves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from coach.cli.app import COMMANDS, run
from tests.cli.conftest import Piped
from tests.cli.test_story import STORIES
from tests.store.filled import fill

Offered = Callable[[str], list[str]]


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Offered:
    """offered("coach history show ") -> the result of pressing TAB there."""

    def call(line: str) -> list[str]:
        monkeypatch.setenv("_COACH_COMPLETE", "complete_bash")
        monkeypatch.setenv("COMP_WORDS", line)
        monkeypatch.setenv("COMP_CWORD", str(len(line.split(" ")) - 1))
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            run([])
        assert ended.value.code == 0
        monkeypatch.delenv("_COACH_COMPLETE")
        return capsys.readouterr().out.split()

    return call


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("coach practice --question fraud", {"fraud-realtime"}),
        ("coach practice --round deb", {"debugging"}),
        ("coach practice --que", {"--question"}),
        ("coach practice --grader ", {"auto", "local", "llm"}),
        ("coach questions show cold", set()),
        ("coach drill code churn", {"churn-training"}),
        ("coach drill which-when cancer", {"cancer-screening"}),
        ("coach drill incident small", {"small-payments"}),
        ("coach drill list inc", {"incident"}),
        ("coach loop start gen", {"general"}),
        ("coach loop mark loop-1 --criterion star", {"star_evidence"}),
        ("coach eval run llm-m", {"llm-median"}),
        ("coach history show ", set()),
    ],
)
def test_values_are_offered(offered: Offered, clean_environment: Path, line: str, words: set[str]) -> None:
    assert set(offered(line)) == words
    assert not clean_environment.exists(), "completion makes nothing"


def test_commands_are_offered_and_none_is_loaded(offered: Offered) -> None:
    assert offered("coach ") == list(COMMANDS)
    assert set(offered("coach history ")) == {"list", "show", "search", "export", "import", "delete"}


def test_what_the_user_has_is_offered(offered: Offered, piped: Piped, clean_environment: Path) -> None:
    database, ids = fill(clean_environment / "coach.db")
    database.close()
    assert piped("story", "add", given=STORIES).code == 0
    assert set(offered("coach history show ")) == set(ids)
    assert set(offered("coach practice --session ")) == set(ids)
    assert offered("coach story review ") == ["1", "2"]


def test_a_damaged_database_offers_nothing(offered: Offered, clean_environment: Path) -> None:
    clean_environment.mkdir()
    (clean_environment / "coach.db").write_bytes(b"not a database" * 100)
    assert offered("coach history show ") == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_scripts_are_shown_and_installed(
    piped: Piped, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shell: str
) -> None:
    shown = piped("--show-completion", shell)
    assert (shown.code, "_COACH_COMPLETE=complete_" + shell in shown.out) == (0, True)
    monkeypatch.setenv("SHELL", f"/usr/bin/{shell}")
    assert piped("--show-completion").out == shown.out
    home = tmp_path / "home"
    home.mkdir()
    assert piped("--install-completion").code == 0
    installed = [path for path in home.rglob("*") if path.is_file() and shown.out.strip() in path.read_text()]
    assert len(installed) == 1


def test_without_a_known_shell_one_is_to_be_named(piped: Piped, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SHELL", raising=False)
    nothing = piped("--install-completion")
    assert (nothing.code, nothing.out) == (2, "")
    assert "coach --install-completion bash" in nothing.err
    assert piped("--show-completion", "tcsh").code == 2
