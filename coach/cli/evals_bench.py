"""Wiring for `coach eval`: where gold, suites and recordings are, for a checkout and for an installation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from coach.evals.bench import Bench, open_bench
from coach.evals.exchange import Ask
from coach.evals.suite import Part
from coach.guides.corpus import load_corpus
from coach.prompts import Prompts
from coach.resources import corpus_dir, data_root, eval_dir, prompts_dir
from coach.settings import read_settings


class GraderName(StrEnum):
    """Who is measured: the embedded one, a live model, or the recordings of one."""

    local = "local"
    llm = "llm"
    replay = "replay"


@dataclass(frozen=True)
class Place:
    """Where recordings are read from and written to. The user's own never go into the repository."""

    read: tuple[Path, ...]
    write: Path


class Kept(Protocol):
    """A suite of any kind: `keep` is the folder of its recordings inside the usual one."""

    @property
    def keep(self) -> str: ...


@dataclass(frozen=True)
class Sheet:
    """What a suite asks a model: the items, how each is asked, and what an item comes to (`noun`)."""

    items: Sequence[Any]
    ask: Ask[Any]
    model: str
    place: Place
    noun: str


def bench_of(
    suite: str, gold: Path | None = None, rubric: Path | None = None, samples: int | None = None
) -> Bench:
    return open_bench(
        suite,
        folder=eval_dir(),
        corpus=load_corpus(corpus_dir()),
        prompts=Prompts(prompts_dir()),
        gold=gold,
        rubric=rubric,
        samples=samples,
    )


def place_of(suite: Kept, gold: Path | None, folder: Path | None = None) -> Place:
    """Where recordings are: a folder that the user names, or the usual places.

    In a checkout the recordings of committed gold are part of the repository. Everything else goes to
    the user's data folder, and is read from there as well as from what was shipped.
    """
    if folder is not None:
        return Place((folder,), folder)
    committed = eval_dir() / "recordings" / suite.keep
    if gold is None and (data_root() / "pyproject.toml").exists():
        return Place((committed,), committed)
    own = read_settings().data_dir / "recordings" / suite.keep
    return Place((committed, own), own)


def baselines_dir() -> Path:
    """Where accepted results are: in the repository of a checkout, else in the user's data folder."""
    if (data_root() / "pyproject.toml").exists():
        return eval_dir() / "baselines"
    return read_settings().data_dir / "baselines"


def parts_of(parts: Iterable[Part], wanted: Part | None, grader: str) -> list[Part]:
    """The parts to work on: the one asked for, the plain baseline's, or all."""
    if grader == "plain":
        return ["plain"]
    return [part for part in parts if wanted in (None, part)]
