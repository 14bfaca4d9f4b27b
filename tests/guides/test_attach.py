from __future__ import annotations

from pathlib import Path

from coach.guides.attach import open_attacher
from coach.guides.check import read_exemplars
from coach.guides.corpus import Corpus
from coach.resources import eval_dir
from coach.schema.passage import ExemplarPair


def test_shipped_pairs_go_to_their_criteria(corpus: Corpus, tmp_path: Path) -> None:
    attacher = open_attacher(corpus, tmp_path)
    rows = read_exemplars(eval_dir() / "exemplars.jsonl")
    pairs = attacher.attach(ExemplarPair(bad=row.bad, good=row.good) for row in rows)
    right = sum(pair.criterion == row.criterion for pair, row in zip(pairs, rows, strict=True))
    assert right >= 0.75 * len(rows)


def test_pairs_about_something_else_get_no_criterion(corpus: Corpus, tmp_path: Path) -> None:
    attacher = open_attacher(corpus, tmp_path)
    pairs = [
        ExemplarPair(bad="Water the tomatoes at noon.", good="Water tomatoes early, and at the roots."),
        ExemplarPair(bad="Fry onions on high heat.", good="Sweat the onions slowly with a pinch of salt."),
        ExemplarPair(bad="—", good="…"),
    ]
    assert [pair.criterion for pair in attacher.attach(pairs)] == [None, None, None]
