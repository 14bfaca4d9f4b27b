"""Loads exercises from corpus/drills, one file for each kind, and checks them against the corpus.

Knows what an exercise needs; puts no question and reads no answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from coach.errors import DatasetError
from coach.guides.corpus import Corpus, load_yaml
from coach.guides.exercises import (
    AudienceFile,
    BriefFile,
    Challenge,
    CodeFile,
    DevilFile,
    DrillFile,
    DrillKind,
    Exercise,
    NativeFile,
    NativeQuestion,
    WhichFile,
    WishFile,
)

FILES: dict[DrillKind, tuple[str, type[DrillFile]]] = {
    "code": ("code.yaml", CodeFile),
    "tradeoff": ("tradeoff.yaml", WishFile),
    "which-when": ("which_when.yaml", WhichFile),
    "audiences": ("audiences.yaml", AudienceFile),
    "devil": ("devil.yaml", DevilFile),
    "native": ("native.yaml", NativeFile),
    "artifact": ("artifact.yaml", BriefFile),
}


def load_drill(kind: DrillKind, folder: Path, corpus: Corpus) -> DrillFile:
    """The exercises of one kind under corpus/drills.

    Raises SetupError for a missing file, DatasetError with file and key for a wrong one.
    """
    name, model = FILES[kind]
    path = folder / "drills" / name
    file = load_yaml(model, path)
    for wrong in _faults(file, corpus):
        raise DatasetError(f"{path}: {wrong}.")
    return file


def _faults(file: DrillFile, corpus: Corpus) -> Iterator[str]:
    """What does not agree with the rubric or the guides, or is there twice."""
    exercises: tuple[Exercise, ...] = tuple(file.exercises)
    yield from _repeated("exercise", (item.id for item in exercises))
    known = corpus.rubric.by_id()
    own = (file.own,) if isinstance(file, DevilFile) else ()
    for item in (*exercises, *own):
        yield from (f"{item.id}: criterion {i} does not exist" for i in item.criteria if i not in known)
        yield from (
            f"{item.id}: passage {i} does not exist" for i in item.passages if i not in corpus.passages
        )
        yield from _repeated(f"{item.id}, passage", item.passages)
    asked = _pressed(file)
    yield from _repeated("entry", (item.id for item in asked))
    yield from (f"{i.id}: criterion {i.criterion} does not exist" for i in asked if i.criterion not in known)


def _pressed(file: DrillFile) -> tuple[Challenge | NativeQuestion, ...]:
    if isinstance(file, DevilFile):
        return file.challenges
    return file.questions if isinstance(file, NativeFile) else ()


def _repeated(what: str, ids: Iterable[str]) -> Iterator[str]:
    yield from (f"{what} {name} is there {n} times" for name, n in Counter(ids).items() if n > 1)
