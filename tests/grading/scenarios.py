"""What the rewrite asks a model: gold answers with what was found missing, everything fixed."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from functools import cache

from coach.grading.rewrite import write_stronger
from coach.guides.corpus import Corpus, load_corpus
from coach.llm.port import ChatModel
from coach.prompts import Prompts
from coach.resources import corpus_dir, eval_dir, prompts_dir
from coach.schema.answer import Answer
from coach.schema.grade import Grade, GraderId, GradeTask, Verdict

GRADER = GraderId(kind="llm", model="claude-offline", prompt="p", rubric="r", guides="g")
MISSING = {
    "1a73a13d": (
        ("ai_native_design", 2, "Fits any shop's assistant. Missing: what it does when it is unsure."),
        ("system_constraints", 1, "Fast and available is a wish. Missing: a latency and a cost limit."),
        ("evaluation_metrics", 2, "Metrics are named, none is tied to a decision."),
        ("responsible_ai", 1, "Hallucination and privacy are words only. Missing: who is harmed, and how."),
    ),
    "b0291c4c": (
        ("responsible_ai", 2, "Names bias and consent in general. Missing: who is turned away."),
        ("data_fluency", 2, "Missing: whose faces the supplier's figure was measured on."),
        ("evaluation_metrics", 2, "Missing: error by group, and the number that would stop the launch."),
    ),
    "713c2680": (
        ("star_evidence", 2, "An episode is told. Missing: the result in numbers."),
        ("ownership", 2, "Much is 'we'. Missing: what the candidate alone decided."),
        ("model_lifecycle", 1, "Missing: what was watched after the launch."),
    ),
}


@cache
def corpus() -> Corpus:
    return load_corpus(corpus_dir())


@cache
def task_of(gold_id: str) -> GradeTask:
    lines = (eval_dir() / "gold" / "dev.jsonl").read_text(encoding="utf-8").splitlines()
    row = next(row for row in map(json.loads, lines) if row["id"] == gold_id)
    question = corpus().questions[row["question_id"]]
    return GradeTask(
        question=question,
        criteria=corpus().criteria_of(question.criteria),
        answer=Answer.of(row["answer"]),
        passages=corpus().ground(question),
    )


def _grade(gold_id: str) -> Grade:
    verdicts = tuple(
        Verdict(id=name, status="graded", score=score, reason=why) for name, score, why in MISSING[gold_id]
    )
    return Grade(status="graded", overall=2, range=(2, 2), criteria=verdicts, grader=GRADER)


def _rewrite(gold_id: str) -> Callable[[ChatModel], Awaitable[str]]:
    async def ask(model: ChatModel) -> str:
        return await write_stronger(task_of(gold_id), _grade(gold_id), model, Prompts(prompts_dir()))

    return ask


SCENARIOS: dict[str, Callable[[ChatModel], Awaitable[str]]] = {
    f"rewrite-{gold_id}": _rewrite(gold_id) for gold_id in MISSING
}
