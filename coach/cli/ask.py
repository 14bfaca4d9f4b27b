"""`coach ask`: a question to the guides, answered in cited passages."""

from __future__ import annotations

import asyncio
from contextlib import closing
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from coach.cli.json_output import print_json
from coach.errors import UsageError

if TYPE_CHECKING:
    from coach.cli.wiring import Rooms
    from coach.guides.ask import AskResult
    from coach.llm.port import ChatModel

app = typer.Typer(add_completion=False)


@app.command()
def ask(
    text: Annotated[list[str], typer.Argument(metavar="TEXT", help="The question, in your own words.")],
    grader: Annotated[
        Literal["auto", "local", "llm"],
        typer.Option(help="Who answers: local shows passages, llm lets a model word a cited answer."),
    ] = "auto",
    as_data: Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")] = False,
) -> None:
    """Ask the guides. The answer is made of cited passages, or says that the guides do not say.

    Example: coach ask "should I optimise for precision or recall?"
    """
    from coach.cli import wiring

    question = " ".join(text).strip()
    if not question:
        raise UsageError('Ask something: coach ask "how do I choose a threshold?"')
    with closing(wiring.load()) as rooms:
        result = asyncio.run(_ask(question, rooms, grader))
    if as_data:
        print_json(as_json(result))
    else:
        _print(result)


async def _ask(question: str, rooms: Rooms, grader: str) -> AskResult:
    from coach.guides.ask import ask_guides

    try:
        model = await _model(rooms, grader)
        return await ask_guides(question, rooms.searcher(), model, rooms.prompts)
    finally:
        await rooms.hang_up()


async def _model(rooms: Rooms, grader: str) -> ChatModel | None:
    """The model that words the answer: on demand, or where the user has agreed to one before."""
    from coach.cli import consent, console
    from coach.store.profile import Profiles

    if grader == "local" or (grader == "auto" and not rooms.settings.has_model):
        return None
    if grader == "auto":
        if not console.at_terminal():
            return None
        err = console.err()
        agreed = consent.agree(
            Profiles(rooms.database), rooms.server, say=err.print, ask=lambda prompt: err.input(prompt)
        )
        if not agreed:
            return None
    return await rooms.chat()


def as_json(result: AskResult) -> dict[str, Any]:
    """What --json prints."""
    return {
        "question": result.question,
        "found": result.found,
        "answer": [{"text": s.text, "citations": list(s.passages)} for s in result.sentences],
        "passages": [
            {
                "id": cited.passage.id,
                "guide": cited.passage.guide,
                "title": cited.passage.title,
                "text": cited.passage.text,
                "marked": [list(span) for span in cited.marked],
            }
            for cited in result.passages
        ],
        "model": result.model,
        "cost_usd": result.cost_usd,
    }


def _print(result: AskResult) -> None:
    from coach.cli import console
    from coach.report.ask import render_answer

    out = console.out()
    out.print(render_answer(result, marks=not out.is_terminal))
    if not result.found:
        console.err().print("`coach guides add FILE` adds a document of your own.")
