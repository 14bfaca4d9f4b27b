"""One row as a Markdown section, for reading and for mail. Text of others stays text."""

from __future__ import annotations

from typing import Any

from coach.batch.journal import Stored
from coach.text.markdown import inline


def markdown_row(row: dict[str, Any], stored: Stored) -> str:
    """The mark, then each criterion with its quotes, reason and advice."""
    lines = [f"## {inline(row['id'])}", ""]
    about = [f"{inline(stored.file)}:{stored.line}"]
    about += [inline(part) for part in (stored.candidate, stored.question) if part]
    lines += [" · ".join(about), "", f"**{_mark(row)}**", ""]
    if row["flags"]:
        lines += [f"Flags: {', '.join(inline(flag) for flag in row['flags'])}", ""]
    for verdict in row["criteria"]:
        score = "not graded" if verdict["score"] is None else str(verdict["score"])
        lines += [f"### {inline(verdict['id'])}: {score}", ""]
        lines += [f"> {inline(item['quote'])}\n" for item in verdict["evidence"] if item["found"]]
        lines += [f"{inline(verdict[part])}\n" for part in ("reason", "advice") if verdict[part]]
    return "\n".join(lines).rstrip() + "\n\n"


def _mark(row: dict[str, Any]) -> str:
    if row["overall"] is None:
        error = row["error"] or {"kind": row["status"], "message": ""}
        return f"{row['status']}: {inline(error['message'] or error['kind'])}"
    low, high = row["range"]
    between = "" if low == high else f" ({low} to {high})"
    review = ", for a second look" if row["needs_review"] else ""
    return f"Mark {row['overall']}{between}{review}"
