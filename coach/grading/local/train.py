"""Fits the local grader's model from eval/gold and writes model.json, deterministically.

    python -m coach.grading.local.train [--check]

Cut points, errors and the figures in the file come from cross-validation in which no question stands
on both sides of a split; the weights are then fitted on everything. With --check nothing is written:
the exit code says whether a new fit gives the file that is there.
"""

from __future__ import annotations

import hashlib
import json
import math
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from coach.grading.local.features import Features, extract, pieces
from coach.grading.local.grader import own_words
from coach.grading.local.model import (
    ANY,
    FADE_START,
    FADE_WIDTH,
    FILE,
    OVERALL,
    SCALE,
    SHAPE_CLIP,
    SHAPE_WEIGHT,
    VECTOR_WEIGHT,
)
from coach.grading.local.relevance import Relevance
from coach.grading.local.vectors import WordVectors
from coach.guides.corpus import Corpus, load_corpus
from coach.resources import corpus_dir, eval_dir

FOLDS = 8
PENALTY_OVERALL, PENALTY_CRITERIA = 1.0, 2.0
SPECIFIC = 0.5
MIN_ANSWERS = {"grams": 3, "subwords": 4}
OFF_TOPIC_KIND = "off_topic"
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Row:
    """One labelled answer as the fit sees it; `source` is the gold file's name."""

    id: str
    source: str
    question_id: str
    question: str
    answer: str
    overall: int
    criteria: dict[str, int]
    off_topic: bool


@dataclass(frozen=True)
class Measured:
    """Rows with their features; shape is (rows, numbers), vectors (rows, dimensions)."""

    rows: list[Row]
    features: list[Features]
    shape: Floats
    vectors: Floats
    relevance: Floats

    def take(self, chosen: NDArray[np.intp]) -> Measured:
        return Measured(
            [self.rows[n] for n in chosen],
            [self.features[n] for n in chosen],
            self.shape[chosen],
            self.vectors[chosen],
            self.relevance[chosen],
        )

    @cached_property
    def overall(self) -> Floats:
        return np.array([row.overall for row in self.rows], dtype=float)


def read_rows(paths: Sequence[Path]) -> list[Row]:
    """Labelled answers of gold files, in the files' order."""
    rows = []
    for path in paths:
        for line in path.read_text(encoding="utf-8").splitlines():
            data = json.loads(line)
            rows.append(
                Row(
                    id=data["id"],
                    source=path.stem,
                    question_id=data["question_id"],
                    question=data["question"],
                    answer=data["answer"],
                    overall=data["overall"],
                    criteria=data["criteria_scores"],
                    off_topic=data["kind"] == OFF_TOPIC_KIND,
                )
            )
    return rows


def measure(rows: list[Row], corpus: Corpus, vectors: WordVectors) -> Measured:
    relevance = Relevance(
        vectors,
        [question.text for question in corpus.questions.values()],
        [passage.text for passage in corpus.passages.values()],
    )
    texts = [own_words(row.answer) for row in rows]
    features = [extract(text) for text in texts]
    return Measured(
        rows,
        features,
        np.array([item.shape for item in features]),
        np.array([vectors.mean(item.words) for item in features], dtype=float),
        np.array([relevance.measure(row.question, text) for row, text in zip(rows, texts, strict=True)]),
    )


