"""Writes a plan as Markdown or as an iCalendar file (RFC 5545). Reads and writes no files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING
from urllib.parse import quote

from coach.schema.plan import Plan, PlanItem

if TYPE_CHECKING:
    from icalendar import Event

_MARK = {"open": " ", "done": "x", "dropped": "-"}
# Markdown's and HTML's own characters, which a company's or a feature's name may hold.
_SPECIAL = str.maketrans({char: f"\\{char}" for char in "\\`*_[]<>#|"})


def to_markdown(plan: Plan, items: Sequence[PlanItem]) -> str:
    """The whole plan with a box for each item."""
    lines = [f"# {plan.title}", "", f"{plan.first} to {plan.last}, {plan.hours:g} hours a week.", ""]
    lines += [f"- {_plain(sentence)}" for sentence in plan.basis]
    for phase in plan.phases:
        lines += ["", f"## {_plain(phase.title)}", "", _plain(phase.why)]
        of_it = [item for item in items if phase.first <= item.day <= phase.last]
        for day, group in groupby(
            sorted(of_it, key=lambda item: (item.day, item.number)), lambda item: item.day
        ):
            lines += ["", f"### {day:%A} {day.isoformat()}", ""]
            lines += [_line(item) for item in group]
    return "\n".join(lines) + "\n"


def _line(item: PlanItem) -> str:
    title = _plain(item.title)
    if item.state == "dropped":
        title = f"~~{title}~~"
    command = f" `{item.command.replace('`', '')}`" if item.command else ""
    passage = f" ({_plain(item.passage)})" if item.passage else ""
    return f"- [{_MARK[item.state]}] {title}, {item.minutes} min.{command}{passage}"


def _plain(text: str) -> str:
    return " ".join(text.split()).translate(_SPECIAL)


def to_ical(plan: Plan, items: Iterable[PlanItem], changed_at: str) -> bytes:
    """One all-day event for each item that is not dropped, and one for the interview; no alarms.

    All-day events carry dates without a zone, so they stay on the user's day wherever the calendar is
    read. An item keeps its UID when it moves, and `changed_at` (ISO 8601 UTC) stamps all, so that the
    same plan gives the same bytes.
    """
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", "-//coach//preparation plan//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", plan.title)
    stamp = datetime.fromisoformat(changed_at).astimezone(UTC).replace(microsecond=0)
    for item in items:
        if item.state != "dropped":
            done = "Done: " if item.state == "done" else ""
            event = _event(f"{plan.id}-{item.number}", item.day, f"{done}{item.title}", stamp)
            event.add("description", _description(item))
            event.add("categories", [item.kind])
            calendar.add_component(event)
    if plan.interview is not None:
        calendar.add_component(_event(f"{plan.id}-interview", plan.interview, "Interview", stamp))
    return bytes(calendar.to_ical())


def _event(name: str, day: date, summary: str, stamp: datetime) -> Event:
    from icalendar import Event

    event = Event()
    event.add("uid", f"{quote(name)}@coach.local")
    event.add("dtstamp", stamp)
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("summary", _one_line(summary))
    event.add("transp", "TRANSPARENT")
    return event


def _description(item: PlanItem) -> str:
    parts = (f"{item.minutes} minutes.", item.why, item.command, item.passage)
    return "\n".join(_one_line(part) for part in parts if part)


def _one_line(text: str) -> str:
    return " ".join("".join(char for char in text if char.isprintable() or char.isspace()).split())
