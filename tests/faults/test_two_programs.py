"""Two programs that add guides and build the index at the same time: nothing lost, nothing mixed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

from coach.cli.wiring import Rooms
from coach.guides.index import collection_name, open_store
from coach.guides.library import load_added
from coach.guides.manifest import read_manifest
from coach.settings import Settings
from tests.faults.scenes import NOTES, built_home

EACH = 2


def started(home: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "coach", *arguments],
        env={**os.environ, "COACH_HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(program: subprocess.Popen[str]) -> str:
    out, err = program.communicate()
    assert (program.returncode, err) == (0, "")
    return out


def test_guides_that_are_added_and_built_at_once(tmp_path: Path) -> None:
    """All documents have one title, for which each program would choose the same id."""
    home = built_home(tmp_path / "home")
    folders = [tmp_path / name for name in ("one", "two")]
    for shift, folder in enumerate(folders):
        folder.mkdir()
        for n in range(EACH):
            text = NOTES.format(n=shift * EACH + n).replace(f"Notes {shift * EACH + n}", "Notes")
            (folder / f"{n}.md").write_text(text, encoding="utf-8")
    adding = [started(home, "guides", "add", str(folder), "--json") for folder in folders]
    for program in adding:
        assert [item["status"] for item in json.loads(ended(program))["files"]] == ["added"] * EACH
    added = load_added(home / "guides")
    ids = Counter(guide.guide.id for guide in added)
    assert len(ids) == len(added) == 2 * EACH
    check_whole(home, {passage.id for guide in added for passage in guide.guide.passages})


def check_whole(home: Path, own: set[str]) -> None:
    """A search finds the new passages; the index in force holds exactly what the manifest says."""
    rooms = Rooms(Settings(coach_home=home))
    searcher = rooms.searcher()
    assert own <= set(searcher.passages())
    assert own & {hit.passage.id for hit in searcher.search("refunds fell in six weeks", 20)}
    rooms.close()
    manifest = read_manifest(home / "index")
    assert manifest is not None
    store = open_store(manifest, home / "index")
    assert store.count(collection_name(manifest)) == manifest.count == len(searcher.passages())
    store.close()
