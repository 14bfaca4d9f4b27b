"""Knowledge in YAML, the user's own and the product's: a wrong file is named, whatever is wrong in it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from coach.evals.suite import load_suite, suite_kind
from coach.guides.corpus import Corpus, load_corpus, load_guide, load_rubric
from coach.guides.drills import FILES, load_drill
from coach.guides.incidents import load_incident, load_moves
from coach.guides.loops import load_loops
from coach.guides.stories import load_audit_guide, load_cv_guide, load_story_guide
from coach.plan.template import load_template
from coach.resources import corpus_dir, eval_dir
from coach.stories.files import read_audit, read_stories
from coach.stories.principles import read_principles
from tests.fuzz.effort import broken_bytes, broken_value, handled, text, tries, values

Loader = Callable[[Path], object]


@dataclass(frozen=True)
class Kind:
    """One kind of file: where it lies in the corpus, what it holds, and what reads it there."""

    name: str
    load: Loader
    whole: Any


def kinds(corpus: Corpus) -> list[Kind]:
    loaders: dict[str, Loader] = {
        "rubric.yaml": lambda folder: load_rubric(folder / "rubric.yaml"),
        "questions.yaml": load_corpus,
        "levels.yaml": load_corpus,
        "asked.yaml": load_corpus,
        "synonyms.yaml": load_corpus,
        "loops.yaml": lambda folder: load_loops(folder, corpus),
        "plans.yaml": load_template,
        "stories.yaml": lambda folder: load_story_guide(folder, corpus),
        "principles.yaml": lambda folder: load_story_guide(folder, corpus),
        "audit.yaml": lambda folder: load_audit_guide(folder, corpus),
        "cv.yaml": lambda folder: load_cv_guide(folder, corpus),
        "incident_moves.yaml": load_moves,
        "incidents/falling-clicks.yaml": lambda folder: load_incident(
            folder, "falling-clicks", load_moves(folder)
        ),
    }
    for kind, (name, _) in FILES.items():
        loaders[f"drills/{name}"] = partial(lambda folder, of: load_drill(of, folder, corpus), of=kind)
    fast: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return [
        Kind(name, load, yaml.load((corpus_dir() / name).read_text(encoding="utf-8"), Loader=fast))
        for name, load in loaders.items()
    ]


KINDS = kinds(load_corpus(corpus_dir()))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("corpus") / "corpus"
    shutil.copytree(corpus_dir(), copy)
    return copy


@tries(6)
@given(st.data())
def test_a_changed_file_of_the_corpus(folder: Path, data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(KINDS))
    path = folder / kind.name
    kept = path.read_bytes()
    path.write_text(yaml.safe_dump(data.draw(broken_value(kind.whole)), sort_keys=False), encoding="utf-8")
    try:
        with handled():
            kind.load(folder)
    finally:
        path.write_bytes(kept)


@tries(4)
@given(st.data())
def test_a_harmed_file_of_the_corpus(folder: Path, data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from([kind for kind in KINDS if len(str(kind.whole)) < 30_000]))
    path = folder / kind.name
    kept = path.read_bytes()
    path.write_bytes(data.draw(broken_bytes(kept)))
    try:
        with handled(Path(kind.name).name):
            kind.load(folder)
    finally:
        path.write_bytes(kept)


RUBRIC = {
    "name": "mine",
    "criteria": [
        {
            "id": "a",
            "title": "A",
            "bad": ["b"],
            "good": ["g"],
            "signs": {"good": ["x"], "bad": [], "fatal": []},
        },
        {"id": "b", "title": "B", "levels": {"no": "bad", "some": "so", "yes": "good"}, "passages": ["p"]},
    ],
}


@tries(60)
@given(broken_value(RUBRIC) | values)
def test_a_strangers_rubric(folder: Path, rubric: Any) -> None:
    path = folder / "mine.yaml"
    path.write_text(yaml.safe_dump(rubric), encoding="utf-8")
    with handled("mine.yaml"):
        assert load_rubric(path).criteria


@tries(40)
@given(broken_bytes(yaml.safe_dump(RUBRIC).encode()) | text.map(str.encode))
def test_a_harmed_rubric(folder: Path, data: bytes) -> None:
    path = folder / "harmed.yaml"
    path.write_bytes(data)
    with handled("harmed.yaml"):
        assert load_rubric(path).criteria


SUITE = yaml.safe_load((eval_dir() / "suites" / "local.yaml").read_text(encoding="utf-8"))


@tries(30)
@given(broken_value(SUITE) | values)
def test_a_changed_suite(folder: Path, suite: Any) -> None:
    path = folder / "suite.yaml"
    path.write_text(yaml.safe_dump(suite), encoding="utf-8")
    with handled():
        suite_kind(path)
        load_suite(str(path), folder)


@tries(30)
@given(broken_bytes((corpus_dir() / "guides" / "role-and-market.md").read_bytes()[:1500]))
def test_a_harmed_guide_of_the_corpus(folder: Path, data: bytes) -> None:
    path = folder / "guide.md"
    path.write_bytes(data)
    with handled("guide.md"):
        load_guide(path)


STORIES = """# The outage
tags: incident, payments
criteria: ownership

## Situation

We lost 3% of payments.

## Result

It fell to 0.1%.
"""
AS_YAML = [
    {
        "title": "The outage",
        "tags": ["incident"],
        "criteria": ["ownership"],
        "situation": "We lost.",
        "result": "So.",
    }
]


@tries(60)
@given(broken_bytes(STORIES.encode()).map(lambda data: data.decode(errors="replace")) | text)
def test_stories_and_audits_as_markdown(given_text: str) -> None:
    with handled("bank.md"):
        read_stories(given_text, "bank.md", ["ownership"])
    with handled("bank.md"):
        read_audit(given_text, "bank.md")


@tries(60)
@given(broken_value(AS_YAML) | values)
def test_stories_and_audits_as_yaml(given_value: Any) -> None:
    dumped = yaml.safe_dump(given_value)
    with handled("bank.yaml"):
        read_stories(dumped, "bank.yaml", ["ownership"])
    with handled("bank.yaml"):
        read_audit(dumped, "bank.yaml")


@tries(40)
@given(
    st.sampled_from(["p.yaml", "p.md", "p.txt", "p.html"]),
    broken_bytes(b"- name: Dive deep\n  text: Leaders look\n- Bias for action\n")
    | values.map(yaml.safe_dump).map(str.encode),
)
def test_principles(folder: Path, name: str, data: bytes) -> None:
    path = folder / name
    path.write_bytes(data)
    with handled(name):
        assert read_principles(path)
