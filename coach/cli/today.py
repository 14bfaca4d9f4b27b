"""What `coach` alone shows: today's items of the plan and the next best thing to do."""

from __future__ import annotations

from contextlib import closing

from coach.cli import console, wiring
from coach.cli.plan_desk import PlanDesk, View
from coach.plan.next_step import Facts, Step, next_step
from coach.text.sanitize import for_terminal


def show_today() -> int:
    """Print today's items and the next step; a beginner is told the first one and where help is."""
    with closing(wiring.load()) as rooms:
        if not (rooms.settings.data_dir / "coach.db").exists():
            # Looking creates nothing: a new user may be in the wrong folder.
            _welcome()
            return 0
        desk = PlanDesk(rooms)
        view = desk.look()
        facts = gather_facts(desk, view)
        if view is None and not facts.answered and facts.unfinished is None:
            _welcome()
            return 0
        if view is not None:
            from coach.cli.plan_screen import print_today

            print_today(console.out(), view)
        _print_step(next_step(facts))
    return 0


def gather_facts(desk: PlanDesk, view: View | None) -> Facts:
    """What the next step depends on."""
    return Facts(
        has_plan=view is not None,
        plan_ended=view.ended if view else False,
        unfinished=desk.store.unfinished(),
        answered=desk.memory.answered(),
        has_date=desk.profile.days_left(desk.today) is not None,
        today=view.on(desk.today) if view else (),
        ahead=view.ahead() if view else (),
        due=desk.due(),
    )


def _print_step(step: Step) -> None:
    from rich.text import Text

    from coach.cli.hanging import Hanging

    out = console.out()
    line = Text("Next: ", style="bold")
    line.append(step.command, style="bold cyan")
    out.print(line)
    out.print(Hanging(Text(" " * 6), Text(for_terminal(step.why), style="dim")))
    console.err().print("All commands: coach --help", style="dim")


def _welcome() -> None:
    from rich.text import Text

    out = console.out()
    out.print(Text("coach prepares you for AI product manager interviews. Nothing has been practised yet.\n"))
    for command, why in (
        ("coach practice", "answer one question; graded on this machine, no key needed"),
        (
            "coach profile set --interview-date DAY --hours-a-week 5",
            "tell it when, and how much time you have",
        ),
        ("coach plan make", "a plan of days until the interview (thirty without a date)"),
        ("coach --help", "all commands; each has --help with an example"),
    ):
        out.print(Text(f"  {command}", style="bold cyan" if command == "coach practice" else "cyan"))
        out.print(Text(f"      {why}", style="dim"))
