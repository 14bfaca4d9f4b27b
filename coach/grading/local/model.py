"""The fitted model: a readable JSON file and the arithmetic that turns features into levels.

Every head is linear over three blocks: word grams and subwords (tf-idf, each block of unit length) and
the mean word vector. Fitting is done in `fit`.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coach.errors import SetupError
from coach.grading.local.aim import Kinds
from coach.grading.local.features import Features, pieces
from coach.grading.local.shown import Shown, build_shown

FILE = Path(__file__).with_name("model.json")
VECTOR_WEIGHT = 0.9
# Where doubt that the answer serves its question begins to count: first no mark stands above a no, then all
# are drawn to the lowest. Lower catches more answers to other questions and wrongs more answers that take
# an unusual way; these were the best of both on the gold, cross-validated.
CAP_START, CAP_WIDTH = 0.2, 0.1
FADE_START, FADE_WIDTH = 0.6, 0.2
A_NO = 2.0
OVERALL, ANY = "overall", "any_criterion"
SCALE = 10_000
Vector = NDArray[np.float64]


@dataclass(frozen=True)
class Block:
    """One block of grams: `index` gives the row of a gram; idf has shape (rows,), weights (rows, heads)."""

    index: dict[str, int]
    idf: Vector
    weights: Vector

    def rows(self, grams: list[str]) -> NDArray[np.intp]:
        return np.array([n for n in map(self.index.get, grams) if n is not None], dtype=np.intp)

    def score(self, grams: list[str]) -> Vector:
        """Contribution to every head, from the block's grams scaled to unit length."""
        return self.score_rows(self.rows(grams))

    def score_rows(self, rows: NDArray[np.intp]) -> Vector:
        if not len(rows):
            return np.zeros(self.weights.shape[1])
        idf = self.idf.take(rows)
        return np.asarray(idf @ self.weights.take(rows, axis=0) / math.sqrt(float(idf @ idf)))


@dataclass(frozen=True)
class Noise:
    """What cross-validation says of a continuous mark: cut points between levels, standard error."""

    cuts: tuple[float, float, float]
    error: float

    def chances(self, value: float) -> list[float]:
        """Chance of each of the levels 1 to 4 when errors are normal."""
        below = [0.0, *(_normal_cdf((cut - value) / self.error) for cut in self.cuts), 1.0]
        return [high - low for low, high in zip(below, below[1:], strict=False)]

    def level(self, value: float) -> int:
        return 1 + sum(value >= cut for cut in self.cuts)


@dataclass(frozen=True)
class Chance:
    """A logistic regression over standardised numbers."""

    mean: Vector
    spread: Vector
    weights: Vector
    bias: float

    def of(self, numbers: list[float]) -> float:
        # What could not be measured says nothing either way.
        away = (np.array(numbers) - self.mean) / self.spread
        away[np.isnan(away)] = 0.0
        value = float(away @ self.weights) + self.bias
        return 1 / (1 + math.exp(-max(min(value, 30.0), -30.0)))


@dataclass(frozen=True)
class Pointing:
    """What makes a sentence one that a criterion is judged by: linear over numbers and its word vector.

    `own` holds each known criterion's weights over the vector, with a bias last; `shared` those of all.
    """

    mean: Vector
    spread: Vector
    weights: Vector
    shared: Vector
    own: dict[str, Vector]

    def score(self, numbers: Vector, vectors: NDArray[np.float32], criterion: str) -> Vector:
        """One value a sentence, from numbers (sentences, NUMBERS) and vectors (sentences, dimensions)."""
        value = (numbers - self.mean) / self.spread @ self.weights + vectors @ self.shared
        own = self.own.get(criterion)
        return np.asarray(value if own is None else value + vectors @ own[:-1] + own[-1])


@dataclass(frozen=True)
class Sounding:
    """What rounds and criteria an answer sounds like, and how much each of `aim`'s layers counts."""

    kinds: Kinds
    words: Block
    vectors: Vector
    bias: Vector
    middle: Vector
    spread: Vector
    rank: Vector

    def of(self, words: list[str], vector: NDArray[np.float32]) -> Vector:
        """One value for each kind, standardised; 0 says nothing either way."""
        return np.asarray(
            (self.bias + self.words.score(words) + vector @ self.vectors - self.middle) / self.spread
        )


@dataclass(frozen=True)
class Carried:
    """How the numbers of `carrying` move a criterion's mark: weights (numbers, heads), 0 for unknown ones."""

    mean: Vector
    spread: Vector
    weights: Vector

    def add(self, numbers: Vector, heads: list[int]) -> Vector:
        """From numbers (criteria, numbers) what to add to the mark of each criterion's head."""
        return np.asarray(((numbers - self.mean) / self.spread * self.weights.T[heads]).sum(axis=1))


