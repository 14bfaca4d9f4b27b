"""Local graders for measuring: each is fitted without the questions that it will be asked about.

The shipped model has seen every gold answer, so it says nothing about itself on them. Fits take
seconds and need scikit-learn; nothing here is used when the program grades.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from coach.grading.local.fit import cross_validate, fit_folds
from coach.grading.local.grader import LocalGrader
from coach.grading.local.labelled import kinds_of, measure, read_rows, with_copies
from coach.grading.local.model import FILE, LocalModel, build_model, load_model
from coach.grading.local.modelfile import describe, render
from coach.grading.local.vectors import WordVectors
from coach.guides.corpus import Corpus


class FoldGraders:
    """Graders by the question that they must not have seen."""

    def __init__(self, corpus: Corpus, models: dict[str, LocalModel]) -> None:
        self._corpus = corpus
        self._models = models
        self._vectors = WordVectors()
        self._shipped = load_model()
        self._graders: dict[tuple[str, frozenset[str]], LocalGrader] = {}

    def without(self, question: str, hidden: frozenset[str] = frozenset()) -> LocalGrader:
        """The grader whose fit left this question out; passages can be hidden from it as well, by id.

        A question that no gold answer belongs to was never in any fit: the shipped model serves.
        """
        model = self._models.get(question, self._shipped)
        key = (model.digest, hidden)
        if key not in self._graders:
            self._graders[key] = LocalGrader(model, self._vectors, _hide(self._corpus, hidden))
        return self._graders[key]


def open_fold_graders(corpus: Corpus, paths: Sequence[Path]) -> FoldGraders:
    """Fit one model for each fold of the questions of these gold files."""
    return FoldGraders(corpus, fold_models(corpus, paths))


def fold_models(corpus: Corpus, paths: Sequence[Path]) -> dict[str, LocalModel]:
    """Question id -> the model of the fold that leaves it out.

    Cut points and errors come from the out-of-fold marks of the other folds' questions.
    """
    rows = read_rows(paths)
    kinds = kinds_of(corpus)
    data = measure(with_copies(rows), corpus, WordVectors())
    # Which sentence is quoted and what is advised moves no mark: the shipped weights serve every fold.
    shipped = json.loads(FILE.read_text(encoding="utf-8"))
    kept = {name: shipped[name] for name in ("pointing", "shown")}
    folds = list(fit_folds(data, kinds))
    marks, beside = (values[data.originals] for values in cross_validate(data, kinds, folds))
    models: dict[str, LocalModel] = {}
    for questions, fit in folds:
        others = np.array([row.question_id not in questions for row in rows])
        seen = [row for row, use in zip(rows, others, strict=True) if use]
        described = {**describe(fit, seen, marks[others], beside[others]), **kept}
        model = build_model(described, _digest(described))
        models |= dict.fromkeys(questions, model)
    return models


def _hide(corpus: Corpus, hidden: frozenset[str]) -> Corpus:
    if not hidden:
        return corpus
    guides = tuple(
        guide.model_copy(update={"passages": tuple(p for p in guide.passages if p.id not in hidden)})
        for guide in corpus.guides
    )
    return replace(corpus, guides=guides)


def _digest(described: dict[str, Any]) -> str:
    return hashlib.sha256(render(described).encode()).hexdigest()[:12]
