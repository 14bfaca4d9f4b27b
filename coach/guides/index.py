"""Builds the vector index in generations: each is written whole, then made current in one step.

A generation is a folder (and, with a Chroma server, a collection) that never changes once it is
current, so that a crash or a second program leaves readers with a whole index. Searches nothing.
"""

from __future__ import annotations

import secrets
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from coach.errors import SetupError
from coach.guides.embed import Embedder
from coach.guides.entries import Entry, manifest_digest
from coach.guides.manifest import CURRENT, FORMAT, Manifest, read_manifest
from coach.guides.turns import turn
from coach.guides.vectors import VectorStore

COLLECTION = "coach-{generation}"
# Another program may still be writing a generation that is not current yet.
ABANDONED_AFTER_S = 3600.0


@dataclass(frozen=True)
class Built:
    """The current generation after a build; `embedded` counts the texts sent to the embedder."""

    manifest: Manifest
    embedded: int


def build_index(
    entries: Sequence[Entry],
    embedder: Embedder,
    index_dir: Path,
    *,
    corpus_digest: str = "",
    url: str | None = None,
    force: bool = False,
) -> Built:
    """Make the index current for exactly these entries and this embedder; does nothing if it is.

    Vectors of texts that an earlier generation of the same embedder holds are taken from it.
    Raises SetupError where the folder, the server or the embedder cannot be used; the index is
    then as it was.
    """
    current = read_manifest(index_dir)
    if current is not None and not force and _serves(current, entries, embedder, url):
        return Built(current, 0)
    with turn(index_dir):
        return _build_in_turn(entries, embedder, index_dir, corpus_digest, url, force=force)


def _build_in_turn(
    entries: Sequence[Entry],
    embedder: Embedder,
    index_dir: Path,
    corpus_digest: str,
    url: str | None,
    *,
    force: bool,
) -> Built:
    # Another program may have made it current while this one waited.
    current = read_manifest(index_dir)
    if current is not None and not force and _serves(current, entries, embedder, url):
        return Built(current, 0)
    known = {} if force else _known_vectors(current, embedder, index_dir, url)
    new = [entry for entry in entries if entry.digest not in known]
    fresh: Sequence[np.ndarray] | np.ndarray = embedder.embed([entry.text for entry in new]) if new else []
    known.update({entry.digest: vector for entry, vector in zip(new, fresh, strict=True)})
    manifest = Manifest(
        format=FORMAT,
        generation=f"g{time.time_ns():x}-{secrets.token_hex(4)}",
        embedder=embedder.name,
        corpus=corpus_digest,
        entries=manifest_digest(entries),
        count=len(entries),
        url=url,
        previous=current.generation if current else None,
    )
    try:
        _write_generation(manifest, entries, np.array([known[e.digest] for e in entries]), index_dir)
        _prune(index_dir, manifest, current)
    except OSError as error:
        raise SetupError(
            f"The index in {index_dir} cannot be written: {error.strerror or error}. "
            "Free some space there or set COACH_HOME to a folder that can be written."
        ) from error
    return Built(manifest, len(new))


def open_index(
    entries: Sequence[Entry],
    embedder: Embedder,
    index_dir: Path,
    *,
    corpus_digest: str = "",
    url: str | None = None,
    force: bool = False,
) -> tuple[Built, VectorStore]:
    """The index for these entries, built where it is missing, out of date, or no longer whole."""

    def build(force: bool) -> Built:
        return build_index(entries, embedder, index_dir, corpus_digest=corpus_digest, url=url, force=force)

    built = build(force)
    store = _open_whole(built.manifest, index_dir)
    if store is None:
        # Somebody emptied or damaged the folder or the server behind the manifest.
        built = build(True)
        store = open_store(built.manifest, index_dir)
    return built, store


def _open_whole(manifest: Manifest, index_dir: Path) -> VectorStore | None:
    """The store of a generation; None where it does not hold what the manifest says."""
    try:
        store = open_store(manifest, index_dir)
    except SetupError:
        return None
    if store.count(collection_name(manifest)) == manifest.count:
        return store
    store.close()
    return None


def _serves(manifest: Manifest, entries: Sequence[Entry], embedder: Embedder, url: str | None) -> bool:
    wanted = (FORMAT, embedder.name, manifest_digest(entries), url)
    return (manifest.format, manifest.embedder, manifest.entries, manifest.url) == wanted


def _known_vectors(
    current: Manifest | None, embedder: Embedder, index_dir: Path, url: str | None
) -> dict[str, np.ndarray]:
    """Vectors that can be used again; none where the old generation cannot be read."""
    if current is None or (current.format, current.embedder, current.url) != (FORMAT, embedder.name, url):
        return {}
    try:
        store = open_store(current, index_dir)
        try:
            return store.known(collection_name(current))
        finally:
            store.close()
    except SetupError:
        return {}


def open_store(manifest: Manifest, index_dir: Path) -> VectorStore:
    """The store that holds a generation."""
    return VectorStore(index_dir / manifest.generation / "chroma", manifest.url)


def collection_name(manifest: Manifest) -> str:
    return COLLECTION.format(generation=manifest.generation)


def _write_generation(
    manifest: Manifest, entries: Sequence[Entry], vectors: np.ndarray, index_dir: Path
) -> None:
    folder = index_dir / manifest.generation
    folder.mkdir(parents=True)
    store = open_store(manifest, index_dir)
    try:
        store.write(collection_name(manifest), entries, vectors)
    finally:
        store.close()
    (folder / "manifest.json").write_text(manifest.model_dump_json(indent=1), encoding="utf-8")
    part = index_dir / f".{CURRENT}-{manifest.generation}"
    part.write_text(manifest.generation + "\n", encoding="utf-8")
    part.replace(index_dir / CURRENT)


def _prune(index_dir: Path, manifest: Manifest, previous: Manifest | None) -> None:
    """Remove generations that nobody reads: all but this one, the one before, and unfinished ones."""
    keep = {manifest.generation, manifest.previous}
    if previous is not None and previous.previous and previous.url:
        store = VectorStore(index_dir / manifest.generation / "chroma", previous.url)
        store.drop(COLLECTION.format(generation=previous.previous))
        store.close()
    for folder in index_dir.glob("g*-*"):
        if folder.name in keep or not _is_finished_or_old(folder):
            continue
        shutil.rmtree(folder, ignore_errors=True)


def _is_finished_or_old(folder: Path) -> bool:
    if (folder / "manifest.json").exists():
        return True
    return time.time() - folder.stat().st_mtime > ABANDONED_AFTER_S
