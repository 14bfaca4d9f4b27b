"""How far a grader's marks lie apart by chance, from what was measured of it. Measures nothing itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import sqrt
from pathlib import Path
from typing import Any

from coach.errors import DatasetError, SetupError
from coach.store.marks import Mark

_TWO_SIDED = 1.645  # deviations that hold 90% of a normal distribution


@dataclass(frozen=True)
class Noise:
    """Standard deviations of one mark, in marks, and which version of a grader they were measured on.

    `number` counts the answers; `kind` is `local`, `llm`, or "" where nothing was measured.
    """

    overall: float
    criteria: float
    by_criterion: Mapping[str, float] = field(default_factory=dict)
    model: str = ""
    prompt: str = ""
    number: int = 0
    kind: str = ""

    def of(self, criterion: str | None) -> float:
        """The deviation of the overall mark (None), or of one criterion's level."""
        if criterion is None:
            return self.overall
        return self.by_criterion.get(criterion, self.criteria)

    def between(self) -> float:
        """How far two marks for one question may lie apart by chance, nine times in ten.

        That is on the safe side: what the grader gets wrong about the question itself it gets wrong
        both times.
        """
        return _TWO_SIDED * sqrt(2) * self.overall

    def words(self, model: str, prompt: str) -> str:
        """Where the figures come from, in a sentence; it says so when another version was measured."""
        if model != self.model:
            other = f", with {self.model}"
        else:
            # The local grader is always measured on fits that had not seen the answer.
            same = self.kind == "local" or prompt == self.prompt
            other = "" if same else f", with an earlier version of {self.model}"
        if self.kind == "local":
            return (
                f"Noise: a mark of this grader is off by about {self.overall:.2f}"
                f" (cross-validated on the labels of {self.number} answers{other})."
            )
        if self.kind == "llm":
            return (
                f"Noise: asked again, this kind of grader moves a mark by about {self.overall:.2f}"
                f" ({self.number} answers graded three times{other})."
            )
        return "Noise: not measured for this grader; a mark is taken to be off by one every other time."


# Where nothing was measured: as far as a mark that is wrong by one every other time.
UNMEASURED = Noise(overall=sqrt(0.5), criteria=sqrt(0.5))


def load_noise(baselines: Path, grader: str) -> Noise:
    """The noise of a kind of grader (`local` or `llm`) from the summary that `coach eval` accepted.

    The local grader gives an answer the same mark each time, so its noise is its error against labelled
    answers; a model's is how often it gives the same answer another mark. `UNMEASURED` where there is
    no summary; DatasetError for one that cannot be read.
    """
    path = baselines / grader / "summary.json"
    try:
        summary = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return UNMEASURED
    except OSError as error:
        raise SetupError(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise DatasetError(f"{path} is not JSON.") from error
    try:
        return _of_labels(summary) if grader == "local" else _of_repeats(summary)
    except (KeyError, TypeError, IndexError) as error:
        raise DatasetError(f"{path} lacks {error}, which the noise of the grader is read from.") from error


def _of_labels(summary: dict[str, Any]) -> Noise:
    validity = summary["metrics"]["validity"]
    criteria = validity["criteria"]
    names = [name.removesuffix(".exact") for name in criteria if name.endswith(".exact")]
    return Noise(
        overall=_error(validity["overall"], ""),
        criteria=_error(criteria, ""),
        by_criterion={name: _error(criteria, f"{name}.") for name in names},
        model=summary["grader"]["model"],
        prompt=summary["grader"]["prompt"],
        number=validity["overall"]["exact"]["n"],
        kind="local",
    )


def _error(block: dict[str, Any], prefix: str) -> float:
    """Deviation of the error about its mean; an error beyond one mark counts as two."""
    exact, near = block[f"{prefix}exact"]["value"], block[f"{prefix}within_one"]["value"]
    square = (near - exact) + 4 * (1 - near)
    return sqrt(max(square - block[f"{prefix}bias"]["value"] ** 2, 0.0))


def _of_repeats(summary: dict[str, Any]) -> Noise:
    """Two gradings of one answer differ in a share f of cases, nearly always by one: the variance is f/2."""
    repeats = summary["metrics"]["repeatability"]
    flips = {part: repeats[part]["pair_flip_rate"] for part in ("overall", "criteria")}
    if flips["overall"]["value"] is None or flips["criteria"]["value"] is None:
        return UNMEASURED
    return Noise(
        overall=sqrt(flips["overall"]["value"] / 2),
        criteria=sqrt(flips["criteria"]["value"] / 2),
        model=summary["grader"]["model"],
        prompt=summary["grader"]["prompt"],
        number=flips["overall"]["n"],
        kind="llm",
    )


def spread(mark: Mark, noise: Noise) -> float:
    """Deviation of one overall mark: what was measured, or half the grade's own range where that is wider."""
    return max(noise.overall, (mark.high - mark.low) / 2)
