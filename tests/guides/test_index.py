from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from coach.errors import SetupError
from coach.guides.corpus import make_passage
from coach.guides.entries import Entry
from coach.guides.fake import HashEmbedder
from coach.guides.index import build_index, collection_name, open_index, open_store
from coach.guides.manifest import read_manifest


def entries(*texts: str) -> list[Entry]:
    return [Entry(make_passage("g", f"p{n}", "T", text), "T", text) for n, text in enumerate(texts)]


def generations(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("g*"))


def test_a_second_build_embeds_nothing(tmp_path: Path) -> None:
    embedder = HashEmbedder()
    first = build_index(entries("alpha", "beta"), embedder, tmp_path)
    second = build_index(entries("alpha", "beta"), embedder, tmp_path)
    assert (first.embedded, second.embedded) == (2, 0)
    assert second.manifest == first.manifest
    assert embedder.embedded == ["alpha", "beta"]


def test_only_new_texts_are_embedded(tmp_path: Path) -> None:
    embedder = HashEmbedder()
    build_index(entries("alpha", "beta"), embedder, tmp_path)
    built = build_index(entries("alpha", "gamma", "beta"), embedder, tmp_path)
    assert embedder.embedded == ["alpha", "beta", "gamma"]
    store = open_store(built.manifest, tmp_path)
    best = store.search(collection_name(built.manifest), embedder.embed_query("beta"), 1)
    store.close()
    assert best[0][0] == "g#p2" and best[0][1] == pytest.approx(1.0, abs=1e-5)


def test_another_embedder_rebuilds_and_never_mixes(tmp_path: Path) -> None:
    build_index(entries("alpha", "beta"), HashEmbedder("one"), tmp_path)
    other = HashEmbedder("two")
    built = build_index(entries("alpha", "beta"), other, tmp_path)
    assert other.embedded == ["alpha", "beta"]
    assert built.manifest.embedder == "two"
    manifest = read_manifest(tmp_path)
    assert manifest is not None and manifest.embedder == "two"


def test_a_build_that_fails_leaves_the_index_as_it_was(tmp_path: Path) -> None:
    class Failing(HashEmbedder):
        def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
            raise SetupError("no vectors today")

    built = build_index(entries("alpha"), HashEmbedder(), tmp_path)
    with pytest.raises(SetupError, match="no vectors today"):
        build_index(entries("alpha", "beta"), Failing(), tmp_path)
    assert read_manifest(tmp_path) == built.manifest


def test_a_crash_before_the_switch_leaves_the_old_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedder = HashEmbedder()
    built = build_index(entries("alpha"), embedder, tmp_path)

    def crash(path: Path, target: Path) -> Path:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", crash)
        with pytest.raises(KeyboardInterrupt):
            build_index(entries("alpha", "beta"), embedder, tmp_path)
    assert read_manifest(tmp_path) == built.manifest
    assert build_index(entries("alpha", "beta"), embedder, tmp_path).manifest.count == 2


def test_old_generations_go_and_unfinished_ones_of_others_stay(tmp_path: Path) -> None:
    embedder = HashEmbedder()
    unfinished = tmp_path / "g999-building"
    unfinished.mkdir()
    names = [build_index(entries(*"abcd"[: n + 1]), embedder, tmp_path).manifest.generation for n in range(4)]
    assert generations(tmp_path) == sorted([*names[-2:], "g999-building"])


@pytest.mark.parametrize("damage", ["pointer", "manifest", "database", "folder"])
def test_a_damaged_index_is_built_anew(tmp_path: Path, damage: str) -> None:
    embedder = HashEmbedder()
    built = build_index(entries("alpha", "beta"), embedder, tmp_path)
    folder = tmp_path / built.manifest.generation
    if damage == "pointer":
        (tmp_path / "CURRENT").write_text("../../elsewhere\n")
    elif damage == "manifest":
        (folder / "manifest.json").write_text("{")
    elif damage == "database":
        (folder / "chroma" / "chroma.sqlite3").write_bytes(b"not a database at all")
    else:
        for path in sorted((folder / "chroma").rglob("*"), reverse=True):
            path.unlink() if path.is_file() else path.rmdir()
    again, store = open_index(entries("alpha", "beta"), embedder, tmp_path)
    found = store.search(collection_name(again.manifest), embedder.embed_query("beta"), 1)
    store.close()
    assert again.embedded == 2
    assert found[0][0] == "g#p1"


def test_a_folder_that_cannot_be_written_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "index").write_text("a file where the folder should be")
    with pytest.raises(SetupError, match="COACH_HOME"):
        build_index(entries("alpha"), HashEmbedder(), tmp_path / "index")


def test_a_server_that_is_not_there_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="COACH_CHROMA_URL"):
        build_index(entries("alpha"), HashEmbedder(), tmp_path, url="http://127.0.0.1:9")
    assert read_manifest(tmp_path) is None
