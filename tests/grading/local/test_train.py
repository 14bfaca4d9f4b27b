from __future__ import annotations

import json

from coach.grading.local.fit import Fit
from coach.grading.local.labelled import (
    gold_files,
    kinds_of,
    measure,
    read_rows,
    recording_files,
    with_copies,
)
from coach.grading.local.model import FILE, load_model
from coach.grading.local.modelfile import digest_of, render
from coach.grading.local.vectors import WordVectors
from coach.guides.corpus import load_corpus
from coach.resources import corpus_dir, eval_dir


def test_shipped_model_was_fitted_on_the_gold_that_is_here() -> None:
    paths = [*gold_files(eval_dir() / "gold"), *recording_files(eval_dir() / "recordings")]
    data = json.loads(FILE.read_text(encoding="utf-8"))["data"]
    assert data["sha256"] == digest_of(paths)
    assert data["files"] == [path.name for path in paths]


def test_a_fit_on_a_sample_is_deterministic_and_the_model_computes_what_was_fitted() -> None:
    corpus = load_corpus(corpus_dir())
    rows = read_rows(gold_files(eval_dir() / "gold")[:1])
    both = measure(with_copies(rows), corpus, WordVectors())
    data = both.take(both.originals)
    assert data.rows == rows
    kinds = kinds_of(corpus)
    first, second = Fit(data, kinds), Fit(data, kinds)
    assert (first.weights == second.weights).all()
    marks, chances = first.predict(data)
    assert marks.shape == (len(rows), len(kinds.criteria) + 2)
    assert ((chances >= 0) & (chances <= 1)).all()
    gap = [abs(mark - row.overall) for mark, row in zip(marks[:, -1], rows, strict=True) if not row.off_topic]
    assert sum(gap) / len(gap) < 0.75


def test_file_reads_back_as_it_was_written() -> None:
    data = json.loads(FILE.read_text(encoding="utf-8"))
    assert render(data) == FILE.read_text(encoding="utf-8")
    model = load_model()
    assert set(model.heads) >= {"overall", "any_criterion", "technical_fluency"}
    assert all(0 < figures["overall"]["exact"] < 1 for figures in model.figures.values())


def test_its_first_quote_is_what_a_language_model_quotes_far_more_often_than_by_chance() -> None:
    figures = json.loads(FILE.read_text(encoding="utf-8"))["pointing"]["figures"]
    assert figures["n"] > 1000
    assert figures["first_choice"] > 2 * figures["chance"]