@dataclass(frozen=True)
class LocalModel:
    """All fitted numbers. `heads` names the outputs: the criteria, any_criterion and overall."""

    heads: tuple[str, ...]
    grams: Block
    subwords: Block
    vector_weights: Vector
    bias: Vector
    carried: Carried
    sounding: Sounding
    shown: Shown
    relevance: Chance
    relevance_by_sentences: Chance | None
    blend: tuple[float, float, float, float]
    criterion_noise: Noise
    overall_noise: Noise
    pointing: Pointing
    figures: dict[str, Any]
    digest: str

    @cached_property
    def head(self) -> dict[str, int]:
        return {name: n for n, name in enumerate(self.heads)}

    def raw(self, features: Features, vector: NDArray[np.float32]) -> Vector:
        """Continuous marks of all heads, shape (heads,)."""
        return np.asarray(
            self.bias
            + self.grams.score(features.grams)
            + self.score_subwords(features.words)
            + VECTOR_WEIGHT * vector @ self.vector_weights
        )

    def score_subwords(self, words: list[str]) -> Vector:
        """Contribution of the distinct pieces of some words to every head."""
        there = np.zeros(len(self.subwords.idf), dtype=np.bool_)
        if words:
            there[np.concatenate([self._piece_rows(word) for word in words])] = True
        return self.subwords.score_rows(np.flatnonzero(there))

    @cached_property
    def _piece_rows(self) -> Callable[[str], NDArray[np.intp]]:
        # Words repeat from answer to answer; looking their pieces up once is most of the speed.
        return lru_cache(maxsize=50_000)(lambda word: self.subwords.rows(list(pieces(word))))

    def beside_question(self, relevance: list[float]) -> float:
        """Chance that the answer serves another question.

        From the numbers of `relevance` and `aim`, or those of `relevance` and `sentences`.
        """
        sentences = self.relevance_by_sentences
        if sentences is not None and len(relevance) == len(sentences.mean):
            return sentences.of(relevance)
        return self.relevance.of(relevance)

    def overall(self, head: float, criteria: list[float]) -> float:
        """Continuous overall mark from its own head and the criteria's."""
        own, mean, least, bias = self.blend
        return own * head + mean * sum(criteria) / len(criteria) + least * min(criteria) + bias


def fade(marks: Vector, beside: float | Vector) -> Vector:
    """Marks drawn to a no, then to 1, as the chance rises that the answer serves another question."""
    cap = np.clip((beside - CAP_START) / CAP_WIDTH, 0, 1)
    pull = np.clip((beside - FADE_START) / FADE_WIDTH, 0, 1)
    drawn = marks * (1 - pull) + pull
    return np.asarray(drawn - cap * np.maximum(drawn - A_NO, 0))


def load_model(path: Path = FILE) -> LocalModel:
    """Read model.json; SetupError when it is missing or not of this program's format."""
    try:
        text = path.read_text(encoding="utf-8")
        data = json.loads(text)
        return build_model(data, hashlib.sha256(text.encode()).hexdigest()[:12])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SetupError(
            f"The local grader's model {path} cannot be read ({error}). Install again."
        ) from error


def build_model(data: dict[str, Any], digest: str) -> LocalModel:
    """The model that a file's data describes; `digest` names it in every grade."""
    sentences = data.get("relevance_by_sentences")
    return LocalModel(
        heads=tuple(data["heads"]),
        grams=_block(data["grams"]),
        subwords=_block(data["subwords"]),
        vector_weights=np.array(data["vectors"]["weights"]) / SCALE,
        bias=np.array(data["bias"]),
        carried=_carried(data["carrying"]),
        sounding=_sounding(data["sounding"]),
        shown=build_shown(data["shown"]),
        relevance=_chance(data["relevance"]),
        relevance_by_sentences=_chance(sentences) if sentences else None,
        blend=(data["blend"]["head"], data["blend"]["mean"], data["blend"]["least"], data["blend"]["bias"]),
        criterion_noise=Noise(tuple(data["criteria"]["cuts"]), data["criteria"]["error"]),
        overall_noise=Noise(tuple(data["overall"]["cuts"]), data["overall"]["error"]),
        pointing=_pointing(data["pointing"]),
        figures=data["figures"],
        digest=digest,
    )


def _chance(data: dict[str, Any]) -> Chance:
    return Chance(
        mean=np.array(data["mean"]),
        spread=np.array(data["spread"]),
        weights=np.array(data["weights"]),
        bias=float(data["bias"]),
    )


def _pointing(data: dict[str, Any]) -> Pointing:
    return Pointing(
        mean=np.array(data["mean"]),
        spread=np.array(data["spread"]),
        weights=np.array(data["weights"]),
        shared=np.array(data["shared"]) / SCALE,
        own={name: np.array(row) / SCALE for name, row in data["own"].items()},
    )


def _carried(data: dict[str, Any]) -> Carried:
    known = np.array(data["weights"]) / SCALE
    return Carried(np.array(data["mean"]), np.array(data["spread"]), np.pad(known, ((0, 0), (0, 2))))


def _sounding(data: dict[str, Any]) -> Sounding:
    return Sounding(
        kinds=Kinds(tuple(data["rounds"]), tuple(data["criteria"])),
        words=_block(data["words"]),
        vectors=np.array(data["vectors"]) / SCALE,
        bias=np.array(data["bias"]),
        middle=np.array(data["middle"]),
        spread=np.array(data["spread"]),
        rank=np.array(data["rank"]),
    )


def _block(data: dict[str, list[int]]) -> Block:
    """A block as stored: gram -> [idf, weight of each head], in ten-thousandths."""
    table = np.array(list(data.values()), dtype=np.float64) / SCALE
    return Block({gram: n for n, gram in enumerate(data)}, table[:, 0].copy(), table[:, 1:].copy())


def _normal_cdf(value: float) -> float:
    return 0.5 * (1 + math.erf(value / math.sqrt(2)))
