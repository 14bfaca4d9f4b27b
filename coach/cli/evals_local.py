"""The embedded grader as `coach eval` measures it: never with a fit that has seen the answer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from coach.cli import wiring
from coach.evals.plan import Job
from coach.resources import eval_dir
from coach.schema.grade import Grader

Choose = Callable[[Job], Grader]


def choose_local(gold: Path | None) -> Choose:
    """Which local grader grades a job.

    On the committed gold, and on what is made of it, that is the one fitted without the question that
    the answer was written for; an exemplar pair's own passage is hidden from it. On the user's own gold
    the shipped one grades: it has seen none of it.
    """
    rooms = wiring.load()
    if gold is not None:
        shipped = rooms.local_grader()
        return lambda job: shipped
    from coach.grading.local.folds import open_fold_graders
    from coach.grading.local.train import gold_files

    folds = open_fold_graders(rooms.corpus, gold_files(eval_dir() / "gold"))

    def choose(job: Job) -> Grader:
        question = job.row.question_id if job.row is not None else job.task.question.id
        return folds.without(question, job.hidden_passage)

    return choose
