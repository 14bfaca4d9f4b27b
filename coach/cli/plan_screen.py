"""How a plan looks in a terminal: a day, the whole plan, what was done to it. Reads no store."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import groupby

from rich.console import Console
from rich.text import Text

from coach.cli.hanging import Hanging
from coach.cli.plan_desk import View
from coach.plan.days import short_day
from coach.schema.plan import PlanItem, PlanPhase
from coach.text.sanitize import for_terminal

MARKS = {"open": "[ ]", "done": "[x]", "dropped": "[-]"}
_INDENT = 9
# Days that are listed one by one where a plan is long; the rest is summed up by phase.
_DETAILED_DAYS = 14
_LONG_DAYS = 62
_LEFT_OUT = 5


def day_name(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B}"


def print_today(out: Console, view: View) -> None:
    """The day's items with their commands, and what was done to the plan today."""
    plan, today = view.plan, view.today
    if view.ended:
        done = sum(1 for item in view.items if item.state == "done")
        out.print(
            _line(f"The plan ended on {day_name(plan.last)}: {done} of {len(view.items)} done.", "bold")
        )
        return
    if today < plan.first:
        out.print(_line(f"The plan begins on {day_name(plan.first)}.", "bold"))
        return
    number, days = (today - plan.first).days + 1, (plan.last - plan.first).days + 1
    phase = _phase(view, today)
    name = f", {phase.title.lower()}" if phase else ""
    out.print(_line(f"{day_name(today)}: day {number} of {days}{name}", "bold"))
    _print_countdown(out, view)
    _print_notes(out, view)
    items = view.on(today)
    if not items:
        out.print(_line("Nothing is planned for today: longer work on another day takes its time."))
    for item in items:
        print_item(out, item)
    waiting = [item for item in items if item.state == "open"]
    if waiting:
        minutes = sum(item.minutes for item in waiting)
        out.print(_line(f"About {minutes} minutes. By hand: coach plan done {waiting[0].number}", "dim"))


def _print_countdown(out: Console, view: View) -> None:
    if view.plan.interview is None or view.plan.interview < view.today:
        return
    days = (view.plan.interview - view.today).days
    out.print(
        _line(
            {0: "The interview is today.", 1: "The interview is tomorrow."}.get(
                days, f"The interview is in {days} days."
            )
        )
    )


def _print_notes(out: Console, view: View) -> None:
    for note in (*view.notes, view.hint):
        if note:
            out.print(_line(note, "yellow"))


def print_item(out: Console, item: PlanItem) -> None:
    """One item: its box and number, title and minutes; below it the command and the reason."""
    out.print(_row(item))
    if item.state != "open":
        return
    command = item.command or f"coach plan read {item.number}"
    # Never broken over lines: it is there to be copied.
    out.print(Text(" " * _INDENT + for_terminal(command), style="cyan"), soft_wrap=True)
    if item.why:
        out.print(_under(item.why, _INDENT, "dim"))
    if item.day > item.wanted:
        out.print(_under(f"Carried over from {short_day(item.wanted)}.", _INDENT, "dim"))


def print_whole(out: Console, view: View, *, everything: bool) -> None:
    """The plan by phases and days; days gone by, and far ones of a long plan, are summed up."""
    plan = view.plan
    out.print(_line(f"{plan.title}: {plan.first.isoformat()} to {plan.last.isoformat()}", "bold"))
    if plan.basis:
        # What has been done since stands in the items; these sentences stay as they were.
        out.print(_line("Made from:", "dim"))
    for sentence in plan.basis:
        out.print(_under(sentence, 2))
    _print_count(out, view.items)
    _print_notes(out, view)
    horizon = _horizon(view, everything=everything)
    for phase in plan.phases:
        _print_phase(out, view, phase, horizon)
    if plan.interview is not None and plan.interview >= view.today:
        out.print(_line(f"\n{day_name(plan.interview)}: the interview", "bold"))
    _print_left_out(out, view)


def _print_count(out: Console, items: Iterable[PlanItem]) -> None:
    counts = {state: sum(1 for item in items if item.state == state) for state in MARKS}
    minutes = sum(item.minutes for item in items if item.state == "open")
    dropped = f", {counts['dropped']} dropped" if counts["dropped"] else ""
    out.print(_line(f"{counts['done']} done, {counts['open']} to do ({minutes / 60:.0f} hours){dropped}"))


def _horizon(view: View, *, everything: bool) -> tuple[date, date]:
    """The first and the last day that are listed item by item."""
    plan = view.plan
    if everything:
        return plan.first, plan.last
    long = (plan.last - plan.first).days >= _LONG_DAYS
    first = max(plan.first, view.today)
    return first, first + timedelta(days=_DETAILED_DAYS - 1) if long else plan.last


def _print_phase(out: Console, view: View, phase: PlanPhase, horizon: tuple[date, date]) -> None:
    items = [item for item in view.items if phase.first <= item.day <= phase.last]
    days = f"{short_day(phase.first)} to {short_day(phase.last)}"
    out.print()
    out.print(_line(f"{phase.title} ({days})", "bold"))
    out.print(_under(phase.why, 2, "dim"))
    before = [item for item in items if item.day < horizon[0]]
    after = [item for item in items if item.day > horizon[1]]
    if before:
        done = sum(1 for item in before if item.state == "done")
        out.print(_line(f"  Until {short_day(horizon[0] - timedelta(days=1))}: {done} of {len(before)} done"))
    shown = [item for item in items if horizon[0] <= item.day <= horizon[1]]
    for day, group in groupby(shown, lambda item: item.day):
        out.print(
            _line(
                f"  {short_day(day)}" + ("  today" if day == view.today else ""),
                "bold" if day == view.today else "",
            )
        )
        for item in group:
            out.print(_row(item))
    if after:
        out.print(_line(f"  {'Later' if shown else 'Planned'}: {_kinds(after)}"))


def _row(item: PlanItem) -> Hanging:
    style = "dim" if item.state != "open" else ""
    body = Text(for_terminal(item.title), style=style).append(f"  {item.minutes} min", style="dim")
    return Hanging(Text(f"{MARKS[item.state]} {item.number:>3}  ", style=style), body)


def _kinds(items: Iterable[PlanItem]) -> str:
    counts: dict[str, int] = {}
    for item in items:
        counts[item.kind] = counts.get(item.kind, 0) + 1
    return ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items(), key=lambda pair: -pair[1]))


def _print_left_out(out: Console, view: View) -> None:
    left = view.plan.left_out
    if not left:
        return
    out.print()
    out.print(_line(f"No room in {view.plan.hours:g} hours a week for {len(left)} things:"))
    for title in left[:_LEFT_OUT]:
        out.print(Hanging(Text("  -  "), Text(for_terminal(title))))
    if len(left) > _LEFT_OUT:
        out.print(
            _line(f"  and {len(left) - _LEFT_OUT} more. `coach plan make --hours H` plans with more time.")
        )


def _phase(view: View, day: date) -> PlanPhase | None:
    return next((phase for phase in view.plan.phases if phase.first <= day <= phase.last), None)


def _line(text: str, style: str = "") -> Text:
    return Text(for_terminal(text), style=style)


def _under(text: str, indent: int, style: str = "") -> Hanging:
    return Hanging(Text(" " * indent), Text(for_terminal(text), style=style))
