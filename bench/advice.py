"""Measures the local grader where a candidate feels it: advice that asks for what was said, and the halo.

    python -m bench.advice [BEFORE]

Every answer is graded by a fit that left its question out. `eval/advice.jsonl` says which good signs 44 of
the training answers show, marked by one reader before any advice was seen. The halo is the correlation of
two criteria's levels within answers, beside that of the gold levels. BEFORE is an earlier output: the
difference to it gets an interval. Prints JSON.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Sequence
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np

from coach.evals import statistics as s
from coach.evals.measure import dump
from coach.grading.local.folds import open_fold_graders
from coach.grading.local.labelled import gold_files
from coach.guides.corpus import Corpus, load_corpus
from coach.resources import corpus_dir, eval_dir
from coach.schema.answer import Answer
from coach.schema.grade import Grade, GradeTask

Gold = dict[str, Any]


def grade_all(corpus: Corpus, rows: Sequence[Gold]) -> dict[str, Grade]:
    graders = open_fold_graders(corpus, gold_files(eval_dir() / "gold"))
    grades = {}
    for row in rows:
        question = corpus.questions[row["question_id"]]
        task = GradeTask(
            question=question,
            criteria=corpus.criteria_of(tuple(row["criteria"])),
            answer=Answer.of(row["answer"]),
            passages=corpus.ground(question),
        )
        grades[row["id"]] = graders.without(question.id).grade_now(task)
    return grades


def advised(corpus: Corpus, grades: dict[str, Grade]) -> list[dict[str, Any]]:
    """For each verdict of the marked answers that asks for signs: which these are, and which were said."""
    criteria = corpus.rubric.by_id()
    found = []
    for line in (eval_dir() / "advice.jsonl").read_text(encoding="utf-8").splitlines():
        marked = json.loads(line)
        for verdict in grades[marked["id"]].criteria:
            text = verdict.advice.lower()
            asked = [g.id for g in criteria[verdict.id].signs.good if g.text.rstrip(".").lower() in text]
            said = [sign for sign in asked if sign in marked["said"][verdict.id]]
            found.append({"answer": marked["id"], "criterion": verdict.id, "asked": asked, "false": said})
    return found


def halo(rows: Sequence[Gold], grades: dict[str, Grade]) -> dict[str, float]:
    """Correlation over all ordered pairs of criteria of an answer, of the gold levels and the given ones."""
    pairs: dict[str, list[tuple[int, int]]] = defaultdict(list)
    apart: dict[str, list[float]] = defaultdict(list)
    for row in rows:
        gold = list(row["criteria_scores"].values())
        given = [verdict.score or 0 for verdict in grades[row["id"]].criteria]
        for name, levels in (("gold", gold), ("given", given)):
            pairs[name] += permutations(levels, 2)
            apart[name] += [level - float(np.mean(levels)) for level in levels]
    return {
        **{name: round(float(np.corrcoef(np.array(both).T)[0, 1]), 3) for name, both in pairs.items()},
        "differences_agree": round(float(np.corrcoef(apart["gold"], apart["given"])[0, 1]), 3),
    }


def rate(verdicts: Sequence[dict[str, Any]], before: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Shares of false signs and of verdicts with one; the paired difference of the latter, by answer."""
    asking = [item for item in verdicts if item["asked"]]
    signs = sum(len(item["asked"]) for item in asking)
    found = {
        "verdicts": len(verdicts),
        "asking": len(asking),
        "signs": signs,
        "false_signs": round(sum(len(item["false"]) for item in asking) / signs, 3),
        "false_verdicts": round(sum(bool(item["false"]) for item in asking) / len(asking), 3),
    }
    if before:
        found["change_of_false_verdicts"] = dump(
            s.paired_difference(_table(before), _table(verdicts), s.share, len(verdicts))
        )
    return found


def _table(verdicts: Sequence[dict[str, Any]]) -> s.Array:
    """Of all verdicts, those whose advice asks for something that was said."""
    return s.mean_table([float(bool(i["false"])) for i in verdicts], [i["answer"] for i in verdicts])


def main(arguments: Sequence[str]) -> None:
    corpus = load_corpus(corpus_dir())
    sets = {
        path.stem: [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        for path in gold_files(eval_dir() / "gold")
    }
    grades = grade_all(corpus, [row for rows in sets.values() for row in rows])
    verdicts = advised(corpus, grades)
    before = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))["verdicts"] if arguments else []
    print(
        json.dumps(
            {
                "advice": rate(verdicts, before),
                "halo": {name: halo(rows, grades) for name, rows in sets.items()},
                "verdicts": verdicts,
            },
            indent=1,
        )
    )


if __name__ == "__main__":
    main(sys.argv[1:])