class Fit:
    """Weights fitted on some rows; `predict` gives the continuous marks of any others."""

    def __init__(self, data: Measured, criteria: Sequence[str]) -> None:
        from sklearn.linear_model import LogisticRegression, Ridge

        self.criteria = list(criteria)
        self.vocabulary = {
            "grams": _vocabulary([item.grams for item in data.features], MIN_ANSWERS["grams"]),
            "subwords": _vocabulary(_subwords(data.features), MIN_ANSWERS["subwords"]),
        }
        self.shape_mean = data.shape.mean(axis=0)
        self.shape_spread = np.maximum(data.shape.std(axis=0), 1e-6)
        on_topic = data.take(np.flatnonzero([not row.off_topic for row in data.rows]))
        table = self._table(on_topic)
        overall = Ridge(PENALTY_OVERALL).fit(table, on_topic.overall)
        stacked, marks = self._stack(table, on_topic.rows)
        parts = Ridge(PENALTY_CRITERIA, solver="sparse_cg", tol=1e-6).fit(stacked, marks)
        self.weights, self.bias = self._heads(table.shape[1], parts, overall)
        self.relevance_mean = data.relevance.mean(axis=0)
        self.relevance_spread = np.maximum(data.relevance.std(axis=0), 1e-6)
        scaled = (data.relevance - self.relevance_mean) / self.relevance_spread
        beside = LogisticRegression(C=1.0).fit(scaled, [row.off_topic for row in data.rows])
        self.relevance_weights, self.relevance_bias = beside.coef_[0], float(beside.intercept_[0])

    @property
    def heads(self) -> list[str]:
        return [*self.criteria, ANY, OVERALL]

    def predict(self, data: Measured) -> tuple[Floats, Floats]:
        """Marks of shape (rows, heads), and the chance of each row to serve another question."""
        marks = np.asarray(self._table(data) @ self.weights + self.bias)
        scaled = (data.relevance - self.relevance_mean) / self.relevance_spread
        return marks, 1 / (1 + np.exp(-(scaled @ self.relevance_weights + self.relevance_bias)))

    def _table(self, data: Measured) -> Any:
        shape = np.clip((data.shape - self.shape_mean) / self.shape_spread, -SHAPE_CLIP, SHAPE_CLIP)
        return sparse.hstack(
            [
                _tf_idf([item.grams for item in data.features], self.vocabulary["grams"]),
                _tf_idf(_subwords(data.features), self.vocabulary["subwords"]),
                sparse.csr_matrix(SHAPE_WEIGHT * shape),
                sparse.csr_matrix(VECTOR_WEIGHT * data.vectors),
            ]
        ).tocsr()

    def _stack(self, table: Any, rows: list[Row]) -> tuple[Any, Floats]:
        """One row for each (answer, criterion): shared weights, then each criterion's own, weaker ones."""
        pairs = [(n, name, mark) for n, row in enumerate(rows) for name, mark in row.criteria.items()]
        shared = table[[n for n, _, _ in pairs]]
        which = np.array([self.criteria.index(name) for _, name, _ in pairs])
        own = [sparse.diags((which == n) * SPECIFIC) @ shared for n in range(len(self.criteria))]
        ones = sparse.csr_matrix(
            (np.ones(len(which)), (np.arange(len(which)), which)), shape=(len(which), len(self.criteria))
        )
        return sparse.hstack([shared, *own, ones]).tocsr(), np.array([mark for _, _, mark in pairs], float)

    def _heads(self, width: int, parts: Any, overall: Any) -> tuple[Floats, Floats]:
        count = len(self.criteria)
        shared = parts.coef_[:width]
        own = parts.coef_[width : width * (count + 1)].reshape(count, width) * SPECIFIC
        levels = parts.coef_[width * (count + 1) :]
        weights = np.vstack([shared + own, shared, overall.coef_]).T
        bias = np.concatenate(
            [parts.intercept_ + levels, [parts.intercept_ + levels.mean()], [overall.intercept_]]
        )
        return weights, bias


def fade(marks: Floats, beside: Floats) -> Floats:
    """Draw marks towards 1 as the chance rises that the answer serves another question."""
    pull = np.clip((beside - FADE_START) / FADE_WIDTH, 0, 1)
    return np.asarray(marks * (1 - pull) + pull)


def fit_folds(data: Measured, criteria: Sequence[str]) -> Iterator[tuple[frozenset[str], Fit]]:
    """(questions left out, the fit without them), fold by fold; every question is left out once."""
    questions = sorted({row.question_id for row in data.rows})
    np.random.default_rng(0).shuffle(questions)
    for fold in range(FOLDS):
        held = frozenset(questions[fold::FOLDS])
        kept = np.flatnonzero([row.question_id not in held for row in data.rows])
        yield held, Fit(data.take(kept), criteria)


def cross_validate(
    data: Measured, criteria: Sequence[str], folds: Iterable[tuple[frozenset[str], Fit]] | None = None
) -> tuple[Floats, Floats]:
    """Marks (rows, heads) and chances by fits that never saw the row's question."""
    marks = np.zeros((len(data.rows), len(criteria) + 2))
    beside = np.zeros(len(data.rows))
    for held, fit in folds or fit_folds(data, criteria):
        out = np.flatnonzero([row.question_id in held for row in data.rows])
        marks[out], beside[out] = fit.predict(data.take(out))
    return marks, beside


