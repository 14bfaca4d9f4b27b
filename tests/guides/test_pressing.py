"""corpus/pressing.yaml: what it holds, and what is refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from coach.errors import DatasetError, SetupError
from coach.guides.corpus import Corpus
from coach.guides.pressing import load_pressing
from coach.resources import corpus_dir
from coach.schema.pressing import SLOT


def test_every_criterion_has_words_and_questions(corpus: Corpus) -> None:
    pressing = load_pressing(corpus_dir(), corpus)
    assert set(pressing.criteria) == {item.id for item in corpus.rubric.criteria}
    for criterion in pressing.criteria:
        assert len(pressing.asked_of(criterion)) >= 2
        assert sum(criterion in doubt.asks for doubt in pressing.doubts) >= 5
    texts = [text for doubt in pressing.doubts for asks in doubt.asks.values() for text in asks]
    assert all(len(text.split()) <= 24 and SLOT not in text for text in texts)


@pytest.mark.parametrize(
    ("place", "wrong", "said"),
    [
        (("leads",), ["You said so."], 'holds "{quote}" once'),
        (("doubts", 0, "finds"), "(", "no regular expression"),
        (("doubts", 0, "asks", "ownership"), ["Who. Why? How?"], "only question mark"),
        (("doubts", 0, "asks", "charm"), ["Why?"], "there is no criterion charm"),
        (("silences", 0, "leads"), ["Go on"], "a sentence without a quote"),
    ],
)
def test_a_wrong_file_is_named(
    corpus: Corpus, tmp_path: Path, place: tuple[str | int, ...], wrong: object, said: str
) -> None:
    data = yaml.safe_load((corpus_dir() / "pressing.yaml").read_text(encoding="utf-8"))
    inner = data
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = wrong
    (tmp_path / "pressing.yaml").write_text(yaml.safe_dump(data), encoding="utf-8")
    with pytest.raises(DatasetError, match="pressing.yaml") as caught:
        load_pressing(tmp_path, corpus)
    assert said in str(caught.value)


def test_a_missing_file_is_a_matter_of_set_up(corpus: Corpus, tmp_path: Path) -> None:
    with pytest.raises(SetupError):
        load_pressing(tmp_path, corpus)
