"""Labels that people give, blind and resumable, and how far the raters agree. Prints nothing.

Labels lie in a JSON Lines file beside the answers, one line for each answer and rater, written whole
after every answer.
"""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from coach.errors import DatasetError
from coach.evals import statistics as s
from coach.evals.gold import GoldRow, Label
from coach.evals.measure import Marks
from coach.evals.statistics import Estimate
from coach.grading.rules import lower_median
from coach.llm.files import numbered_lines, write_whole
from coach.schema.base import Frozen, first_fault


class Labelled(Frozen):
    """One rater's marks on one answer."""

    id: str
    rater: str = Field(min_length=1)
    overall: int
    criteria: dict[str, int] = {}
    reason: str = ""
    at: str = ""


class LabelBook:
    """The labels of one file, of all raters, saved after every change."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._labels: list[Labelled] = []
        if path.exists():
            self._labels = [_parse(path, number, line) for number, line in numbered_lines(path)]

    def __iter__(self) -> Any:
        return iter(self._labels)

    def __len__(self) -> int:
        return len(self._labels)

    def of(self, rater: str) -> dict[str, Labelled]:
        return {label.id: label for label in self._labels if label.rater == rater}

    def put(self, label: Labelled) -> None:
        """Add a label, or replace what the same rater said of the same answer; saved at once."""
        self._labels = [x for x in self._labels if (x.id, x.rater) != (label.id, label.rater)]
        self._labels.append(label)
        self._save()

    def undo(self, rater: str) -> str | None:
        """Take back the rater's last label; the answer's id, or None where there was none."""
        for at in range(len(self._labels) - 1, -1, -1):
            if self._labels[at].rater == rater:
                gone = self._labels.pop(at)
                self._save()
                return gone.id
        return None

    def _save(self) -> None:
        write_whole(self._path, (label.model_dump_json() + "\n" for label in self._labels))


def queue_for(rater: str, rows: Sequence[GoldRow], book: LabelBook) -> list[GoldRow]:
    """The answers that this rater has not labelled, in an order of the rater's own that never changes."""
    order = list(rows)
    random.Random(f"label order of {rater}").shuffle(order)
    done = book.of(rater)
    return [row for row in order if row.id not in done]


def measure_raters(labels: Iterable[Labelled], rows: Sequence[GoldRow], top: int) -> dict[str, Any]:
    """Agreement of every two raters and of all together, overall and criteria pooled."""
    clusters = {row.id: row.cluster for row in rows}
    by_rater: dict[str, dict[str, Labelled]] = defaultdict(dict)
    for label in labels:
        if label.id in clusters:
            by_rater[label.rater][label.id] = label
    pairs = {}
    for one, other in combinations(sorted(by_rater), 2):
        shared = [i for i in by_rater[one] if i in by_rater[other]]
        pairs[f"{one} and {other}"] = _pair(by_rater[one], by_rater[other], shared, clusters, top)
    return {
        "raters": {rater: len(given) for rater, given in sorted(by_rater.items())},
        "pairs": pairs,
        "overall_alpha": _alpha(by_rater, clusters, top, criteria=False),
        "criteria_alpha": _alpha(by_rater, clusters, top, criteria=True),
    }


def _pair(
    one: dict[str, Labelled],
    other: dict[str, Labelled],
    shared: list[str],
    clusters: dict[str, str],
    top: int,
) -> dict[str, Estimate]:
    overall, criteria = Marks(top), Marks(top)
    for name in shared:
        overall.add(one[name].overall, other[name].overall, clusters[name])
        for criterion, level in one[name].criteria.items():
            criteria.add(level, other[name].criteria.get(criterion), clusters[name])
    found = {}
    for label, marks in (("overall", overall), ("criteria", criteria)):
        block = marks.agreement()
        found[f"{label}_kappa"] = block["quadratic_weighted_kappa"]
        found[f"{label}_exact"] = block["exact"]
    return found


def _alpha(
    by_rater: dict[str, dict[str, Labelled]], clusters: dict[str, str], top: int, *, criteria: bool
) -> Estimate:
    units: dict[tuple[str, str], list[int | None]] = defaultdict(list)
    for given in by_rater.values():
        for name, label in given.items():
            marks = label.criteria if criteria else {"": label.overall}
            for criterion, level in marks.items():
                units[(name, criterion)].append(level)
    several = {key: levels for key, levels in units.items() if len(levels) > 1}
    table = s.coincidence_table(list(several.values()), [clusters[name] for name, _ in several], top)
    return s.estimate(table, s.ordinal_alpha, len(several))


def as_gold(rows: Sequence[GoldRow], labels: Iterable[Labelled]) -> list[dict[str, Any]]:
    """Gold rows with the raters' lower median as the mark and every label beside it.

    Answers that nobody labelled are left out.
    """
    given: dict[str, list[Labelled]] = defaultdict(list)
    for label in labels:
        given[label.id].append(label)
    made = []
    for row in rows:
        mine = given.get(row.id, [])
        if not mine:
            continue
        criteria = dict.fromkeys(name for label in mine for name in label.criteria)
        marks = {name: [x.criteria[name] for x in mine if name in x.criteria] for name in criteria}
        scores = {name: lower_median(levels) for name, levels in marks.items()}
        kept = row.model_dump(exclude={"answer", "overall", "criteria_scores", "labels", "line"})
        turns = [turn.model_dump() for turn in row.answer.turns]
        answer = row.answer.text if row.answer.text is not None else turns
        labels_out = [
            Label(rater=x.rater, overall=x.overall, criteria=x.criteria, reason=x.reason).model_dump()
            for x in mine
        ]
        made.append(
            {key: value for key, value in kept.items() if value}
            | {"answer": answer, "overall": lower_median([x.overall for x in mine])}
            | {"criteria_scores": scores, "labels": labels_out}
        )
    return made


def write_gold(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    write_whole(path, (json.dumps(row, ensure_ascii=False) + "\n" for row in rows))


def _parse(path: Path, number: int, line: str) -> Labelled:
    try:
        return Labelled.model_validate_json(line)
    except ValidationError as error:
        raise DatasetError(f"{path}:{number}: not a label ({first_fault(error)}).") from error
