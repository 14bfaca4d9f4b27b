"""Suites: YAML files that declare gold, grader, samples, stress, gates and baseline. Runs nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from coach.errors import SetupError, UsageError
from coach.guides.corpus import load_yaml, read_yaml
from coach.schema.base import Frozen

Part = Literal["main", "samples", "stress", "plain"]
GRADER = "grader"


class Repeats(Frozen):
    """Which gold answers are graded more than once, and how often in all."""

    samples: int = Field(default=1, ge=1, le=9)
    ids: tuple[str, ...] = ()


class Gate(Frozen):
    """A bar on one figure; exactly one of the others says what passes.

    `metric`, `above` and `below` are paths with slashes into the figures of a run, such as
    validity/overall/exact or baselines/plain/dev/exact; `within` bounds the absolute value.
    """

    metric: str
    at_least: float | None = None
    at_most: float | None = None
    within: float | None = None
    above: str | None = None
    below: str | None = None

    @model_validator(mode="after")
    def _has_one_bar(self) -> Gate:
        bars = (self.at_least, self.at_most, self.within, self.above, self.below)
        if sum(bar is not None for bar in bars) != 1:
            raise ValueError("a gate needs exactly one of at_least, at_most, within, above, below")
        return self


class Suite(Frozen):
    """`gold` names sets of eval/gold; the first is the one that the headline figures are from.

    `only` bounds a part to some answers or cases by id; a part that it does not name is graded whole.
    `vote` samples make one grade, and `per_criterion` asks for each criterion alone: the ways of asking
    that are no default. `keep` is the folder of its recordings inside the usual one.
    """

    name: str
    grader: Literal["local", "llm"]
    model: str = ""
    gold: tuple[str, ...] = Field(min_length=1)
    repeats: Repeats = Repeats()
    stress: bool = False
    plain: bool = False
    only: dict[Part, tuple[str, ...]] = {}
    tuning_questions: tuple[str, ...] = ()
    gates: tuple[Gate, ...] = ()
    vote: int = Field(default=1, ge=1, le=9)
    per_criterion: bool = False
    keep: str = Field(default="", pattern=r"^[a-z0-9-]*$")
    notes: str = ""


def find_suite(name: str, folder: Path) -> Path:
    """The file of a suite, by name (a file of `folder`) or by path; SetupError where there is none."""
    path = Path(name) if name.endswith((".yaml", ".yml")) else folder / f"{name}.yaml"
    if not path.exists():
        known = ", ".join(sorted(item.stem for item in folder.glob("*.yaml")))
        raise SetupError(f"There is no suite {name!r}. Known suites: {known or 'none'}.")
    return path


def suite_kind(path: Path) -> str:
    """What a suite measures: `grader`, or what its file names as its kind."""
    data = read_yaml(path)
    return str(data.get("kind", GRADER)) if isinstance(data, dict) else GRADER


def load_suite(name: str, folder: Path) -> Suite:
    """A suite that measures a grader; SetupError where there is none, UsageError for one of another kind."""
    path = find_suite(name, folder)
    kind = suite_kind(path)
    if kind != GRADER:
        raise UsageError(
            f"Suite {path.stem} measures the {kind} and no grader: this works with `coach eval run`, "
            "`record`, `export` and `import` alone."
        )
    return load_yaml(Suite, path)
