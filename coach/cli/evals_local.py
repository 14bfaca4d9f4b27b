"""The embedded grader as `coach eval` measures it: never with a fit that has seen the answer."""

from __future__ import annotations

from collections.abc import Callable

import typer

from coach.cli import wiring
from coach.evals.bench import Bench
from coach.evals.plan import Job
from coach.resources import eval_dir
from coach.schema.grade import Grader

Choose = Callable[[Job], Grader]


def choose_local(bench: Bench) -> Choose:
    """Which local grader grades a job of the bench.

    Where the shipped grader was fitted on any of its answers, an answer is graded by a fit that left
    out the question that it was written for, and the guide passages of tested pairs are hidden from
    it. Answers that the shipped grader has never seen are graded by the shipped one.
    """
    from coach.grading.local.folds import open_fold_graders
    from coach.grading.local.labelled import gold_files, read_rows

    rooms = wiring.load()
    files = gold_files(eval_dir() / "gold")
    fitted_on = {row.answer for row in read_rows(files)}
    if fitted_on.isdisjoint(row.answer.said() for row in bench.rows.values()):
        shipped = rooms.local_grader()
        return lambda job: shipped
    typer.echo(
        "The local grader is fitted anew without each question in turn, so that no answer is graded by a fit"
        " that has seen it; that takes a few seconds a question.",
        err=True,
    )
    folds = open_fold_graders(rooms.corpus, files)
    hidden = frozenset(job.hidden_passage for job in bench.jobs if job.hidden_passage)

    def choose(job: Job) -> Grader:
        question = job.row.question_id if job.row is not None else job.task.question.id
        return folds.without(question, hidden if job.hidden_passage else frozenset())

    return choose