def train(paths: Sequence[Path], corpus: Corpus) -> dict[str, Any]:
    """The whole model file as data."""
    rows = read_rows(paths)
    criteria = [criterion.id for criterion in corpus.rubric.criteria]
    data = measure(rows, corpus, WordVectors())
    marks, beside = cross_validate(data, criteria)
    digest = hashlib.sha256("".join(path.read_text(encoding="utf-8") for path in paths).encode())
    return {
        "about": "The local grader's weights, in ten-thousandths. Written by coach.grading.local.train.",
        "data": {"sha256": digest.hexdigest(), "files": [path.name for path in paths], "answers": len(rows)},
        **describe(Fit(data, criteria), rows, marks, beside),
    }


def describe(fit: Fit, rows: Sequence[Row], marks: Floats, beside: Floats) -> dict[str, Any]:
    """A fit as the model file holds it; cut points and errors are those of the rows' out-of-fold marks."""
    criteria = fit.criteria
    faded = fade(marks, beside[:, None])
    of_criteria = [[float(faded[n, criteria.index(c)]) for c in row.criteria] for n, row in enumerate(rows)]
    flat = np.array([value for values in of_criteria for value in values])
    gold = np.array([mark for row in rows for mark in row.criteria.values()], float)
    wanted = np.array([row.overall for row in rows], dtype=float)
    blend, overall = _blend(faded[:, -1], of_criteria, wanted)
    return {
        "heads": fit.heads,
        "bias": _rounded(fit.bias),
        "blend": blend,
        "criteria": _noise(flat, gold),
        "overall": _noise(overall, wanted),
        "relevance": {
            "mean": _rounded(fit.relevance_mean),
            "spread": _rounded(fit.relevance_spread),
            "weights": _rounded(fit.relevance_weights),
            "bias": round(fit.relevance_bias, 5),
        },
        "figures": _figures(list(rows), flat, gold, overall),
        **_weights(fit),
    }


def _weights(fit: Fit) -> dict[str, Any]:
    """The four blocks of weights, cut out of the one table in the order in which `Fit._table` joins them."""
    grams, subwords = fit.vocabulary["grams"], fit.vocabulary["subwords"]
    ends = np.cumsum([len(grams), len(subwords), len(fit.shape_mean)])
    first, second, third, fourth = np.split(fit.weights, ends)
    return {
        "shape": {
            "mean": _rounded(fit.shape_mean),
            "spread": _rounded(fit.shape_spread),
            "weights": _scaled(third),
        },
        "vectors": {"weights": _scaled(fourth)},
        "grams": _gram_table(grams, first),
        "subwords": _gram_table(subwords, second),
    }


def _gram_table(vocabulary: dict[str, float], weights: Floats) -> dict[str, list[int]]:
    scaled = _scaled(weights)
    return {
        gram: [round(idf * SCALE), *row] for (gram, idf), row in zip(vocabulary.items(), scaled, strict=True)
    }


def _vocabulary(answers: list[list[str]], least: int) -> dict[str, float]:
    """Grams found in at least `least` answers, sorted, with their smoothed inverse document frequency."""
    counts: dict[str, int] = {}
    for grams in answers:
        for gram in grams:
            counts[gram] = counts.get(gram, 0) + 1
    total = len(answers)
    return {g: math.log((1 + total) / (1 + n)) + 1 for g, n in sorted(counts.items()) if n >= least}


def _subwords(features: list[Features]) -> list[list[str]]:
    """The distinct pieces of each answer's words."""
    return [list(dict.fromkeys(piece for word in item.words for piece in pieces(word))) for item in features]


def _tf_idf(answers: list[list[str]], vocabulary: dict[str, float]) -> Any:
    index = {gram: n for n, gram in enumerate(vocabulary)}
    idf = np.array(list(vocabulary.values()))
    data, columns, ends = [], [], [0]
    for grams in answers:
        known = [index[gram] for gram in grams if gram in index]
        values = idf[known]
        data.append(values / max(float(np.sqrt(values @ values)), 1e-9))
        columns.append(known)
        ends.append(ends[-1] + len(known))
    flat = np.concatenate([np.array(c, dtype=np.intp) for c in columns])
    return sparse.csr_matrix((np.concatenate(data), flat, ends), shape=(len(answers), len(vocabulary)))


