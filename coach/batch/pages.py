"""HTML pages: the report of a run and one feedback page for each candidate. Text of others is escaped."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from coach.batch.journal import Journal, Stored, Total
from coach.batch.output import RowWriter
from coach.batch.plots import plot_criteria, plot_marks
from coach.batch.summary import Summary
from coach.llm.files import write_whole
from coach.text.pages import page_environment
from coach.text.sanitize import for_terminal

_TEMPLATES = Path(__file__).with_name("templates")
_CANDIDATES = 200  # listed in a report
_GROUPS = 200  # questions listed


@dataclass(frozen=True)
class Titles:
    """What ids stand for, for people."""

    criteria: Mapping[str, str] = field(default_factory=dict)
    questions: Mapping[str, str] = field(default_factory=dict)


def write_report(
    path: Path,
    summary: Summary,
    totals: Iterable[Total],
    titles: Titles,
    *,
    name: str,
    made: str,
    facts: list[tuple[str, str]],
) -> None:
    """Write the summary of a run as one file that needs no other."""
    listed = list(_first(totals, _CANDIDATES + 1))
    text = (
        page_environment(_TEMPLATES)
        .get_template("report.html.j2")
        .render(
            name=name,
            made=made,
            facts=facts,
            summary=summary,
            scale=range(1, summary.top + 1),
            plots=[("Marks", plot_marks(summary)), ("By criterion", plot_criteria(summary, titles.criteria))]
            if summary.overall.number
            else [],
            questions=_ranked(summary.questions)[:_GROUPS],
            criteria=[(titles.criteria.get(key, key), marks) for key, marks in _ranked(summary.criteria)],
            titles=titles.criteria,
            totals=listed[:_CANDIDATES],
            more_candidates=len(listed) > _CANDIDATES,
        )
    )
    write_whole(path, [text])


def write_feedback(
    folder: Path, journal: Journal, writer: RowWriter, titles: Titles, *, top: int, made: str
) -> int:
    """Write one page for each candidate; returns how many. Rows that name nobody are their own candidate."""
    template = page_environment(_TEMPLATES).get_template("feedback.html.j2")
    count = 0
    for candidate, stored in _by_candidate(journal):
        rows = [{**writer.row(item), "question": item.question} for item in stored]
        marks = [row["overall"] for row in rows if row["overall"] is not None]
        page = template.render(
            candidate=for_terminal(candidate),
            rows=rows,
            mean=sum(marks) / len(marks) if marks else None,
            top=top,
            made=made,
            titles=titles.criteria,
            questions=titles.questions,
        )
        write_whole(folder / f"{safe_name(candidate)}.html", [page])
        count += 1
    return count


def safe_name(text: str) -> str:
    """A file name that says whom it is about and can do no harm: letters, digits, a hash."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:40]
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{slug}-{digest}" if slug else digest


def _by_candidate(journal: Journal) -> Iterator[tuple[str, list[Stored]]]:
    for candidate in journal.candidates():
        yield candidate, list(journal.rows_of(candidate))
    for stored in journal.rows_of(""):
        yield stored.id, [stored]


def _ranked(groups: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return sorted(groups.items(), key=lambda item: (item[1].mean or 0.0, item[0]))


def _first(items: Iterable[Total], count: int) -> Iterator[Total]:
    for number, item in enumerate(items):
        if number >= count:
            return
        yield item
