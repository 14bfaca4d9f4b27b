"""Reads marks as columns, thousands at once: for trends. Opens no grade and joins nothing to a trend."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from coach.store.database import Database


@dataclass(frozen=True, slots=True)
class Maker:
    """What made a mark; only marks with one maker compare. `kind` is the session's, `level` the role's."""

    kind: str
    level: str
    grader: str
    model: str
    prompt: str
    rubric: str
    guides: str


@dataclass(frozen=True, slots=True)
class Mark:
    """One graded answer. `at` is ISO 8601 in UTC; `low` and `high` the grade's range; `own` the self-rating.

    `attempt` tells answers apart (a drill's is below zero); `criteria` holds the level of each criterion
    that was graded; `again` is True for a retry.
    """

    attempt: int
    session: str
    at: str
    question: str
    round: str | None
    again: bool
    maker: Maker
    overall: int
    low: int
    high: int
    own: int | None
    criteria: dict[str, int] = field(default_factory=dict)


def read_marks(database: Database) -> list[Mark]:
    """All graded answers and drills, oldest first.

    Of several grades by one maker for one answer the last counts.
    """
    makers: dict[tuple[str, ...], Maker] = {}
    marks: dict[tuple[int, Maker], Mark] = {}
    scores = _scores(database)
    for row in database.read(
        "SELECT g.id, g.attempt_id, a.session_id, g.created_at, a.question_id, a.round, a.retry_of,"
        " g.overall, m.low, m.high, r.overall AS own,"
        " s.kind, s.level, g.grader, g.model, m.prompt, m.rubric, m.guides"
        " FROM grades g JOIN marks m ON m.grade_id = g.id JOIN attempts a ON a.id = g.attempt_id"
        " JOIN sessions s ON s.id = a.session_id LEFT JOIN self_ratings r ON r.attempt_id = a.id"
        " WHERE g.status = 'graded' AND g.overall IS NOT NULL ORDER BY g.created_at, g.id"
    ):
        values = tuple(row)
        key = values[11:18]
        maker = makers.get(key)
        if maker is None:
            maker = makers[key] = Maker(*key)
        place = (values[1], maker)
        marks.pop(place, None)
        marks[place] = Mark(
            attempt=values[1],
            session=values[2],
            at=values[3],
            question=values[4],
            round=values[5],
            again=values[6] is not None,
            maker=maker,
            overall=values[7],
            low=values[7] if values[8] is None else values[8],
            high=values[7] if values[9] is None else values[9],
            own=values[10],
            criteria=scores.get(values[0], {}),
        )
    drills = _drills(database)
    return sorted([*marks.values(), *drills], key=lambda mark: mark.at) if drills else list(marks.values())


def _drills(database: Database) -> list[Mark]:
    """Drills have no columns for what their grade says; there are few of them."""
    marks = []
    for row in database.read(
        "SELECT rowid, id, kind, name, updated_at, grade FROM drills"
        " WHERE overall IS NOT NULL AND grade IS NOT NULL ORDER BY updated_at, rowid"
    ):
        grade = json.loads(row["grade"])
        made = grade["grader"]
        low, high = grade["range"] or (grade["overall"], grade["overall"])
        marks.append(
            Mark(
                attempt=-row["rowid"],
                session=row["id"],
                at=row["updated_at"],
                question=row["name"],
                round=None,
                again=False,
                maker=Maker(
                    kind=f"drill {row['kind']}",
                    level="any",
                    grader=made["kind"],
                    model=made["model"],
                    prompt=made["prompt"],
                    rubric=made["rubric"],
                    guides=made["guides"],
                ),
                overall=grade["overall"],
                low=low,
                high=high,
                own=None,
                criteria={item["id"]: item["score"] for item in grade["criteria"] if item["score"]},
            )
        )
    return marks


def _scores(database: Database) -> dict[int, dict[str, int]]:
    scores: dict[int, dict[str, int]] = {}
    for grade, criterion, score in database.read(
        "SELECT grade_id, criterion, score FROM verdicts WHERE score IS NOT NULL ORDER BY grade_id, ordinal"
    ):
        scores.setdefault(grade, {})[criterion] = score
    return scores
