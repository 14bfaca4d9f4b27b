from __future__ import annotations

from pathlib import Path

import pytest

from coach.errors import GuideError
from coach.guides.attach import Attacher, open_attacher
from coach.guides.corpus import Corpus
from coach.guides.library import add_document, list_files, load_added, user_guides

NOTES = '# Notes\n\nBad: "We used AI."\nGood: "We alert when weekly recall falls under 0.8 for a region."\n'


@pytest.fixture(scope="module")
def attacher(corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Attacher:
    return open_attacher(corpus, tmp_path_factory.mktemp("cache"))


def test_a_document_is_kept_under_the_hash_of_its_content(tmp_path: Path, attacher: Attacher) -> None:
    path = tmp_path / "..odd name; rm -rf.md"
    path.write_text(NOTES)
    folder = tmp_path / "guides"
    outcome = add_document(path, folder, attacher, set())
    assert (outcome.status, outcome.error, outcome.passages) == ("added", None, 1)
    assert outcome.pairs[0].bad == "We used AI."
    assert outcome.pairs[0].line == 3
    assert outcome.pairs[0].criterion is not None
    names = sorted(p.name for p in folder.iterdir())
    assert [name.rpartition(".")[2] for name in names] == ["json", "md"]
    assert all(set(name.rpartition(".")[0]) <= set("0123456789abcdef") for name in names)
    kept = load_added(folder)[0]
    assert kept.name == path.name and kept.pairs == outcome.pairs
    assert user_guides(folder)[0].passages[0].user


def test_the_same_content_is_unchanged_under_any_name(tmp_path: Path, attacher: Attacher) -> None:
    one, two = tmp_path / "one.md", tmp_path / "two.md"
    one.write_text(NOTES)
    two.write_text(NOTES)
    folder = tmp_path / "guides"
    first = add_document(one, folder, attacher, set())
    second = add_document(two, folder, attacher, set())
    assert (first.status, second.status) == ("added", "unchanged")
    assert second.pairs == first.pairs
    assert len(load_added(folder)) == 1


def test_a_file_that_fails_leaves_nothing_behind(tmp_path: Path, attacher: Attacher) -> None:
    path = tmp_path / "bad.txt"
    path.write_bytes("Grüße".encode("latin-1"))
    folder = tmp_path / "guides"
    outcome = add_document(path, folder, attacher, set())
    assert outcome.status == "failed" and outcome.error is not None and str(path) in outcome.error
    assert not folder.exists()


def test_a_title_that_is_taken_gets_an_id_of_its_own(tmp_path: Path, attacher: Attacher) -> None:
    path = tmp_path / "a.md"
    path.write_text(NOTES)
    add_document(path, tmp_path / "guides", attacher, {"notes"})
    guide = user_guides(tmp_path / "guides")[0]
    assert guide.id.startswith("notes-") and guide.id != "notes"


def test_a_damaged_record_is_read_again(tmp_path: Path, attacher: Attacher) -> None:
    path = tmp_path / "a.md"
    path.write_text(NOTES)
    folder = tmp_path / "guides"
    add_document(path, folder, attacher, set())
    record = next(folder.glob("*.json"))
    record.write_text(record.read_text()[:50])
    assert load_added(folder) == []
    assert add_document(path, folder, attacher, set()).status == "added"
    assert len(load_added(folder)) == 1


def test_a_folder_that_cannot_be_written_is_an_outcome(tmp_path: Path, attacher: Attacher) -> None:
    path = tmp_path / "a.md"
    path.write_text(NOTES)
    (tmp_path / "guides").write_text("a file where the folder should be")
    outcome = add_document(path, tmp_path / "guides", attacher, set())
    assert outcome.status == "failed" and outcome.error is not None and "COACH_HOME" in outcome.error


def test_folders_are_searched_for_readable_files(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / ".hidden").mkdir()
    for name in ("b.md", "a.TXT", "sub/c.html", "d.png", ".hidden/e.md"):
        (tmp_path / name).write_text("x")
    found = [str(path.relative_to(tmp_path)) for path in list_files([tmp_path])]
    assert found == ["a.TXT", "b.md", "sub/c.html"]
    assert list_files([tmp_path / "none.md"]) == [tmp_path / "none.md"]


def test_too_many_files_are_turned_down(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coach.guides.library._MOST_FILES", 2)
    for n in range(3):
        (tmp_path / f"{n}.md").write_text("x")
    with pytest.raises(GuideError, match="3 files"):
        list_files([tmp_path])
