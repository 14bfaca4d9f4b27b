"""`coach plan`: the preparation plan, made, shown, ticked off, read, exported."""

from __future__ import annotations

import sys
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from coach.cli import console, wiring
from coach.cli.days import read_day
from coach.cli.json_output import print_json
from coach.cli.plan_desk import PlanDesk, View
from coach.errors import UsageError
from coach.plan.days import months_on
from coach.plan.ticks import close, reopen
from coach.schema.plan import PlanItem

DEFAULT_DAYS = 30

app = typer.Typer(
    add_completion=False,
    help="Your preparation plan: what to do on which day until the interview.\n\n"
    "Example: coach plan make --until 2026-12-15 --hours 6",
)

AsData = Annotated[bool, typer.Option("--json", help="Print it as JSON.")]
Numbers = Annotated[list[int], typer.Argument(metavar="ITEM...", help="Numbers of items, as the plan shows.")]


@app.callback(invoke_without_command=True)
def plan(
    context: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="List every day, those gone by too.")] = False,
    as_data: AsData = False,
) -> None:
    """Without a command, the whole plan is shown.

    Example: coach plan --all
    """
    if context.invoked_subcommand is not None:
        return
    with closing(wiring.load()) as rooms:
        view = _view(PlanDesk(rooms))
    if as_data:
        _print_data(view)
        return
    from coach.cli.plan_screen import print_whole

    print_whole(console.out(), view, everything=everything)


@app.command()
def today(as_data: AsData = False) -> None:
    """What is planned for today, and what was carried over.

    Example: coach plan today --json
    """
    with closing(wiring.load()) as rooms:
        view = _view(PlanDesk(rooms))
    if as_data:
        _print_data(view, view.on(view.today))
        return
    from coach.cli.plan_screen import print_today

    print_today(console.out(), view)


@app.command()
def make(
    days: Annotated[int | None, typer.Option(min=1, help="So many days.")] = None,
    weeks: Annotated[int | None, typer.Option(min=1, help="So many weeks.")] = None,
    months: Annotated[
        int | None, typer.Option(min=1, help="So many months, 12 to 18 for a full move.")
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="DAY", help="To this day, itself included, written as 2026-12-11.")
    ] = None,
    hours: Annotated[
        float | None, typer.Option(min=0.5, max=60, help="Hours a week (else your profile's, else 5).")
    ] = None,
    as_data: AsData = False,
) -> None:
    """Make a plan and put it in the place of the one before; what was done stays in your history.

    Without a length it lasts until the day before your interview, or thirty days where no date is known.

    Example: coach plan make --weeks 12 --hours 5
    """
    if sum(value is not None for value in (days, weeks, months, until)) > 1:
        raise UsageError("Give one of --days, --weeks, --months and --until.")
    with closing(wiring.load()) as rooms:
        desk = PlanDesk(rooms)
        last = _last_day(desk, days, weeks, months, read_day(until) if until else None)
        view = desk.make(last, hours)
    if as_data:
        _print_data(view)
        return
    from coach.cli.plan_screen import print_whole

    print_whole(console.out(), view, everything=False)
    if view.plan.first > view.today:
        console.err().print("It begins tomorrow, since today is nearly over.")
    if view.plan.interview and view.plan.last >= view.plan.interview:
        console.err().print(f"It goes on past your interview on {view.plan.interview}.")
    console.err().print(
        "`coach` alone shows the day. `coach plan export --ical FILE` puts it into a calendar."
    )


def _last_day(
    desk: PlanDesk, days: int | None, weeks: int | None, months: int | None, until: date | None
) -> date:
    first = desk.first_day
    interview = desk.profile.interview_date
    if until is not None:
        last = until
    elif months is not None:
        last = months_on(first, months) - timedelta(days=1)
    elif days is not None or weeks is not None:
        last = first + timedelta(days=(days or 7 * (weeks or 0)) - 1)
    elif interview is not None and interview > first:
        last = interview - timedelta(days=1)
    else:
        last = first + timedelta(days=DEFAULT_DAYS - 1)
    if last < first:
        raise UsageError(f"{last} is before {first}, the first day that a plan can begin on.")
    return last


@app.command()
def done(
    numbers: Numbers,
    undo: Annotated[bool, typer.Option("--undo", help="Open them again.")] = False,
) -> None:
    """Tick items off by hand. What the coach sees you do ticks off by itself.

    Example: coach plan done 7 9
    """

    def tick(item: PlanItem) -> PlanItem:
        if undo and ":" in (item.closed_by or ""):
            raise UsageError(f"Item {item.number} was ticked off by what you did ({item.closed_by}).")
        if undo:
            return reopen(item)
        return item if item.state == "done" else close(item, "hand", desk.stamp)

    with closing(wiring.load()) as rooms:
        desk = PlanDesk(rooms)
        changed = desk.change(_view(desk), numbers, tick)
    from coach.cli.plan_screen import print_item

    for item in changed:
        print_item(console.out(), item)


