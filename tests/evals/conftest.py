"""A small eval folder with two questions, and a model that answers in the report format."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from coach.evals.bench import Bench, open_bench
from coach.evals.plan import Job
from coach.guides.corpus import Corpus, load_corpus
from coach.llm.fake import ScriptedModel
from coach.prompts import Prompts
from coach.resources import corpus_dir, prompts_dir
from coach.schema.chat import ChatRequest

QUESTIONS = {
    "rag-or-finetune": ("technical_fluency", "tradeoff_articulation"),
    "failed-launch": ("star_evidence", "ownership"),
}


@pytest.fixture(scope="session")
def corpus() -> Corpus:
    return load_corpus(corpus_dir())


@pytest.fixture(scope="session")
def prompts() -> Prompts:
    return Prompts(prompts_dir())


def gold_rows() -> list[dict[str, Any]]:
    """Eight answers, one for each level of both questions; the answer says which."""
    rows = []
    for question, criteria in QUESTIONS.items():
        for level in (1, 2, 3, 4):
            rows.append(
                {
                    "id": f"{question}-{level}",
                    "question_id": question,
                    "criteria": list(criteria),
                    "kind": "plain" if level % 2 else "padded",
                    "answer": f"My answer about {question} deserves some thought, see number {level}.",
                    "overall": level,
                    "criteria_scores": dict.fromkeys(criteria, level),
                }
            )
    return rows


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An eval folder with a suite `small` over the eight answers."""
    root = tmp_path / "eval"
    (root / "gold").mkdir(parents=True)
    (root / "suites").mkdir()
    lines = "".join(json.dumps(row) + "\n" for row in gold_rows())
    (root / "gold" / "dev.jsonl").write_text(lines, encoding="utf-8")
    suite = (
        "name: small\ngrader: llm\nmodel: m\ngold: [dev]\nplain: true\n"
        "tuning_questions: [failed-launch]\n"
        "repeats: {samples: 2, ids: [rag-or-finetune-3]}\n"
        "gates:\n  - {metric: validity/overall/exact, at_least: 0.9}\n"
        "  - {metric: validity/overall/exact, above: baselines/plain/dev/exact}\n"
    )
    (root / "suites" / "small.yaml").write_text(suite, encoding="utf-8")
    return root


@pytest.fixture
def bench(folder: Path, corpus: Corpus, prompts: Prompts) -> Bench:
    return open_bench("small", folder=folder, corpus=corpus, prompts=prompts)


def report_for(job: Job, level: int) -> dict[str, Any]:
    """A report that gives every criterion of the job this level, with a quote of the answer."""
    quote = " ".join(job.task.answer.said().split()[:6])
    criteria = [
        {
            "id": item.id,
            "signs": [sign.id for sign in item.signs.good[:2]] if level > 1 else [],
            "quotes": [quote],
            "missing": "a price",
            "level": level,
            "why_not_higher": "no price",
            "why_not_lower": "some thought",
            "lean": "firm",
            "fault": "none" if level > 1 else "absent",
            "passages": [job.task.passages[0].id] if job.task.passages else [],
            "advice": "Say what it costs.",
        }
        for item in job.task.criteria
    ]
    return {"speaks_to_grader": False, "serves_question": "yes", "fatal": [], "criteria": criteria}


def scripted(jobs: list[Job], level_of: Callable[[Job], int]) -> ScriptedModel:
    """A model that answers the jobs' requests with the levels that `level_of` gives."""

    def answer(request: ChatRequest) -> str:
        asked = request.messages[-1].content
        job = next(j for j in jobs if j.task.answer.parts()[0][1] in asked)
        level = level_of(job)
        if request.purpose == "plain_chat":
            return f"**Grade: {min(level, 3)}/4** Not bad."
        return json.dumps(report_for(job, level))

    return ScriptedModel(name="m", answer=answer)


def gold_level(job: Job) -> int:
    assert job.row is not None and job.row.overall is not None
    return job.row.overall
