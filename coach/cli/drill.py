"""`coach drill`: exercises other than interview questions, listed and run; each kind is its own module."""

from __future__ import annotations

from contextlib import closing
from typing import Annotated, Any

import typer

from coach.cli import drill_exercises, drill_incident
from coach.cli.drill_kind import Case, Kind
from coach.cli.json_output import print_json
from coach.errors import UsageError

KINDS: tuple[Kind, ...] = (*drill_incident.KINDS, *drill_exercises.KINDS)

app = typer.Typer(
    add_completion=False,
    help="Exercises other than questions: incidents to find the cause of, and more.\n\n"
    "Example: coach drill incident",
    no_args_is_help=True,
)


@app.command("list")
def list_(
    kind: Annotated[str | None, typer.Argument(metavar="[KIND]", help="One kind of drill.")] = None,
    as_data: Annotated[bool, typer.Option("--json", help="Print the drills as JSON.")] = False,
) -> None:
    """List the drills, and your last mark on each.

    Example: coach drill list incident
    """
    chosen = [item for item in KINDS if kind in (None, item.name)]
    if not chosen:
        raise UsageError(f"There is no drill {kind!r}. Kinds: {', '.join(item.name for item in KINDS)}.")
    rows = _rows(chosen)
    if as_data:
        print_json(rows)
    else:
        _print(rows)


def _rows(kinds: list[Kind]) -> list[dict[str, Any]]:
    from coach.cli import wiring
    from coach.store.drills import Drills

    with closing(wiring.load()) as rooms:
        done = {
            (run.kind, run.name): (run.grade.overall if run.grade else None, run.updated_at)
            for run in Drills(rooms.database).ended()
        }
        done |= {(kind.name, name): last for kind in kinds for name, last in kind.done(rooms).items()}
        found: list[tuple[Kind, Case]] = [(kind, case) for kind in kinds for case in kind.cases(rooms)]
    rows = []
    for kind, case in found:
        mark, at = done.get((kind.name, case.name), (None, None))
        rows.append(
            {
                "kind": kind.name,
                "name": case.name,
                "title": case.title,
                "last_mark": mark,
                "last_at": at,
            }
        )
    return rows


def _print(rows: list[dict[str, Any]]) -> None:
    from coach.cli import console

    out = console.out()
    if not out.is_terminal:
        for row in rows:
            mark = "" if row["last_mark"] is None else row["last_mark"]
            typer.echo(f"{row['kind']}\t{row['name']}\t{mark}\t{row['title']}")
        return
    from rich.table import Table

    table = Table(box=None, pad_edge=False, show_edge=False)
    table.add_column("kind", no_wrap=True)
    table.add_column("name", no_wrap=True)
    table.add_column("mark", justify="right")
    table.add_column("what it is about")
    for row in rows:
        table.add_row(row["kind"], row["name"], str(row["last_mark"] or ""), row["title"])
    out.print(table)
    console.err().print("Begin with: coach drill KIND NAME. Without a name you get one that is new to you.")


for _kind in KINDS:
    app.command(_kind.name)(_kind.command)
