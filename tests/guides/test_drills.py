"""The exercises that ship, and what a wrong file is told."""

from __future__ import annotations

import ast
import builtins
import shutil
from pathlib import Path

import pytest

from coach.errors import DatasetError, SetupError
from coach.guides.corpus import Corpus, load_corpus
from coach.guides.drills import FILES, load_drill
from coach.guides.exercises import (
    AudienceFile,
    BriefFile,
    CodeFile,
    DevilFile,
    NativeFile,
    WhichFile,
    WishFile,
)
from coach.resources import corpus_dir

FEWEST = {
    "code": 12,
    "tradeoff": 15,
    "which-when": 24,
    "audiences": 8,
    "devil": 4,
    "native": 1,
    "artifact": 8,
}


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return load_corpus(corpus_dir())


def test_every_kind_loads_with_enough_exercises(corpus: Corpus) -> None:
    files = {kind: load_drill(kind, corpus_dir(), corpus) for kind in FILES}
    assert {kind: len(file.exercises) >= FEWEST[kind] for kind, file in files.items()} == dict.fromkeys(
        FILES, True
    )
    devil, native = files["devil"], files["native"]
    assert isinstance(devil, DevilFile) and len(devil.challenges) >= 15
    assert isinstance(native, NativeFile) and len(native.questions) >= 12


def test_snippets_are_python_with_every_name_bound_and_fit_the_screen(corpus: Corpus) -> None:
    file = load_drill("code", corpus_dir(), corpus)
    assert isinstance(file, CodeFile)
    for exercise in file.exercises:
        tree = ast.parse(exercise.code)
        lines = exercise.code.rstrip().split("\n")
        assert 8 <= len(lines) <= 25 and max(map(len, lines)) <= 76, exercise.id
        assert _unbound(tree) == set(), exercise.id


def _unbound(tree: ast.AST) -> set[str]:
    nodes = list(ast.walk(tree))
    used = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    bound = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    bound |= {n.arg for n in nodes if isinstance(n, ast.arg)}
    bound |= {n.name for n in nodes if isinstance(n, ast.FunctionDef | ast.ClassDef)}
    for node in nodes:
        if isinstance(node, ast.Import | ast.ImportFrom):
            bound |= {alias.asname or alias.name for alias in node.names}
    return used - bound - set(dir(builtins))


def test_which_when_covers_the_library_evenly(corpus: Corpus) -> None:
    file = load_drill("which-when", corpus_dir(), corpus)
    assert isinstance(file, WhichFile)
    cases = {name: sum(case.model == name for case in file.exercises) for name in file.models}
    assert min(cases.values()) >= 4


def test_every_nudge_asks_for_something_that_is_looked_for(corpus: Corpus) -> None:
    wishes = load_drill("tradeoff", corpus_dir(), corpus)
    assert isinstance(wishes, WishFile)
    assert set(wishes.nudges) == {sign.id for sign in wishes.signs}


def test_audiences_and_forms_are_whole(corpus: Corpus) -> None:
    audiences, briefs = (load_drill(kind, corpus_dir(), corpus) for kind in ("audiences", "artifact"))
    assert isinstance(audiences, AudienceFile) and isinstance(briefs, BriefFile)
    assert [item.id for item in audiences.audiences] == ["engineers", "compliance", "executives"]
    assert set(briefs.forms) == {brief.form for brief in briefs.exercises}


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("round: communication", "round: conversation", "exercises.0.round"),
        ("criteria: [collaboration_realism,", "criteria: [kindness,", "criterion kindness does not exist"),
        (
            "passages: [communication-and-collaboration#bridge-both-ways,",
            "passages: [no-guide#none,",
            "passage no-guide#none does not exist",
        ),
        ('"#money"', '"#length"', "#length is no figure"),
        ("- id: small-model-route", "- id: fraud-threshold", "exercise fraud-threshold is there 2 times"),
    ],
)
def test_a_wrong_file_is_named_with_its_key(
    tmp_path: Path, corpus: Corpus, old: str, new: str, told: str
) -> None:
    folder = tmp_path / "corpus"
    shutil.copytree(corpus_dir() / "drills", folder / "drills")
    path = folder / "drills" / "audiences.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DatasetError) as caught:
        load_drill("audiences", folder, corpus)
    assert str(path) in str(caught.value) and told in str(caught.value)


def test_a_missing_file_is_a_matter_of_set_up(tmp_path: Path, corpus: Corpus) -> None:
    with pytest.raises(SetupError, match=r"code\.yaml"):
        load_drill("code", tmp_path, corpus)
