"""Looks at rows from outside before they are taken in: what the program relies on must hold for them too."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime
from math import isfinite
from typing import Any

from coach.store.tables import Table

_HALF = re.compile("[\ud800-\udfff]")  # half a character, which no file can hold
# Files are named after sessions, so that a session's id must be one name and no path.
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_YEARS = range(1970, 3000)
_MARKS = range(1, 10)
# Columns that repeat what a grade says, for tables that hold grades.
_REPEATED: dict[str, dict[str, Callable[[dict[str, Any]], Any]]] = {
    "grades": {
        "status": lambda grade: grade["status"],
        "overall": lambda grade: grade["overall"],
        "grader": lambda grade: grade["grader"]["kind"],
        "model": lambda grade: grade["grader"]["model"],
    },
    "drills": {"overall": lambda grade: grade["overall"]},
}


def find_fault(table: Table, row: dict[str, Any]) -> str:
    """What is wrong with a row for `table`, in words; empty where nothing is."""
    unknown = sorted(set(row) - set(table.columns))
    missing = [name for name in (*table.key, *table.links) if name not in row]
    if unknown or missing:
        return f"wrong columns: {', '.join((*unknown, *missing))}"
    for name, value in row.items():
        if value is not None and (fault := _value_fault(name, value, table.types[name])):
            return f"{name} {fault}"
        if name in ("id", *table.links) and isinstance(value, str) and not _ID.fullmatch(value):
            return f"{name} is no id"
    return _grade_fault(row, _REPEATED[table.name]) if table.name in _REPEATED else ""


def _value_fault(name: str, value: object, kind: str) -> str:
    if kind == "INTEGER":
        whole = isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**53
        return "" if whole else "is no whole number"
    if kind == "REAL":
        real = isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
        return "" if real else "is no number"
    if not isinstance(value, str):
        return "is no text"
    if _HALF.search(value):
        return "is no valid text"
    return "is no moment" if name.endswith("_at") and not _is_moment(value) else ""


def _is_moment(text: str) -> bool:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return False
    return moment.year in _YEARS and moment.tzinfo is not None


def _grade_fault(row: dict[str, Any], repeated: dict[str, Callable[[dict[str, Any]], Any]]) -> str:
    """Columns and grade must say the same, and marks must be marks."""
    if row.get("grade") is None:
        return "overall stands without a grade" if row.get("overall") is not None else ""
    try:
        grade = json.loads(row["grade"])
        differing = [name for name, told in repeated.items() if row.get(name) != told(grade)]
        levels = [grade["overall"], *(grade["range"] or ()), *(item["score"] for item in grade["criteria"])]
    except (ValueError, KeyError, TypeError, RecursionError):
        return "grade cannot be read"
    if differing:
        return f"{differing[0]} is not what the grade says"
    if any(level is not None and level not in _MARKS for level in levels):
        return "grade holds a mark that is none"
    return ""
