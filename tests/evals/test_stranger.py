"""A stranger's data: another rubric, three named levels, six criteria, transcripts of twenty turns."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from coach.evals.assemble import summarise
from coach.evals.bench import Bench, open_bench
from coach.evals.compare import compare_runs
from coach.evals.plan import Job
from coach.evals.report import render_report
from coach.evals.results import ResultRow, make_row, write_results
from coach.evals.run import run_with_model
from coach.guides.corpus import Corpus
from coach.prompts import Prompts
from coach.resources import eval_dir
from tests.evals.conftest import gold_level, scripted

CRITERIA = ("listening", "triage", "empathy", "safety", "handover", "record")
NAMES = ("not yet", "safe", "exemplary")


def rubric() -> str:
    lines = ["name: nurse-handover", "criteria:"]
    for name in CRITERIA:
        lines += [f"  - id: {name}", f"    title: {name.title()}", "    levels:"]
        lines += [f"      {level}: The {name} is {level}." for level in NAMES]
    return "\n".join(lines) + "\n"


def transcript(number: int) -> list[dict[str, str]]:
    roles = ("interviewer", "candidate")
    return [
        {"role": roles[turn % 2], "text": f"Conversation {number}, turn {turn}: the patient said so."}
        for turn in range(20)
    ]


def gold() -> list[dict[str, Any]]:
    return [
        {
            "id": f"call-{n:02d}",
            "question": f"Hand over the patient of case {n % 4}.",
            "answer": transcript(n),
            "overall": NAMES[n % 3],
            "criteria_scores": {name: NAMES[(n + k) % 3] for k, name in enumerate(CRITERIA)},
            "cohort": "spring",
        }
        for n in range(20)
    ]


@pytest.fixture
def bench(tmp_path: Path, corpus: Corpus, prompts: Prompts) -> Bench:
    (tmp_path / "rubric.yaml").write_text(rubric(), encoding="utf-8")
    lines = "".join(json.dumps(row) + "\n" for row in gold())
    (tmp_path / "mine.jsonl").write_text(lines, encoding="utf-8")
    return open_bench(
        "llm",
        folder=eval_dir(),
        corpus=corpus,
        prompts=prompts,
        gold=tmp_path / "mine.jsonl",
        rubric=tmp_path / "rubric.yaml",
        samples=2,
    )


async def grade(bench: Bench) -> list[ResultRow]:
    model = scripted(bench.jobs, lambda job: min(gold_level(job) + (job.sample > 0), 3))
    results = await run_with_model(bench.jobs, model, bench.grader_for)
    assert {request.reply_schema is not None for request in model.history} == {True}
    return [make_row(result, n, "mine.jsonl") for n, result in enumerate(results, start=1)]


async def test_everything_works_on_a_strangers_data(bench: Bench, tmp_path: Path) -> None:
    assert {job.part for job in bench.jobs} == {"main", "samples"}
    assert all(len(job.task.criteria) == 6 and not job.task.passages for job in bench.jobs)
    rows = await grade(bench)
    summary = summarise(bench, rows)
    assert (summary["n"], summary["levels"], summary["gates"]) == (20, list(NAMES), [])
    overall = summary["metrics"]["validity"]["overall"]
    assert overall["exact"]["n"] == 20 and "recall_3" in overall and "recall_4" not in overall
    assert len(summary["confusion"]["mine"]) == 3
    names = {key.split(".")[0] for key in summary["metrics"]["validity"]["criteria"] if "." in key}
    assert names == set(CRITERIA)
    assert summary["metrics"]["repeatability"]["overall"]["all_equal"]["n"] == 20
    assert summary["baselines"].keys() == {"constant", "length", "tfidf"}
    html = render_report(summary, rows, {"mine": {row.id: row for row in bench.gold[0].rows}})
    assert "exemplary" in html and "Conversation" in html
    write_results(tmp_path / "out", rows, summary)
    same = compare_runs(rows, rows, 3)
    assert same["sets"]["mine"]["n"] == 20 and same["changed"] == []


async def test_quotes_point_into_the_turns(bench: Bench) -> None:
    rows = await grade(bench)
    evidence = rows[0].criteria[0].evidence[0]
    assert evidence.found and evidence.turn == 1
    turn = bench.gold[0].rows[0].answer.turns[1].text
    assert turn[evidence.start : evidence.end] == evidence.quote


def test_jobs_know_no_labels(bench: Bench) -> None:
    shown = "".join(job.task.model_dump_json() for job in bench.jobs if isinstance(job, Job))
    assert "cohort" not in shown and '"overall"' not in shown and "criteria_scores" not in shown
