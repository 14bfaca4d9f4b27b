"""Rows for a level: what a grader is told of it, and how far marks move between two levels."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from coach.errors import DatasetError
from coach.evals.assemble import summarise
from coach.evals.bench import Bench, open_bench
from coach.evals.gold import load_gold
from coach.evals.levels import find_pairs, measure_levels
from coach.evals.plan import Job
from coach.evals.results import ResultRow, make_row
from coach.evals.run import run_with_model
from coach.evals.table import show_summary
from coach.evals.tasks import make_task
from coach.guides.corpus import Corpus
from coach.interview.worked import load_labelled
from coach.llm.fake import ScriptedModel
from coach.prompts import Prompts
from coach.resources import eval_dir
from coach.schema.chat import ChatRequest
from tests.evals.conftest import QUESTIONS, report_for

ANSWERS = {"one": "rag-or-finetune", "two": "rag-or-finetune", "three": "failed-launch"}
# Marks at pm and at principal.
LABELS = {"one": (4, 3), "two": (3, 3), "three": (3, 1)}


def level_rows() -> list[dict[str, Any]]:
    return [
        {
            "id": f"{name}-{level}",
            "level": level,
            "question_id": question,
            "criteria": list(QUESTIONS[question]),
            "kind": "plain",
            "answer": f"This is my answer with the name {name}, and it says little more than that.",
            "overall": mark,
            "criteria_scores": dict.fromkeys(QUESTIONS[question], mark),
        }
        for name, question in ANSWERS.items()
        for level, mark in zip(("pm", "principal"), LABELS[name], strict=True)
    ]


@pytest.fixture
def bench(folder: Path, corpus: Corpus, prompts: Prompts) -> Bench:
    lines = "".join(json.dumps(row) + "\n" for row in level_rows())
    (folder / "gold" / "levels.jsonl").write_text(lines, encoding="utf-8")
    suite = (
        "name: levels\ngrader: llm\nmodel: m\ngold: [levels]\nkeep: levels\n"
        "gates:\n  - {metric: seniority/labels/overall/shift, at_most: -0.5}\n"
        "  - {metric: seniority/given/overall/shift, at_most: -0.5}\n"
    )
    (folder / "suites" / "levels.yaml").write_text(suite, encoding="utf-8")
    return open_bench("levels", folder=folder, corpus=corpus, prompts=prompts)


def strict(jobs: list[Job]) -> ScriptedModel:
    """A grader that gives 3 to every answer, and 2 where the request tells of a principal."""

    def answer(request: ChatRequest) -> str:
        asked = request.messages[-1].content
        job = next(j for j in jobs if j.task.answer.said() in asked and j.task.level_note in asked)
        return json.dumps(report_for(job, 2 if job.id.endswith("principal") else 3))

    return ScriptedModel(name="m", answer=answer)


async def graded(bench: Bench) -> list[ResultRow]:
    results = await run_with_model(bench.jobs, strict(bench.jobs), bench.grader_for)
    return [make_row(result, number, "levels.jsonl") for number, result in enumerate(results, start=1)]


def test_a_row_brings_its_levels_notes_and_no_other(bench: Bench, corpus: Corpus) -> None:
    tasks = {job.id: job.task for job in bench.jobs}
    for level in ("pm", "principal"):
        note = tasks[f"three-{level}"].level_note
        names = [name for name in ("any", *QUESTIONS["failed-launch"]) if name in corpus.levels[level]]
        assert note.count("\n") == len(names) - 1
        assert all(" ".join(corpus.levels[level][name].split()) in note for name in names)
    assert "any" in corpus.levels["pm"]
    custom = corpus.criteria_of(["ownership"])[0].model_copy(update={"id": "clarity"})
    assert corpus.level_note("pm", [custom]) == ""
    row = bench.rows["three-pm"]
    for level in ("senior", ""):
        assert make_task(row.model_copy(update={"level": level}), corpus, bench.rubric).level_note == ""
    with pytest.raises(DatasetError, match="Level 'intern' is not in the corpus"):
        make_task(row.model_copy(update={"level": "intern"}), corpus, bench.rubric)


async def test_shifts_of_labels_and_grader_are_measured_in_pairs(bench: Bench) -> None:
    rows = await graded(bench)
    assert [(less.id, more.id) for less, more in find_pairs(rows)] == [
        (f"{name}-pm", f"{name}-principal") for name in ANSWERS
    ]
    summary = summarise(bench, rows)
    labels, given = summary["seniority"]["labels"], summary["seniority"]["given"]
    assert labels["overall"]["shift"]["value"] == pytest.approx(-1.0)
    assert (labels["overall"]["shift"]["n"], labels["overall"]["stayed"]["value"]) == (3, 0.333333)
    assert labels["criteria"]["shift"]["n"] == 6
    assert labels["criteria"]["star_evidence.shift"]["value"] == -2.0
    assert labels["criteria"]["tradeoff_articulation.shift"]["value"] == -0.5
    assert given["overall"]["shift"]["value"] == -1.0 and given["overall"]["fell"]["value"] == 1.0
    assert [gate["passed"] for gate in summary["gates"]] == [True, True]
    assert show_summary(summary)


async def test_an_ungraded_side_leaves_the_pair_out_of_the_graders_shift(bench: Bench) -> None:
    rows = await graded(bench)
    rows[0] = rows[0].model_copy(update={"overall": None, "status": "ungraded"})
    block = measure_levels(rows)
    assert block["labels"]["overall"]["shift"].n == 3 and block["given"]["overall"]["shift"].n == 2


def test_rows_without_levels_have_no_such_block() -> None:
    assert measure_levels([]) == {}


def test_marks_for_a_level_are_no_worked_answers(folder: Path, bench: Bench) -> None:
    assert all(not row.level for row in load_labelled(folder / "gold"))
    assert {row.id for row in load_labelled(folder / "gold")}.isdisjoint(bench.rows)


def test_the_committed_answers_are_golds_own_at_two_levels(corpus: Corpus) -> None:
    rows = load_gold(eval_dir() / "gold" / "levels.jsonl", corpus.rubric).rows
    own = {
        row.id: row
        for name in ("dev", "hard-dev")
        for row in load_gold(eval_dir() / "gold" / f"{name}.jsonl", corpus.rubric).rows
    }
    assert len(rows) == 48 and len({row.question_id for row in rows}) == 12
    for row in rows:
        senior = own[row.id.removesuffix(f"-{row.level}")]
        assert row.level in ("pm", "principal") and row.answer == senior.answer
        assert row.criteria == senior.criteria and set(row.criteria_scores) == set(row.criteria)
        assert senior.overall in (2, 3, 4) and row.labels
