"""Labels of people: blind order, resuming, undo, agreement, and gold made of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from coach.errors import DatasetError
from coach.evals.gold import GoldRow, load_gold
from coach.evals.labelling import LabelBook, Labelled, as_gold, measure_raters, queue_for, write_gold
from coach.guides.corpus import Corpus
from coach.schema.answer import Answer

ROWS = [
    GoldRow(id=f"a{n}", question_id="rag-or-finetune", question="", answer=Answer.of(f"Answer {n}"))
    for n in range(12)
]


def labelled(id: str, rater: str, overall: int) -> Labelled:
    return Labelled(id=id, rater=rater, overall=overall, criteria={"technical_fluency": overall})


def test_order_is_the_raters_own_and_never_changes(tmp_path: Path) -> None:
    book = LabelBook(tmp_path / "labels.jsonl")
    kim, lee = ([row.id for row in queue_for(name, ROWS, book)] for name in ("kim", "lee"))
    assert sorted(kim) == sorted(lee) and kim != lee and kim != [row.id for row in ROWS]
    book.put(labelled(kim[0], "kim", 2))
    again = LabelBook(tmp_path / "labels.jsonl")
    assert [row.id for row in queue_for("kim", ROWS, again)] == kim[1:]
    assert [row.id for row in queue_for("lee", ROWS, again)] == lee


def test_undo_takes_back_only_the_raters_last(tmp_path: Path) -> None:
    book = LabelBook(tmp_path / "labels.jsonl")
    for label in (labelled("a1", "kim", 2), labelled("a2", "kim", 3), labelled("a1", "lee", 4)):
        book.put(label)
    assert book.undo("kim") == "a2"
    assert [(x.id, x.rater) for x in LabelBook(tmp_path / "labels.jsonl")] == [("a1", "kim"), ("a1", "lee")]
    book.put(labelled("a1", "kim", 1))
    assert book.of("kim")["a1"].overall == 1 and len(book) == 2
    assert book.undo("nobody") is None


def test_agreement_of_raters(tmp_path: Path) -> None:
    labels = [labelled(row.id, "kim", 1 + n % 4) for n, row in enumerate(ROWS)]
    labels += [labelled(row.id, "lee", 1 + n % 4) for n, row in enumerate(ROWS[:8])]
    measured = measure_raters(labels, ROWS, 4)
    assert measured["raters"] == {"kim": 12, "lee": 8}
    pair = measured["pairs"]["kim and lee"]
    assert pair["overall_kappa"].value == 1.0 and pair["criteria_exact"].n == 8
    assert measured["overall_alpha"].value == 1.0 and measured["overall_alpha"].n == 8


def test_gold_is_the_lower_median_with_every_label_beside_it(tmp_path: Path, corpus: Corpus) -> None:
    labels = [labelled("a1", rater, mark) for rater, mark in (("kim", 2), ("lee", 3))]
    path = tmp_path / "gold.jsonl"
    write_gold(path, as_gold(ROWS, labels))
    row = load_gold(path, corpus.rubric).rows[0]
    assert (row.id, row.overall, row.criteria_scores) == ("a1", 2, {"technical_fluency": 2})
    assert [label.rater for label in row.labels] == ["kim", "lee"]


def test_a_broken_label_is_named(tmp_path: Path) -> None:
    path = tmp_path / "labels.jsonl"
    path.write_text('{"id": "a1", "rater": "", "overall": 2}\n', encoding="utf-8")
    with pytest.raises(DatasetError, match="labels.jsonl:1"):
        LabelBook(path)
