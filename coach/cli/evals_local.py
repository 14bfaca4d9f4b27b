"""The embedded grader as `coach eval` measures it: never with a fit that has seen the answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from coach.cli import wiring
from coach.evals.plan import Job
from coach.resources import eval_dir
from coach.schema.grade import Grader

Choose = Callable[[Job], Grader]


def choose_local(answers: Iterable[str]) -> Choose:
    """Which local grader grades a job, where these are the answers that are graded.

    Where the shipped grader was fitted on any of them, an answer is graded by a fit that left out the
    question that it was written for, and an exemplar pair's own passage is hidden. Answers that it has
    never seen are graded by the shipped one.
    """
    from coach.grading.local.folds import open_fold_graders
    from coach.grading.local.train import gold_files, read_rows

    rooms = wiring.load()
    files = gold_files(eval_dir() / "gold")
    if {row.answer for row in read_rows(files)}.isdisjoint(answers):
        shipped = rooms.local_grader()
        return lambda job: shipped
    folds = open_fold_graders(rooms.corpus, files)

    def choose(job: Job) -> Grader:
        question = job.row.question_id if job.row is not None else job.task.question.id
        return folds.without(question, job.hidden_passage)

    return choose
