"""The noise comes from what was measured, and says on what."""

from __future__ import annotations

import json
from math import isclose, sqrt
from pathlib import Path
from typing import Any

import pytest

from coach.errors import DatasetError
from coach.progress.noise import UNMEASURED, load_noise, spread
from coach.resources import eval_dir
from tests.progress.made import QUIET, marks_of


def summary(**metrics: Any) -> dict[str, Any]:
    return {"grader": {"model": "m", "prompt": "p"}, "metrics": metrics}


def block(exact: float, near: float, bias: float = 0.0, prefix: str = "") -> dict[str, Any]:
    named = {"exact": exact, "within_one": near, "bias": bias}
    return {f"{prefix}{name}": {"value": value, "n": 160} for name, value in named.items()}


def keep(folder: Path, grader: str, content: dict[str, Any]) -> None:
    (folder / grader).mkdir()
    (folder / grader / "summary.json").write_text(json.dumps(content))


def test_the_local_graders_noise_is_its_error_against_labels(tmp_path: Path) -> None:
    criteria = block(0.6, 1.0) | block(0.4, 0.9, 0.2, "ownership.")
    keep(tmp_path, "local", summary(validity={"overall": block(0.64, 1.0), "criteria": criteria}))
    noise = load_noise(tmp_path, "local")
    assert isclose(noise.of(None), 0.6)
    assert isclose(noise.of("unknown"), sqrt(0.4))
    assert isclose(noise.of("ownership"), sqrt(0.5 + 4 * 0.1 - 0.04))
    assert noise.words("m", "p") == (
        "Noise: a mark of this grader is off by about 0.60 (cross-validated on the labels of 160 answers)."
    )


def test_a_models_noise_is_how_often_it_changes_its_mind(tmp_path: Path) -> None:
    rates = {
        part: {"pair_flip_rate": {"value": rate, "n": 80}}
        for part, rate in (("overall", 0.08), ("criteria", 0.18))
    }
    keep(tmp_path, "llm", summary(repeatability=rates))
    noise = load_noise(tmp_path, "llm")
    assert (round(noise.of(None), 9), round(noise.of("ownership"), 9)) == (0.2, 0.3)
    assert "80 answers graded three times)" in noise.words("m", "p")
    assert "three times, with an earlier version of m)" in noise.words("m", "p2")
    assert "three times, with m)" in noise.words("gpt", "p")


def test_where_nothing_was_measured_it_says_so(tmp_path: Path) -> None:
    assert load_noise(tmp_path, "llm") is UNMEASURED
    nothing = {part: {"pair_flip_rate": {"value": None, "n": 0}} for part in ("overall", "criteria")}
    keep(tmp_path, "llm", summary(repeatability=nothing))
    assert load_noise(tmp_path, "llm") is UNMEASURED
    assert "not measured" in UNMEASURED.words("m", "p")


@pytest.mark.parametrize("content", ["{", "[]", '{"metrics": {}}', "null"])
def test_a_broken_summary_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "local").mkdir()
    (tmp_path / "local" / "summary.json").write_text(content)
    with pytest.raises(DatasetError, match=r"local.summary\.json"):
        load_noise(tmp_path, "local")


def test_the_shipped_baselines_give_a_noise_for_both_graders() -> None:
    local, llm = (load_noise(eval_dir() / "baselines", kind) for kind in ("local", "llm"))
    assert 0.3 < local.overall < 1.0
    assert len(local.by_criterion) == 13
    assert 0.0 < llm.overall < local.overall


def test_two_marks_lie_apart_by_more_than_one_deviation() -> None:
    local, llm = (load_noise(eval_dir() / "baselines", kind) for kind in ("local", "llm"))
    assert 1 <= local.between() < 2, "a move by one level is noise of the local grader, by two it is not"
    assert llm.between() < 1, "a model's marks repeat well enough for a move by one to count"


def test_a_grades_own_range_widens_the_noise_and_never_narrows_it() -> None:
    (sure,) = marks_of([3])
    (unsure,) = marks_of([3], width=2)
    assert spread(sure, QUIET) == 0.1
    assert spread(unsure, QUIET) == 1.0
