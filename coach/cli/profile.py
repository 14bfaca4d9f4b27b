"""`coach profile`: what the coach knows of the candidate, shown and set."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

import typer
from rich.table import Table
from rich.text import Text

from coach.cli import console, wiring
from coach.cli.days import read_day
from coach.cli.json_output import print_json
from coach.errors import UsageError
from coach.store.profile import Profile, Profiles
from coach.text.sanitize import for_terminal

app = typer.Typer(
    add_completion=False,
    help="What the coach knows of you: it chooses questions and the level by it.\n\n"
    "Example: coach profile set --level senior --interview-date 2026-12-15",
)


@app.callback(invoke_without_command=True)
def profile(context: typer.Context) -> None:
    """Without a command, the profile is shown."""
    if context.invoked_subcommand is None:
        show()


@app.command()
def show(
    as_data: Annotated[bool, typer.Option("--json", help="Print the profile as JSON.")] = False,
) -> None:
    """Show the profile.

    Example: coach profile show --json
    """
    _show(Profiles(wiring.load().database).load(), as_data=as_data)


@app.command("set")
def set_(
    experience: Annotated[str | None, typer.Option(help="Your background, in a few words.")] = None,
    company: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="A target company; give it once for each.")
    ] = None,
    level: Annotated[
        Literal["pm", "senior", "principal"] | None, typer.Option(help="The level of the role.")
    ] = None,
    interview_date: Annotated[
        str | None, typer.Option(metavar="DAY", help="When the interview is, written as 2026-12-11.")
    ] = None,
    hours_a_week: Annotated[
        float | None, typer.Option(min=0.5, max=60, help="Hours a week that you can practise.")
    ] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Forget everything first.")] = False,
) -> None:
    """Set what is given; the rest stays as it is.

    Example: coach profile set --experience "6 years in payments" --company Acme --hours-a-week 5
    """
    profiles = Profiles(wiring.load().database)
    known = Profile() if clear else profiles.load()
    told = {
        "experience": experience,
        "companies": tuple(company) if company else None,
        "level": level,
        "interview_date": read_day(interview_date) if interview_date else None,
        "hours_per_week": hours_a_week,
    }
    changes = {name: value for name, value in told.items() if value is not None}
    changed = Profile.model_validate({**known.model_dump(), **changes})
    if changed.interview_date and changed.interview_date < date.today() and "interview_date" in changes:
        raise UsageError(f"{changed.interview_date} has passed. Give a day to come.")
    profiles.save(changed)
    _show(changed)


def _show(profile: Profile, *, as_data: bool = False) -> None:
    if as_data:
        print_json(profile.model_dump(mode="json"))
        return
    days = profile.days_left(date.today())
    when = f"{profile.interview_date}" if profile.interview_date else ""
    rows = {
        "Experience": profile.experience,
        "Target companies": ", ".join(profile.companies),
        "Level": profile.level or "senior, by default",
        "Interview": f"{when}, in {days} days" if days is not None else when,
        "Hours a week": f"{profile.hours_per_week:g}" if profile.hours_per_week else "",
    }
    table = Table.grid(padding=(0, 2))
    for name, value in rows.items():
        table.add_row(Text(name, style="bold"), Text(for_terminal(value) or "not told"))
    console.out().print(table)