@app.command()
def skip(numbers: Numbers) -> None:
    """Take items out of the plan; `coach plan done --undo` puts them back.

    Example: coach plan skip 12
    """
    with closing(wiring.load()) as rooms:
        desk = PlanDesk(rooms)
        changed = desk.change(
            _view(desk),
            numbers,
            lambda item: item.model_copy(
                update={"state": "dropped", "closed_by": "hand", "closed_at": desk.stamp}
            ),
        )
    from coach.cli.plan_screen import print_item

    for item in changed:
        print_item(console.out(), item)


@app.command()
def read(
    number: Annotated[int, typer.Argument(metavar="ITEM", help="An item's number, as the plan shows.")],
) -> None:
    """Show an item with its passage of the guides; a reading is ticked off by that.

    Example: coach plan read 3
    """
    with closing(wiring.load()) as rooms:
        desk = PlanDesk(rooms)
        view = _view(desk)

        def tick(item: PlanItem) -> PlanItem:
            reading = item.kind == "reading" and item.state == "open"
            return close(item, "hand", desk.stamp) if reading else item

        item = desk.change(view, [number], tick)[0]
        passage = rooms.corpus.passages.get(item.passage)
    from coach.cli.plan_screen import print_item
    from coach.report.cards import render_passage

    out = console.out()
    print_item(out, item)
    if passage is not None:
        out.print()
        out.print(render_passage(passage))
    if item.state == "open":
        console.err().print(f"When it is done: coach plan done {item.number}")


@app.command()
def memory(as_data: AsData = False) -> None:
    """What is remembered of questions and weak criteria: last mark, and when it is due again.

    Example: coach plan memory --json
    """
    with closing(wiring.load()) as rooms:
        desk = PlanDesk(rooms)
        desk.absorb()
        cards = [card for card in desk.memory.cards().values() if card.due is not None]
    cards.sort(key=lambda card: (card.due, card.mark, card.card))
    if as_data:
        print_json([card.model_dump(mode="json") for card in cards])
        return
    if not cards:
        console.err().print("Nothing yet: every graded answer is remembered. Begin with: coach practice")
        return
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for name, justify in (("due", "left"), ("what", "left"), ("marks", "right"), ("last", "right")):
        table.add_column(name, justify="right" if justify == "right" else "left")
    for card in cards:
        late = card.due is not None and card.due <= desk.today
        table.add_row(
            f"{card.due}",
            card.card.replace(":", " "),
            str(card.times),
            str(card.mark),
            style="bold" if late else "",
        )
    console.out().print(table)


@app.command()
def export(
    ical: Annotated[
        str | None, typer.Option(metavar="FILE", help="An iCalendar file, `-` for standard output.")
    ] = None,
    markdown: Annotated[
        str | None, typer.Option(metavar="FILE", help="A Markdown file, `-` for standard output.")
    ] = None,
) -> None:
    """Write the plan as a calendar (all-day events, no alarms) or as Markdown with boxes.

    Example: coach plan export --ical plan.ics --markdown plan.md
    """
    from coach.plan.export import to_ical, to_markdown

    if ical is None and markdown is None:
        raise UsageError("Say what to write: --ical FILE, --markdown FILE, or both.")
    with closing(wiring.load()) as rooms:
        desk = PlanDesk(rooms)
        view = _view(desk)
        changed_at = desk.store.changed_at(view.plan.id)
    if ical is not None:
        _write(ical, to_ical(view.plan, view.items, changed_at).decode())
    if markdown is not None:
        _write(markdown, to_markdown(view.plan, view.items))


def _write(target: str, text: str) -> None:
    from coach.llm.files import write_whole

    if target == "-":
        # As bytes, since a calendar's lines end in CR LF wherever it is written.
        sys.stdout.buffer.write(text.encode())
        sys.stdout.buffer.flush()
        return
    write_whole(Path(target), [text])
    console.err().print(f"Written: {target}")


def _view(desk: PlanDesk) -> View:
    view = desk.look()
    if view is None:
        raise UsageError("There is no plan yet. `coach plan make` makes one.")
    return view


def _print_data(view: View, items: list[PlanItem] | None = None) -> None:
    data: dict[str, Any] = {
        "plan": view.plan.model_dump(mode="json"),
        "today": view.today.isoformat(),
        "notes": [*view.notes, *([view.hint] if view.hint else [])],
        "items": [item.model_dump(mode="json") for item in (view.items if items is None else items)],
    }
    print_json(data)
