"""Comparing runs, accepting a baseline, tidying recordings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from coach.errors import DatasetError, SetupError, UsageError
from coach.evals.accepted import accept_run, find_run, read_history
from coach.evals.assemble import summarise
from coach.evals.bench import Bench
from coach.evals.compare import compare_runs
from coach.evals.results import GoldMarks, ResultRow, make_row, read_results, write_results
from coach.evals.run import run_with_model
from coach.evals.tidy import check_recordings
from coach.llm.recordings import Recording, Recordings
from coach.llm.replay import RecordingModel
from coach.schema.chat import ChatReply, ChatRequest, Message
from tests.evals.conftest import gold_level, scripted


async def run_rows(bench: Bench, *wrong: str) -> list[ResultRow]:
    model = scripted(bench.jobs, lambda job: max(gold_level(job) - (job.id in wrong), 1))
    results = await run_with_model(bench.jobs, model, bench.grader_for)
    return [make_row(result, number, "dev.jsonl") for number, result in enumerate(results, start=1)]


async def test_regressions_are_found_paired_and_quoted(bench: Bench) -> None:
    before = await run_rows(bench)
    after = await run_rows(bench, "failed-launch-4", "rag-or-finetune-3")
    compared = compare_runs(before, after, 4)
    exact = compared["sets"]["dev"]["overall"]["exact"]
    assert (exact["before"], exact["after"]) == (1.0, 0.75)
    assert exact["difference"]["value"] == -0.25 and 0 < exact["p"] <= 1
    assert {item["id"] for item in compared["changed"]} == {"failed-launch-4", "rag-or-finetune-3"}
    worst = compared["worst"][0]
    assert worst["worse_by"] == 1 and worst["reasons"]["star_evidence"]["after"]["score"] == 3
    backwards = compare_runs(after, before, 4)
    assert backwards["worst"] == [] and len(backwards["changed"]) == 2


async def test_ungraded_rows_are_counted_and_other_gold_is_refused(bench: Bench) -> None:
    before = await run_rows(bench)
    after = [row.model_copy(update={"overall": None, "status": "ungraded"}) for row in before[:1]] + before[
        1:
    ]
    compared = compare_runs(before, after, 4)
    assert (compared["n"], compared["only_before"], compared["only_after"]) == (7, 1, 0)
    other = [row.model_copy(update={"gold": GoldMarks(overall=4)}) for row in before]
    with pytest.raises(DatasetError, match="gold labels"):
        compare_runs(before, other, 4)
    with pytest.raises(DatasetError, match="no answer in common"):
        compare_runs(before, [], 4)


async def test_accept_keeps_the_result_and_its_history(bench: Bench, tmp_path: Path) -> None:
    rows = await run_rows(bench)
    write_results(tmp_path / "run", rows, summarise(bench, rows))
    baselines = tmp_path / "baselines"
    with pytest.raises(UsageError):
        accept_run(tmp_path / "run", baselines, why=" ", date="2026-01-01")
    accept_run(tmp_path / "run", baselines, why="first", date="2026-01-01")
    folder = accept_run(tmp_path / "run", baselines, why="second", date="2026-01-02")
    assert [entry["why"] for entry in read_history(folder)] == ["first", "second"]
    assert read_history(folder)[0]["figures"]["exact"] == 1.0
    assert {row.part for row in read_results(folder)} == {"main"}
    assert find_run("small", baselines) == folder
    with pytest.raises(SetupError):
        find_run("other", baselines)


async def test_unused_and_missing_recordings_are_told_apart(bench: Bench) -> None:
    recordings = Recordings(Path("unused.jsonl"))
    model = RecordingModel(scripted(bench.jobs, gold_level), recordings)
    jobs = [job for job in bench.jobs if job.part == "main"]
    await run_with_model(jobs, model, bench.grader_for)
    stale = ChatRequest(messages=(Message(role="user", content="old"),), purpose="grade")
    recordings.add(Recording.of(stale, "m", ChatReply(content=json.dumps({}))))
    recordings._used.clear()  # as if just loaded from a file
    found = await check_recordings([bench], recordings, "m")
    assert [item.key for item in found.unused] == [stale.key("m")]
    assert len(found.missing) == len(bench.jobs) - len(jobs)
