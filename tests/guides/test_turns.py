from __future__ import annotations

import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from coach.errors import SetupError
from coach.guides.corpus import make_passage
from coach.guides.entries import Entry
from coach.guides.fake import HashEmbedder
from coach.guides.index import build_index
from coach.guides.turns import turn

HOLD = (
    "import sys, time; from pathlib import Path; from coach.guides.turns import turn\n"
    "with turn(Path(sys.argv[1])):\n    print('mine', flush=True)\n    sys.stdin.read()\n"
)


def holder(folder: Path) -> subprocess.Popen[str]:
    """Another program that has its turn until its input ends."""
    program = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert program.stdout is not None and program.stdout.readline() == "mine\n"
    return program


@pytest.mark.parametrize("killed", [True, False])
def test_others_wait_until_a_program_is_done_or_killed(tmp_path: Path, killed: bool) -> None:
    folder = tmp_path / "not made yet"
    with holder(folder) as other:
        with pytest.raises(SetupError, match="Another program has been writing in"), turn(folder, patience=0):
            pass
        if killed:
            other.kill()
        else:
            assert other.stdin is not None
            other.stdin.close()
        with turn(folder):
            passed = True
    assert passed


def test_a_turn_can_be_taken_again_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(KeyError), turn(tmp_path):
        raise KeyError
    with turn(tmp_path, patience=0):
        passed = True
    assert passed


def test_where_nothing_can_be_written_there_is_no_turn(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with turn(tmp_path / "file" / "folder"):
        passed = True
    assert passed
    assert not (tmp_path / "file").is_dir()


def test_building_takes_its_turn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coach.guides.index.turn", partial(turn, patience=0))
    entries = [Entry(make_passage("g", "p", "T", "alpha"), "T", "alpha")]
    with turn(tmp_path), pytest.raises(SetupError, match="Another program"):
        build_index(entries, HashEmbedder(), tmp_path)
    assert build_index(entries, HashEmbedder(), tmp_path).embedded == 1
    with turn(tmp_path):
        assert build_index(entries, HashEmbedder(), tmp_path).embedded == 0, "reading waits for nobody"
