"""What criteria sound like is loaded for every sign of the rubric, and a wrong file is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from coach.errors import DatasetError
from coach.guides.contents import load_contents
from coach.guides.corpus import load_corpus
from coach.resources import corpus_dir

CORPUS = load_corpus(corpus_dir())


def test_every_sign_of_every_criterion_has_phrases() -> None:
    found = load_contents(corpus_dir(), CORPUS)
    for name, criterion in CORPUS.rubric.by_id().items():
        assert set(found[name]) == {sign.id for sign in criterion.signs.good}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("criteria: {nonsense: {a: [b]}}", "criterion nonsense does not exist"),
        ("criteria: {ownership: {nonsense: [b]}}", "ownership: sign nonsense does not exist"),
        ("criteria: {ownership: {decision-stated: ['a | ']}}", "criteria.ownership.decision-stated.0"),
    ],
)
def test_a_wrong_file_is_named_with_its_key(tmp_path: Path, text: str, fault: str) -> None:
    (tmp_path / "drills").mkdir()
    (tmp_path / "drills" / "criteria.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(DatasetError, match=rf"criteria\.yaml: {fault}"):
        load_contents(tmp_path, CORPUS)
