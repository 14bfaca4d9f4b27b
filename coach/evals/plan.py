"""What a suite grades: one job for each answer, sample and variant. Grades nothing itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from coach.errors import DatasetError, UsageError
from coach.evals.gold import GoldRow, GoldSet
from coach.evals.stress import ExemplarPair, StressCase, stress_task
from coach.evals.suite import Part, Suite
from coach.evals.tasks import make_task
from coach.grading.request import Order
from coach.guides.corpus import Corpus
from coach.schema.grade import GradeTask
from coach.schema.rubric import Rubric


@dataclass(frozen=True)
class Job:
    """One grade to be made. `id` is the gold row's or the stress case's.

    `hidden_passage` is the guide passage that holds a tested pair: no part of a grader may know it.
    """

    part: Part
    id: str
    task: GradeTask
    sample: int = 0
    order: Order = field(default_factory=Order)
    gold: str = ""
    row: GoldRow | None = None
    case: StressCase | None = None
    hidden_passage: str = ""


def plan_gold(suite: Suite, sets: Iterable[GoldSet], corpus: Corpus, rubric: Rubric) -> list[Job]:
    """Every gold answer once, then the further samples of those that are repeated."""
    main: list[Job] = []
    more: list[Job] = []
    repeated = set(suite.repeats.ids)
    for gold in sets:
        for row in gold.rows:
            task = make_task(row, corpus, rubric)
            main.append(Job("main", row.id, task, gold=gold.name, row=row))
            if not repeated or row.id in repeated:
                more += [
                    Job("samples", row.id, task, sample=n, gold=gold.name, row=row)
                    for n in range(1, suite.repeats.samples)
                ]
    unknown = repeated - {job.id for job in main}
    if unknown:
        raise DatasetError(f"Suite {suite.name} repeats unknown answers: {', '.join(sorted(unknown))}.")
    return main + more


def plan_plain(jobs: Iterable[Job]) -> list[Job]:
    """The plain baseline's jobs: every gold answer once."""
    return [Job("plain", job.id, job.task, gold=job.gold, row=job.row) for job in jobs if job.part == "main"]


def plan_stress(
    cases: Iterable[StressCase],
    rows: dict[str, GoldRow],
    pairs: dict[str, ExemplarPair],
    corpus: Corpus,
    rubric: Rubric,
) -> list[Job]:
    """One job for each stress case; a case with a base carries the base's row for its question and kind."""
    return [
        Job(
            "stress",
            case.id,
            stress_task(case, rows, pairs, corpus, rubric),
            order=case.order,
            row=rows.get(case.base),
            case=case,
            hidden_passage=pairs[case.pair].passage if case.pair else "",
        )
        for case in cases
    ]


def bound(jobs: Iterable[Job], suite: Suite) -> list[Job]:
    """The jobs that the suite's `only` leaves; DatasetError for an id that no job of the part has."""
    jobs = list(jobs)
    chosen = {part: set(ids) for part, ids in suite.only.items()}
    for part, ids in chosen.items():
        unknown = ids - {job.id for job in jobs if job.part == part}
        if unknown:
            raise DatasetError(
                f"Suite {suite.name}: only.{part} names unknown ids: {', '.join(sorted(unknown))}."
            )
    return [job for job in jobs if job.part not in chosen or job.id in chosen[job.part]]


def select(jobs: Iterable[Job], only: str | None) -> list[Job]:
    """Jobs of one answer (ID), kind (kind:K), question (question:Q) or stress family (family:F)."""
    if not only:
        return list(jobs)
    name, _, value = only.partition(":")
    if not value:
        found = [job for job in jobs if job.id == only]
    elif name == "kind":
        found = [job for job in jobs if job.row is not None and job.row.kind == value]
    elif name == "question":
        found = [job for job in jobs if job.task.question.id == value]
    elif name == "family":
        found = [job for job in jobs if job.case is not None and job.case.family == value]
    else:
        raise UsageError(f"--only {only}: give an answer's ID, kind:K, question:Q or family:F.")
    if not found:
        raise UsageError(f"--only {only}: nothing in the suite fits.")
    return found
