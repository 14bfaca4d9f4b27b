"""One grade at a terminal, with the titles of its criteria and passages."""

from __future__ import annotations

from typing import Any

from coach.cli import console
from coach.cli.grade_job import Job
from coach.report.grade import Legend, render_grade
from coach.schema.grade import Grade


def show_grade(job: Job, row: dict[str, Any]) -> None:
    """Print the row's grade to standard output."""
    grade = Grade.model_validate({name: row[name] for name in Grade.model_fields})
    rubric = job.rubric or job.rooms.corpus.rubric
    legend = Legend({**job.rooms.corpus.rubric.by_id(), **rubric.by_id()}, job.rooms.corpus.passages)
    console.out().print(render_grade(grade, legend))
