"""Measures the marks of written drills on eval/drills.jsonl, without a model.

`python -m tests.drills.exercise_eval` prints, for each kind of drill and of answer, how many got which mark,
on the tuning half and on the other one.

Rows are {"drill", "exercise", "kind", "turns"}. `good` answers serve their exercise; `half` lack half of
what was asked, `numberless` the figures; `vague` could be said of anything; `echo` gives the exercise's words
back; `stuffing` and `generic` string right words or right sentences together for no case. An answer that is
good for one exercise is put to the others as well (OTHER). Of a kind's exercises, in the order of the corpus,
the first, the third and so on are the tuning half: phrases and limits were chosen by their rows. All answers
were written before the rules and before their writer had seen the phrases of the kinds but `artifact`; the
words that an exercise lists for its own things (`also`) came afterwards, by the same hand.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from coach.drills.drill import Drill
from coach.drills.grader import DrillGrader
from coach.drills.shelf import Shelf
from coach.grading.local import LocalGrader, open_local_grader
from coach.guides.contents import load_contents
from coach.guides.corpus import Corpus, load_corpus
from coach.guides.drills import load_drill
from coach.guides.exercises import KINDS, DrillKind
from coach.resources import corpus_dir, eval_dir
from coach.schema.answer import Answer, Turn
from coach.schema.grade import Grade, GraderId, GradeTask, Verdict

FILE = "drills.jsonl"
OTHER = "OTHER"
Marks = dict[tuple[DrillKind, str], Counter[int | None]]


@dataclass(frozen=True)
class Row:
    drill: DrillKind
    exercise: str
    kind: str
    turns: tuple[str, ...]


@cache
def corpus() -> Corpus:
    return load_corpus(corpus_dir())


@cache
def shelf(kind: DrillKind) -> Shelf:
    return Shelf(kind, load_drill(kind, corpus_dir(), corpus()))


@cache
def _local() -> LocalGrader:
    return open_local_grader(corpus())


class Generous:
    """A grader that finds everything excellent: what is left of its marks is the rules' own doing."""

    async def grade(self, task: GradeTask) -> Grade:
        verdicts = tuple(Verdict(id=item.id, status="graded", score=item.top) for item in task.criteria)
        nobody = GraderId(kind="local", model="generous", prompt="", rubric="", guides="")
        return Grade(status="graded", overall=4, range=(4, 4), criteria=verdicts, grader=nobody)


@cache
def _grader(kind: DrillKind, generous: bool) -> DrillGrader:
    inner = Generous() if generous else _local()
    return DrillGrader(inner, shelf(kind), load_contents(corpus_dir(), corpus()))


def rows() -> list[Row]:
    lines = (eval_dir() / FILE).read_text(encoding="utf-8").splitlines()
    return [Row(**{**data, "turns": tuple(data["turns"])}) for data in map(json.loads, lines)]


def tuning(kind: DrillKind) -> list[str]:
    return list(shelf(kind).titles())[::2]


def held_out(kind: DrillKind) -> list[str]:
    return list(shelf(kind).titles())[1::2]


def told(drill: Drill, texts: Sequence[str]) -> Answer:
    """The texts as a conversation: the drill's own steps stand between them."""
    turns: list[Turn] = []
    for text in texts:
        if turns:
            step = drill.next_step(Answer.of(turns))
            turns.append(Turn(role="interviewer", text=step.text if step else "What else?"))
        turns.append(Turn(role="candidate", text=text))
    return Answer.of(turns)


def graded(
    kind: DrillKind, exercise: str, texts: Sequence[str], *, ruled: bool = True, generous: bool = False
) -> Grade:
    """The grade by the drill's rules over the local grader, or a generous one, or by the local one alone."""
    drill = shelf(kind).drill(exercise)
    question = drill.question
    task = GradeTask(
        question=question,
        criteria=corpus().criteria_of(question.criteria),
        answer=told(drill, texts),
        passages=corpus().ground(question),
    )
    return asyncio.run(_grader(kind, generous).grade(task)) if ruled else _local().grade_now(task)


def measure(kinds: Sequence[str], *, held: bool, ruled: bool = True) -> Marks:
    """Marks of the rows of those kinds for the exercises of one half."""
    found: Marks = defaultdict(Counter)
    for row in rows():
        own = held_out(row.drill) if held else tuning(row.drill)
        if row.kind in kinds and row.exercise in own:
            grade = graded(row.drill, row.exercise, row.turns, ruled=ruled)
            found[row.drill, row.kind][grade.overall] += 1
    return found


def others(*, held: bool, ruled: bool = True) -> Marks:
    """Marks of good answers put to another exercise: each exercise is given every second of the others'."""
    found: Marks = defaultdict(Counter)
    for row, exercise in _misplaced(held=held):
        grade = graded(row.drill, exercise, row.turns, ruled=ruled)
        found[row.drill, OTHER][grade.overall] += 1
    return found


def _misplaced(*, held: bool) -> Iterator[tuple[Row, str]]:
    good = [row for row in rows() if row.kind == "good"]
    for kind in KINDS:
        own = [row for row in good if row.drill == kind]
        for place, exercise in enumerate(held_out(kind) if held else tuning(kind)):
            for row in own[place % 2 :: 2]:
                if row.exercise != exercise:
                    yield row, exercise


def main(arguments: list[str]) -> int:
    ruled = "--before" not in arguments
    kinds = sorted({row.kind for row in rows()})
    for held in (False, True):
        print("held out" if held else "tuning half")
        marks = {**measure(kinds, held=held, ruled=ruled), **others(held=held, ruled=ruled)}
        for (drill, kind), counts in sorted(marks.items()):
            print(f"  {drill:10} {kind:10}", dict(sorted(counts.items(), key=lambda item: item[0] or 0)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