def _blend(head: Floats, criteria: list[list[float]], gold: Floats) -> tuple[dict[str, float], Floats]:
    """Least squares of the gold marks on the overall head, the criteria's mean and the least of them."""
    table = np.column_stack(
        [head, [np.mean(c) for c in criteria], [min(c) for c in criteria], np.ones(len(gold))]
    )
    found = np.linalg.lstsq(table, gold, rcond=None)[0]
    names = ("head", "mean", "least", "bias")
    return {name: round(float(value), 5) for name, value in zip(names, found, strict=True)}, table @ found


def _noise(values: Floats, gold: Floats) -> dict[str, Any]:
    """Cut points that give the gold's shares of the levels; standard error around the gold's own scale.

    A fit on few answers is drawn to the middle; the cut points undo that. The error is that of the
    value around its regression on the gold mark.
    """
    shares = [float((gold <= level).mean()) for level in (1, 2, 3)]
    cuts = [float(np.quantile(values, share)) for share in shares]
    slope, base = np.polyfit(gold, values, 1)
    error = float(np.std(values - (slope * gold + base)))
    return {"cuts": [round(cut, 5) for cut in cuts], "error": round(error, 5)}


def _figures(rows: list[Row], flat: Floats, gold: Floats, overall: Floats) -> dict[str, Any]:
    """Cross-validated agreement for each gold file: n, quadratic weighted kappa, exact share."""
    marks = np.array([row.overall for row in rows])
    owners = np.array([row.source for row in rows for _ in row.criteria])
    found = {}
    for source in dict.fromkeys(row.source for row in rows):
        mine = np.array([row.source == source for row in rows])
        found[source] = {
            "answers": int(mine.sum()),
            "overall": _agreement(marks[mine], _cut(overall, marks)[mine]),
            "criteria": _agreement(gold[owners == source], _cut(flat, gold)[owners == source]),
        }
    return found


def _cut(values: Floats, gold: Floats) -> NDArray[np.intp]:
    cuts = _noise(values, np.asarray(gold, float))["cuts"]
    return 1 + np.searchsorted(cuts, values, side="right")


def _agreement(gold: Any, given: Any) -> dict[str, float]:
    from sklearn.metrics import cohen_kappa_score

    kappa = cohen_kappa_score(gold, given, labels=[1, 2, 3, 4], weights="quadratic")
    return {
        "quadratic_weighted_kappa": round(float(kappa), 3),
        "exact": round(float(np.mean(gold == given)), 3),
        "within_one": round(float(np.mean(np.abs(gold - given) <= 1)), 3),
    }


def _rounded(values: Any) -> list[float]:
    return [round(float(value), 5) for value in values]


def _scaled(weights: Floats) -> list[list[int]]:
    return [[round(float(value) * SCALE) for value in row] for row in weights]


def render(model: dict[str, Any]) -> str:
    """The file's text: one line for each gram, so that a change reads well."""
    blocks = ("grams", "subwords")
    head = json.dumps({k: v for k, v in model.items() if k not in blocks}, ensure_ascii=False, indent=1)
    parts = [head[: head.rindex("}")].rstrip()]
    for name in blocks:
        lines = ",\n".join(
            f"{json.dumps(gram, ensure_ascii=False)}:{json.dumps(row, separators=(',', ':'))}"
            for gram, row in model[name].items()
        )
        parts.append(f'"{name}":{{\n{lines}\n}}')
    return ",\n".join(parts) + "\n}\n"


def gold_files(folder: Path) -> list[Path]:
    return [folder / "dev.jsonl", folder / "hard-dev.jsonl", *sorted(folder.glob("train-*.jsonl"))]


def main(arguments: Sequence[str]) -> int:
    text = render(train(gold_files(eval_dir() / "gold"), load_corpus(corpus_dir())))
    if "--check" in arguments:
        same = FILE.exists() and FILE.read_text(encoding="utf-8") == text
        print("model.json is what eval/gold gives." if same else "model.json differs: run `make model`.")
        return 0 if same else 1
    FILE.write_text(text, encoding="utf-8")
    print(json.dumps(json.loads(text)["figures"], indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
