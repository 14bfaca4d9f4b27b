"""Gold: answers with labels, the committed sets or a user's own file with any rubric. Grades nothing.

JSON Lines or CSV. A label is a level number, or a level's name where the rubric names its levels.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from coach.errors import DatasetError, SetupError
from coach.llm.files import numbered_lines
from coach.schema.answer import Answer, Turn
from coach.schema.base import Frozen, first_fault
from coach.schema.rubric import Rubric

_UNRATED = ("", "n/a", "na", "none", "-")


class Label(Frozen):
    """One rater's marks."""

    rater: str
    overall: int | None = None
    criteria: dict[str, int] = {}
    reason: str = ""


class GoldRow(Frozen):
    """One labelled answer. At least one of `overall` and `criteria_scores` holds a mark.

    `question_id` is empty where only the question's text was given; `cluster` is what answers to the
    same question share. `level` is the seniority that the labels are for, "" for the rubric as it stands.
    """

    id: str
    question_id: str = ""
    question: str = ""
    criteria: tuple[str, ...] = ()
    answer: Answer
    overall: int | None = None
    criteria_scores: dict[str, int] = {}
    kind: str = ""
    round: str = ""
    rubric: str = ""
    level: str = ""
    labels: tuple[Label, ...] = ()
    line: int = 0

    @property
    def cluster(self) -> str:
        return self.question_id or self.question


@dataclass(frozen=True)
class GoldSet:
    """A named set of gold rows; ids are unique within it."""

    name: str
    rows: tuple[GoldRow, ...]
    path: Path

    def by_id(self) -> dict[str, GoldRow]:
        return {row.id: row for row in self.rows}


def load_gold(path: Path, rubric: Rubric, *, name: str | None = None, labelled: bool = True) -> GoldSet:
    """Read and check a gold file; `rubric` gives the scale, its level names and the known criteria.

    With `labelled` false, rows without any mark are taken as well: they are still to be labelled.
    Raises DatasetError that names file and line for a row that is not of the schema, a repeated id, a
    label off the scale, or a criterion that the rubric does not hold.
    """
    rows: list[GoldRow] = []
    seen: dict[str, int] = {}
    for line, data in _read(path):
        row = _row(data, rubric, f"{path}:{line}", line, labelled)
        if row.id in seen:
            raise DatasetError(f"{path}:{line}: id {row.id!r} was used on line {seen[row.id]} already.")
        seen[row.id] = line
        rows.append(row)
    if not rows:
        raise DatasetError(f"{path} holds no rows.")
    return GoldSet(name or path.stem, tuple(rows), path)


