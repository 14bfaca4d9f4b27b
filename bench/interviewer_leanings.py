"""Reads the interviewer's check set with the embedded grader, and writes its marks before rounding.

    python -m bench.interviewer_leanings [--check]

A fit that left out the transcript's question does the reading; the offline interviewer alone is told. With
--check nothing is written: the exit code says whether the marks are those that are there, to 0.005. Takes
minutes: it fits a model for every fold.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

from coach.cli.evals_interviewer import bench_of
from coach.evals.interviewer import KIND, LEANINGS, load_leanings
from coach.grading.local.folds import open_fold_graders
from coach.grading.local.labelled import gold_files
from coach.llm.files import write_whole
from coach.resources import eval_dir

CLOSE = 0.005


def main(arguments: Sequence[str]) -> int:
    if set(arguments) - {"--check"}:
        print(__doc__)
        return 2
    bench = bench_of("interviewer")
    folds = open_fold_graders(bench.corpus, gold_files(eval_dir() / "gold"))
    found = {
        item.id: {
            name: round(mark, 3)
            for name, mark in folds.without(item.task.question.id).leanings(item.task).items()
        }
        for item in bench.transcripts
    }
    path = eval_dir() / KIND / LEANINGS
    if "--check" in arguments:
        same = _close(load_leanings(path), found)
        print("The marks are the embedded grader's." if same else "The marks differ: write them anew.")
        return 0 if same else 1
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(marks)}" for name, marks in found.items())
    write_whole(path, ["{\n" + lines + "\n}\n"])
    print(f"{path}: {len(found)} transcripts.")
    return 0


def _close(kept: dict[str, dict[str, float]], found: dict[str, dict[str, float]]) -> bool:
    return kept.keys() == found.keys() and all(
        kept[name].keys() == marks.keys()
        and all(abs(kept[name][i] - mark) <= CLOSE for i, mark in marks.items())
        for name, marks in found.items()
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
