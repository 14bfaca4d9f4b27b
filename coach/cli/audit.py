"""`coach audit`: every AI feature that you shipped, and what you cannot say of it."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from coach.cli import console
from coach.cli.json_output import print_json
from coach.cli.story_desk import Desk, desk
from coach.schema.story import AuditEntry

app = typer.Typer(
    add_completion=False,
    help="The technical gap audit: what you know of every AI feature that you shipped.\n\n"
    "Example: coach audit",
    invoke_without_command=True,
)

# The six fields and a feature's name need as many columns.
TABLE_WIDTH = 70
AsData = Annotated[bool, typer.Option("--json", help="Print as JSON.")]
EntryId = Annotated[int, typer.Argument(metavar="ID", help="The feature's number, as listed.")]


@app.callback()
def audit(
    context: typer.Context,
    file: Annotated[
        str | None,
        typer.Option("--file", help="Markdown or YAML with features; - reads a pipe."),
    ] = None,
    continue_: Annotated[bool, typer.Option("--continue", help="Go on with the latest draft.")] = False,
    as_data: AsData = False,
) -> None:
    """Add a feature, led field by field, or features from a file; then see the gaps.

    A field that you cannot fill is left blank: it becomes a gap with the drill, the question and the
    passage that close it.

    Example: coach audit --file features.md
    """
    if context.invoked_subcommand is not None:
        return
    from coach.cli.audit_add import add_from_file, add_guided

    if file is None and not console.at_terminal() and not continue_:
        file = "-"
    with desk() as at:
        added = add_from_file(at, file) if file is not None else add_guided(at, resume=continue_)
        _report(at, added, as_data=as_data)


@app.command("list")
def list_(as_data: AsData = False) -> None:
    """List the features with their gaps, and what closes each.

    Example: coach audit list --json
    """
    with desk() as at:
        entries = at.audits.all()
        if not entries and not as_data:
            at.screen.tell("No feature is audited yet. `coach audit` leads you through the first one.")
            return
        _report(at, entries, as_data=as_data)


@app.command()
def show(number: EntryId, as_data: AsData = False) -> None:
    """Show one feature, field by field.

    Example: coach audit show 2
    """
    from coach.cli.audit_show import render_entry

    with desk() as at:
        entry = at.audits.get(number)
        if as_data:
            print_json(_as_data(at, [entry])[0])
        else:
            at.data.show(render_entry(entry, at.audit_guide))


@app.command()
def edit(
    number: EntryId,
    file: Annotated[
        str | None, typer.Option("--file", help="Take the changed feature from here; - reads a pipe.")
    ] = None,
) -> None:
    """Change a feature in $EDITOR. A broken edit is kept and told.

    Example: EDITOR=nano coach audit edit 2
    """
    from coach.cli.story_editor import edit_file, take_edit
    from coach.stories.files import read_audit, write_audit

    with desk() as at:
        entry = at.audits.get(number)
        changed = take_edit(at, write_audit(entry), edit_file(at, "audit", number), read_audit, file)
        if changed is not None:
            at.audits.save(changed.model_copy(update={"id": number}))
            at.screen.tell(f"Feature {number} is changed. `coach audit list` shows what is left open.")


@app.command()
def delete(number: EntryId, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Delete an audited feature.

    Example: coach audit delete 2 --yes
    """
    from coach.cli.story import confirm
    from coach.cli.story_editor import edit_file

    with desk() as at:
        entry = at.audits.get(number)
        confirm(at, f"Delete feature {number}, {entry.feature!r}?", yes=yes)
        at.audits.delete(number)
        edit_file(at, "audit", number).unlink(missing_ok=True)
        at.screen.tell(f"Feature {number} is deleted.")


def _report(at: Desk, entries: list[AuditEntry], *, as_data: bool) -> None:
    from coach.cli.audit_show import render_gaps, render_lines, render_table
    from coach.stories.audit import gaps

    if as_data:
        print_json(_as_data(at, entries))
        return
    render = render_table if console.out().width >= TABLE_WIDTH else render_lines
    at.data.show(render(entries, at.audit_guide))
    at.data.show(render_gaps(gaps(entries, at.audit_guide), at.rooms.corpus))


def _as_data(at: Desk, entries: list[AuditEntry]) -> list[dict[str, Any]]:
    from coach.stories.audit import gaps

    found = gaps(entries, at.audit_guide)
    return [
        entry.model_dump(mode="json")
        | {"gaps": [gap.model_dump(mode="json") for gap in found if gap.entry == entry.id]}
        for entry in entries
    ]