def _read(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    if path.suffix.lower() == ".csv":
        yield from _read_csv(path)
        return
    for number, line in _numbered(path):
        try:
            data = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise DatasetError(f"{path}:{number}: not JSON ({error}).") from error
        if not isinstance(data, dict):
            raise DatasetError(f"{path}:{number}: a row must be a JSON object.")
        yield number, data


def _numbered(path: Path) -> Iterator[tuple[int, str]]:
    if not path.exists():
        raise SetupError(f"Gold file {path} does not exist.")
    try:
        yield from numbered_lines(path)
    except SetupError as error:
        raise DatasetError(str(error)) from error


def _read_csv(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Columns as in JSON Lines; criteria_scores as JSON, or one column `score.ID` for each criterion."""
    text = "".join(line for _, line in _numbered(path))
    reader = csv.DictReader(io.StringIO(text, newline=""))
    for record in _records(reader, path):
        data: dict[str, Any] = {key: value for key, value in record.items() if key and value}
        scores = {k.removeprefix("score."): data.pop(k) for k in list(data) if k.startswith("score.")}
        if "criteria" in data:
            data["criteria"] = [part.strip() for part in data["criteria"].split(";") if part.strip()]
        for name in ("criteria_scores", "labels", "answer"):
            if str(data.get(name, "")).lstrip()[:1] in ("{", "["):
                data[name] = _embedded(data[name], name, path, reader.line_num)
        if scores:
            told = data.get("criteria_scores", {})
            data["criteria_scores"] = {**scores, **told} if isinstance(told, dict) else told
        yield reader.line_num, data


def _records(reader: csv.DictReader[str], path: Path) -> Iterator[dict[str, Any]]:
    try:
        yield from reader
    except csv.Error as error:
        raise DatasetError(f"{path}:{reader.line_num}: not CSV ({error}).") from error


def _embedded(text: str, name: str, path: Path, line: int) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        if name == "answer":  # an answer may well begin with a bracket
            return text
        raise DatasetError(f"{path}:{line}: {name} is not JSON ({error}).") from error


def _row(data: dict[str, Any], rubric: Rubric, where: str, line: int, labelled: bool) -> GoldRow:
    scores = _scores(data.get("criteria_scores"), rubric, f"{where}: criteria_scores")
    overall = _level(data.get("overall"), rubric, f"{where}: overall")
    if labelled and overall is None and not scores:
        raise DatasetError(f"{where}: a gold row needs overall or criteria_scores.")
    if not (data.get("question_id") or data.get("question")):
        raise DatasetError(f"{where}: a gold row needs question_id or question.")
    criteria = _ids(data.get("criteria"), where) or tuple(scores)
    _known(criteria, rubric, where)
    known = GoldRow.model_fields.keys() - {
        "answer",
        "overall",
        "criteria_scores",
        "labels",
        "criteria",
        "line",
    }
    try:
        return GoldRow(
            **{key: str(value) for key, value in data.items() if key in known and key != "id"},
            id=str(data.get("id") or f"row-{line}"),
            answer=_answer(data.get("answer"), where),
            criteria=criteria,
            overall=overall,
            criteria_scores=scores,
            labels=tuple(_labels(data.get("labels"), rubric, where)),
            line=line,
        )
    except ValidationError as error:
        raise DatasetError(f"{where}: {first_fault(error)}.") from error


def _answer(value: Any, where: str) -> Answer:
    if isinstance(value, str):
        return Answer.of(value)
    if isinstance(value, list):
        try:
            return Answer.of([Turn.model_validate(turn) for turn in value])
        except ValidationError as error:
            raise DatasetError(f"{where}: answer: each turn needs role and text.") from error
    raise DatasetError(f"{where}: answer must be text or a list of turns.")


def _ids(value: Any, where: str) -> tuple[str, ...]:
    if value and not (isinstance(value, list) and all(isinstance(item, str) for item in value)):
        raise DatasetError(f"{where}: criteria must be a list of criterion ids.")
    return tuple(value or ())


def _labels(value: Any, rubric: Rubric, where: str) -> Iterator[Label]:
    for item in value if isinstance(value, list) else [value] if value else ():
        if not isinstance(item, dict) or not item.get("rater"):
            raise DatasetError(f"{where}: each of labels needs a rater.")
        rater = str(item["rater"])
        yield Label(
            rater=rater,
            overall=_level(item.get("overall"), rubric, f"{where}: {rater}: overall"),
            criteria=_scores(item.get("criteria"), rubric, f"{where}: {rater}: criteria"),
            reason=str(item.get("reason", "")),
        )


def _scores(value: Any, rubric: Rubric, where: str) -> dict[str, int]:
    if not value:
        return {}
    if not isinstance(value, dict):
        raise DatasetError(f"{where} must be an object of criterion and level.")
    _known(tuple(value), rubric, where)
    levels = {key: _level(item, rubric, f"{where}: {key}") for key, item in value.items()}
    return {key: level for key, level in levels.items() if level is not None}


def _level(value: Any, rubric: Rubric, where: str) -> int | None:
    """A level number; None where nobody rated. Names count from 1 in the rubric's order."""
    if value is None or str(value).strip().casefold() in _UNRATED:
        return None
    names = [name.casefold() for name in rubric.level_names]
    text = str(value).strip().casefold()
    if text in names:
        return names.index(text) + 1
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if isinstance(value, bool) or not 1 <= number <= rubric.top or number != int(number):
        scale = ", ".join(rubric.level_names) or f"1 to {rubric.top}"
        raise DatasetError(f"{where}: {value!r} is not on the scale ({scale}).")
    return int(number)


def _known(criteria: tuple[str, ...], rubric: Rubric, where: str) -> None:
    missing = [name for name in criteria if name not in rubric.by_id()]
    if missing:
        raise DatasetError(f"{where}: rubric {rubric.name} has no criterion {', '.join(missing)}.")
