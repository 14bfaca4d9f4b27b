"""Lists sessions and drills, newest first, and finds words in them. Reads no grade whole."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from coach.store.database import Database, Value

EVERYTHING = -1


@dataclass(frozen=True)
class Wanted:
    """Which sessions. `since` is ISO 8601 in UTC; None means any. The kind `drill` stands for every drill,
    exercises among them, which are sessions of questions.
    """

    kind: str | None = None
    round: str | None = None
    question: str | None = None
    since: str | None = None
    limit: int = EVERYTHING


@dataclass(frozen=True)
class Line:
    """One session in a list; `marks` has an entry for each question answered, null where it has none.

    `unfinished` is True while a question in it waits for words or for its grade.
    """

    id: str
    kind: str
    created_at: str
    updated_at: str
    level: str
    grader: str
    questions: tuple[str, ...]
    rounds: tuple[str, ...]
    marks: tuple[int | None, ...]
    unfinished: bool


@dataclass(frozen=True)
class Found:
    """Words found in a session: where they stand (`question`, `answer`, `follow-up`, ...) and the text."""

    session: str
    kind: str
    when: str
    question: str
    where: str
    text: str


def list_sessions(database: Database, wanted: Wanted | None = None) -> list[Line]:
    """Sessions and drills that were worked on last come first."""
    wanted = wanted or Wanted()
    lines = _sessions(database, wanted)
    if wanted.round is None and wanted.kind in (None, "drill"):
        lines = sorted([*lines, *_drills(database, wanted)], key=lambda line: line.updated_at, reverse=True)
    return lines if wanted.limit < 0 else lines[: wanted.limit]


def _sessions(database: Database, wanted: Wanted) -> list[Line]:
    conditions: list[str] = []
    values: list[Value] = []
    for condition, value in (
        ("s.kind = ?", None if wanted.kind == "drill" else wanted.kind),
        ("s.kind LIKE ?", "exercise %" if wanted.kind == "drill" else None),
        ("s.updated_at >= ?", wanted.since),
        ("EXISTS (SELECT 1 FROM attempts x WHERE x.session_id = s.id AND x.round = ?)", wanted.round),
        (
            "EXISTS (SELECT 1 FROM attempts x WHERE x.session_id = s.id AND x.question_id = ?)",
            wanted.question,
        ),
    ):
        if value is not None:
            conditions.append(condition)
            values.append(value)
    rows = database.read(
        "WITH chosen AS (SELECT s.rowid AS number, s.* FROM sessions s"
        + (f" WHERE {' AND '.join(conditions)}" if conditions else "")
        + " ORDER BY s.updated_at DESC, s.rowid DESC LIMIT ?)"
        " SELECT c.id, c.kind, c.created_at, c.updated_at, c.level, c.grader,"
        " a.question_id, a.round, a.status,"
        " EXISTS (SELECT 1 FROM turns t WHERE t.attempt_id = a.id) AS answered,"
        " (SELECT g.overall FROM grades g WHERE g.attempt_id = a.id ORDER BY g.id DESC LIMIT 1) AS overall"
        " FROM chosen c LEFT JOIN attempts a ON a.session_id = c.id"
        " ORDER BY c.updated_at DESC, c.number DESC, a.id",
        (*values, wanted.limit),
    )
    grouped: dict[str, list[sqlite3.Row]] = {}
    for row in rows:
        grouped.setdefault(row["id"], []).append(row)
    return [_line(group) for group in grouped.values()]


def _line(rows: list[sqlite3.Row]) -> Line:
    first = rows[0]
    asked = [row for row in rows if row["question_id"] is not None]
    return Line(
        id=first["id"],
        kind=first["kind"],
        created_at=first["created_at"],
        updated_at=first["updated_at"],
        level=first["level"],
        grader=first["grader"],
        questions=tuple(row["question_id"] for row in asked),
        rounds=tuple(dict.fromkeys(row["round"] for row in asked if row["round"])),
        marks=tuple(row["overall"] for row in asked if row["answered"]),
        unfinished=any(row["status"] in ("open", "closing") for row in asked),
    )


def _drills(database: Database, wanted: Wanted) -> list[Line]:
    rows = database.read(
        "SELECT * FROM drills WHERE (? IS NULL OR name = ?) AND updated_at >= ?"
        " ORDER BY updated_at DESC, rowid DESC LIMIT ?",
        (wanted.question, wanted.question, wanted.since or "", wanted.limit),
    )
    return [
        Line(
            id=row["id"],
            kind=f"drill {row['kind']}",
            created_at=row["created_at"],
            updated_at=row["updated_at"],
            level="",
            grader="",
            questions=(row["name"],),
            rounds=(),
            marks=(row["overall"],) if row["status"] == "done" else (),
            unfinished=row["status"] == "open",
        )
        for row in rows
    ]


def search_history(database: Database, words: str, *, limit: int = EVERYTHING) -> list[Found]:
    """Texts that hold every one of the words, in any case and anywhere in a word; newest first."""
    asked = [word.casefold() for word in words.split()]
    if not asked:
        return []
    found: list[Found] = []
    for item in _texts(database):
        if len(found) == limit:
            break
        text = item.text.casefold()
        if all(word in text for word in asked):
            found.append(item)
    return found


def _texts(database: Database) -> Iterator[Found]:
    """Every text that was asked or given, the newest first."""
    rows = database.read(
        "SELECT s.id, s.kind, a.question_id, t.created_at AS at, t.text,"
        " CASE t.role WHEN 'candidate' THEN 'answer' ELSE 'follow-up' END AS place"
        " FROM turns t JOIN attempts a ON a.id = t.attempt_id JOIN sessions s ON s.id = a.session_id"
        " UNION ALL SELECT s.id, s.kind, a.question_id, a.created_at, json_extract(a.question, '$.text'),"
        " 'question' FROM attempts a JOIN sessions s ON s.id = a.session_id"
        " UNION ALL SELECT s.id, s.kind, a.question_id, d.updated_at, d.text, 'draft'"
        " FROM drafts d JOIN attempts a ON a.id = d.attempt_id JOIN sessions s ON s.id = a.session_id"
        " UNION ALL SELECT d.id, 'drill ' || d.kind, d.name, m.created_at, m.text,"
        " CASE m.role WHEN 'candidate' THEN 'answer' ELSE 'coach' END"
        " FROM drill_moves m JOIN drills d ON d.id = m.drill_id"
        " ORDER BY at DESC"
    )
    for row in rows:
        yield Found(row["id"], row["kind"], row["at"], row["question_id"], row["place"], row["text"] or "")
