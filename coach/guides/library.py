"""The user's own documents: read, split, searched for exemplars, and kept in the data folder.

Files are named by the hash of their content, never by what the user called them. A document counts
as added once its JSON file is there, which is written last and in one step.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Sequence
from pathlib import Path

from coach.errors import GuideError
from coach.guides.attach import Attacher
from coach.guides.exemplars import find_pairs
from coach.guides.read import SUFFIXES, read_bytes, read_document
from coach.guides.split import slug, split_document
from coach.schema.base import Frozen
from coach.schema.passage import ExemplarPair, Guide

FORMAT = 1
_MOST_FILES = 1000


class AddedGuide(Frozen):
    """What is kept of one document. `name` is the file's name when it was added."""

    format: int
    digest: str
    name: str
    guide: Guide
    pairs: tuple[ExemplarPair, ...]


class Outcome(Frozen):
    """What became of one file; field names are those of `coach guides add --json`."""

    path: str
    status: str
    error: str | None
    passages: int
    pairs: tuple[ExemplarPair, ...]


def list_files(paths: Iterable[Path]) -> list[Path]:
    """The files named, and the readable ones inside folders, in a fixed order."""
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.suffix.lower() in SUFFIXES and p.is_file())
            files += [p for p in inside if not _is_hidden(p.relative_to(path))]
        else:
            files.append(path)
    if len(files) > _MOST_FILES:
        raise GuideError(f"{len(files)} files are more than {_MOST_FILES} at once. Name fewer.")
    return files


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def add_document(path: Path, folder: Path, attacher: Attacher, taken: Iterable[str]) -> Outcome:
    """Read one file and keep it; a file that cannot be used is an outcome with its error.

    `taken` are the guide ids already in use.
    """
    try:
        data = read_bytes(path)
        digest = hashlib.sha256(data).hexdigest()
        kept = _load(folder / f"{digest[:32]}.json")
        if kept is not None:
            return _outcome(path, "unchanged", kept)
        added = _read(path, data, digest, attacher, set(taken))
        _keep(added, data, path.suffix.lower(), folder)
    except GuideError as error:
        return Outcome(path=str(path), status="failed", error=str(error), passages=0, pairs=())
    return _outcome(path, "added", added)


def _outcome(path: Path, status: str, added: AddedGuide) -> Outcome:
    return Outcome(
        path=str(path), status=status, error=None, passages=len(added.guide.passages), pairs=added.pairs
    )


def _read(path: Path, data: bytes, digest: str, attacher: Attacher, taken: set[str]) -> AddedGuide:
    document = read_document(path, data)
    title = document.title or path.stem
    name = slug(title)
    guide_id = name if name not in taken else f"{name}-{digest[:6]}"
    return AddedGuide(
        format=FORMAT,
        digest=digest,
        name=path.name,
        guide=split_document(document, guide_id, title),
        pairs=tuple(attacher.attach(find_pairs(document))),
    )


def _keep(added: AddedGuide, data: bytes, suffix: str, folder: Path) -> None:
    stem = added.digest[:32]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write(folder / f"{stem}{suffix}", data)
        _write(folder / f"{stem}.json", added.model_dump_json(indent=1).encode())
    except OSError as error:
        raise GuideError(
            f"{added.name}: it cannot be kept in {folder}: {error.strerror or error}. "
            "Free some space there or set COACH_HOME to a folder that can be written."
        ) from error


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all."""
    part = path.with_name(f".{secrets.token_hex(6)}.part")
    try:
        part.write_bytes(data)
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise


def _load(path: Path) -> AddedGuide | None:
    """None where the file is missing or cannot be used, so that the document is read again."""
    try:
        kept = AddedGuide.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return None
    return kept if kept.format == FORMAT else None


def load_added(folder: Path) -> list[AddedGuide]:
    """The documents kept in this folder, by title; unreadable files are left out."""
    kept = [added for path in sorted(folder.glob("*.json")) if (added := _load(path)) is not None]
    return sorted(kept, key=lambda added: (added.guide.title.lower(), added.digest))


def user_guides(folder: Path) -> Sequence[Guide]:
    """The guides to search beside the corpus."""
    return [added.guide for added in load_added(folder)]
