"""Reads the interviewer's check set anew with the embedded grader, and writes the marks beside it.

    python -m bench.interviewer_readings [--check]

A fit that left out the transcript's question does the reading. With --check nothing is written: the exit
code says whether the marks are those that are there. Takes minutes: it fits a model for every fold.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence

from coach.cli.evals_interviewer import bench_of
from coach.evals.interviewer_cases import FILE, Transcript
from coach.grading.local.folds import FoldGraders, open_fold_graders
from coach.grading.local.labelled import gold_files
from coach.llm.files import write_whole
from coach.resources import eval_dir


def main(arguments: Sequence[str]) -> int:
    if set(arguments) - {"--check"}:
        print(__doc__)
        return 2
    bench = bench_of("interviewer")
    folds = open_fold_graders(bench.corpus, gold_files(eval_dir() / "gold"))
    rows = [asyncio.run(read(item, folds)) for item in bench.transcripts]
    path = eval_dir() / "interviewer" / FILE
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    if "--check" in arguments:
        same = path.read_text(encoding="utf-8") == text
        print("The readings are the embedded grader's." if same else "The readings differ: write them anew.")
        return 0 if same else 1
    write_whole(path, [text])
    print(f"{path}: {len(rows)} transcripts.")
    return 0


async def read(transcript: Transcript, folds: FoldGraders) -> dict[str, object]:
    """The transcript's row with the marks of the criteria that got one."""
    grade = await folds.without(transcript.task.question.id).grade(transcript.task)
    marks = {verdict.id: verdict.score for verdict in grade.criteria if verdict.score is not None}
    return {**transcript.row.model_dump(exclude_defaults=True), "reading": marks}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
