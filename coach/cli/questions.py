"""`coach questions`: the corpus's interview questions, listed and shown. Imports nothing heavy."""

from __future__ import annotations

from typing import Annotated

import typer

from coach.cli.json_output import print_json
from coach.errors import UsageError
from coach.schema.question import ROUNDS, Question

app = typer.Typer(
    add_completion=False,
    help="The interview questions of the corpus.\n\nExample: coach questions list --round debugging",
    no_args_is_help=True,
)


@app.command("list")
def list_(
    round_: Annotated[str | None, typer.Option("--round", help=f"One of: {', '.join(ROUNDS)}.")] = None,
    as_data: Annotated[bool, typer.Option("--json", help="Print the questions as JSON.")] = False,
) -> None:
    """List the questions, one line each.

    Example: coach questions list --round ml_system_design --json
    """
    if round_ is not None and round_ not in ROUNDS:
        raise UsageError(f"There is no round {round_!r}. Rounds: {', '.join(ROUNDS)}.")
    chosen = [q for q in _questions().values() if round_ in (None, q.round)]
    if as_data:
        print_json([_as_data(question) for question in chosen])
        return
    from coach.cli import console

    if not console.out().is_terminal:
        for question in chosen:
            typer.echo(f"{question.id}\t{question.round or ''}\t{question.text}")
        return
    from rich.table import Table

    table = Table(box=None, pad_edge=False, show_edge=False)
    table.add_column("id", no_wrap=True)
    table.add_column("round", no_wrap=True)
    table.add_column("question")
    for question in chosen:
        table.add_row(question.id, question.round or "", question.text)
    console.out().print(table)


@app.command()
def show(
    question_id: Annotated[str, typer.Argument(metavar="ID", help="A question's id, as listed.")],
    as_data: Annotated[bool, typer.Option("--json", help="Print the question as JSON.")] = False,
) -> None:
    """Show one question with its criteria, follow-up angles and passages.

    Example: coach questions show fraud-realtime
    """
    questions = _questions()
    question = questions.get(question_id)
    if question is None:
        from difflib import get_close_matches

        close = get_close_matches(question_id, questions, n=3)
        hint = f" Did you mean {' or '.join(close)}?" if close else " `coach questions list` names them all."
        raise UsageError(f"There is no question {question_id!r}.{hint}")
    if as_data:
        print_json(_as_data(question))
    else:
        _print(question)


def _questions() -> dict[str, Question]:
    from coach.cli import wiring

    return wiring.load().corpus.questions


def _as_data(question: Question) -> dict[str, object]:
    return question.model_dump(mode="json")


def _print(question: Question) -> None:
    from rich.padding import Padding
    from rich.text import Text

    def under(text: str, indent: int) -> Padding:
        return Padding(Text(text), (0, 0, 0, indent), expand=False)

    from coach.cli import console

    out = console.out()
    out.print(Text(question.text, style="bold"))
    out.print(f"{question.id} | round {question.round or 'none'} | {question.source}")
    out.print(Text("\nCriteria and what a follow-up may press on", style="bold"))
    for criterion in question.criteria:
        out.print(under(criterion, 2))
        for angle in question.angles:
            if angle.criterion == criterion:
                out.print(under(angle.text, 4))
    if question.fatal:
        out.print(Text("\nWhat sinks an answer", style="bold"))
        for sign in question.fatal:
            out.print(under(sign.text, 2))
    out.print(Text("\nPassages", style="bold"))
    for passage in question.passages:
        out.print(under(passage, 2))
