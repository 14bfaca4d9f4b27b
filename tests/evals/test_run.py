"""A run from jobs to summary: the contract's shape, ungraded rows, missing recordings, gates."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from coach.errors import DatasetError, RecordingError, Refused, UsageError
from coach.evals.assemble import summarise
from coach.evals.bench import Bench
from coach.evals.gates import check_gates
from coach.evals.plan import Job, bound, select
from coach.evals.results import ResultRow, make_row, read_results, read_summary, write_results
from coach.evals.run import run_with_model
from coach.evals.suite import Gate
from coach.llm.recordings import Recordings
from coach.llm.replay import ReplayModel
from coach.schema.row import RowOut
from tests.evals.conftest import gold_level, scripted


async def graded(bench: Bench, jobs: list[Job] | None = None, wrong: str = "") -> list[ResultRow]:
    """Rows of a run in which every mark is gold's, but for the answer `wrong`, one level too high."""

    def level(job: Job) -> int:
        return gold_level(job) + (job.id == wrong)

    chosen = bench.jobs if jobs is None else jobs
    results = await run_with_model(chosen, scripted(bench.jobs, level), bench.grader_for)
    return [make_row(result, number, "dev.jsonl") for number, result in enumerate(results, start=1)]


async def test_summary_has_the_contracts_shape(bench: Bench, tmp_path: Path) -> None:
    rows = await graded(bench, wrong="failed-launch-2")
    write_results(tmp_path / "out", rows, summarise(bench, rows))
    summary = read_summary(tmp_path / "out")
    assert list(summary)[:5] == ["suite", "grader", "n", "metrics", "gates"]
    assert (summary["suite"], summary["n"], summary["grader"]["kind"]) == ("small", 8, "llm")
    assert list(summary["metrics"]) == ["validity", "repeatability", "grounding"]
    for block in summary["metrics"].values():
        assert list(block) == ["overall", "criteria", "by_kind"]
        for figures in block.values():
            for figure in figures.values():
                assert list(figure) == ["value", "lo", "hi", "n"]
    assert summary["metrics"]["validity"]["overall"]["exact"]["value"] == 7 / 8
    assert summary["metrics"]["validity"]["overall"]["bias"]["value"] == 1 / 8
    assert summary["metrics"]["repeatability"]["overall"]["all_equal"] == {
        "value": 1.0,
        "lo": None,
        "hi": None,
        "n": 1,
    }
    assert summary["baselines"]["plain"]["dev"]["exact"]["value"] == 5 / 8
    assert summary["slices"]["dev:held-out"]["overall"]["exact"]["value"] == 1.0
    assert summary["slices"]["dev:tuning"]["overall"]["exact"]["value"] == 0.75
    assert [gate["passed"] for gate in summary["gates"]] == [False, True]
    assert list(summary["gates"][0]) == ["name", "value", "bar", "passed"]
    assert "NaN" not in (tmp_path / "out" / "summary.json").read_text(encoding="utf-8")


async def test_rows_are_row_out_with_gold_kind_and_sample(bench: Bench, tmp_path: Path) -> None:
    rows = await graded(bench)
    write_results(tmp_path, rows, {})
    assert read_results(tmp_path) == rows
    line = json.loads((tmp_path / "results.jsonl").read_text(encoding="utf-8").splitlines()[0])
    contract = list(RowOut.model_fields)
    assert list(line)[: len(contract)] == contract
    assert line["gold"]["overall"] == 1 and line["kind"] == "plain" and line["sample"] == 0
    assert line["criteria"][0]["evidence"][0]["found"] is True


async def test_refused_replies_are_counted_and_never_scored(bench: Bench) -> None:
    jobs = [job for job in bench.jobs if job.part == "main"]
    model = scripted(jobs, gold_level)
    model.enqueue(Refused("no"), Refused("no"))
    results = await run_with_model(jobs, model, bench.grader_for, concurrency=1)
    rows = [make_row(result, 1, "dev.jsonl") for result in results]
    summary = summarise(bench, rows)
    overall = summary["metrics"]["validity"]["overall"]
    assert overall["exact"]["value"] == 1.0 and overall["exact"]["n"] == 6
    assert overall["exact_counting_ungraded"]["value"] == 0.75
    assert summary["metrics"]["grounding"]["overall"]["ungraded_rate"]["value"] == 0.25
    assert summary["distribution"]["dev"]["given"]["ungraded"] == 2


async def test_missing_recordings_are_all_listed_with_the_reason(bench: Bench) -> None:
    model = ReplayModel(Recordings(), "m")
    with pytest.raises(RecordingError) as error:
        await run_with_model(bench.jobs, model, bench.grader_for)
    assert error.value.exit_code == 4
    assert str(error.value).startswith("17 recordings are missing or stale (17 not recorded)")
    assert "coach eval record" in str(error.value)


def test_only_takes_ids_kinds_and_questions(bench: Bench) -> None:
    assert {job.id for job in select(bench.jobs, "failed-launch-2")} == {"failed-launch-2"}
    assert all(job.row and job.row.kind == "padded" for job in select(bench.jobs, "kind:padded"))
    assert {job.task.question.id for job in select(bench.jobs, "question:failed-launch")} == {"failed-launch"}
    for wrong in ("nothing", "colour:red"):
        with pytest.raises(UsageError):
            select(bench.jobs, wrong)


def test_a_suite_may_bound_a_part_to_some_answers(bench: Bench) -> None:
    some = bench.suite.model_copy(update={"only": {"plain": ("failed-launch-2",)}})
    kept = bound(bench.jobs, some)
    assert [job.id for job in kept if job.part == "plain"] == ["failed-launch-2"]
    assert len([job for job in kept if job.part == "main"]) == 8
    with pytest.raises(DatasetError, match="unknown ids: nobody"):
        bound(bench.jobs, bench.suite.model_copy(update={"only": {"main": ("nobody",)}}))


def test_a_gate_on_a_missing_figure_falls() -> None:
    figures = {"a": {"b": {"value": 0.5}, "none": {"value": None}}}
    gates = [
        Gate(metric="a/b", at_least=0.5),
        Gate(metric="a/b", at_most=0.4),
        Gate(metric="a/b", within=0.5),
        Gate(metric="a/b", above="a/gone"),
        Gate(metric="a/none", at_least=0),
        Gate(metric="x/y", at_most=9),
    ]
    assert [gate.passed for gate in check_gates(gates, figures)] == [True, False, True, False, False, False]


@pytest.mark.parametrize("bars", [{}, {"at_least": 1, "at_most": 2}])
def test_a_gate_needs_exactly_one_bar(bars: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="exactly one"):
        Gate.model_validate({"metric": "a", **bars})
