"""`coach drill code`, `tradeoff`, `which-when`, `audiences`, `devil`, `native`, `artifact`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from coach.cli.drill_kind import Case, Kind
from coach.errors import UsageError
from coach.guides.exercises import DrillKind

if TYPE_CHECKING:
    from coach.cli.wiring import Rooms

Name = Annotated[
    str | None,
    typer.Argument(metavar="[NAME]", help="`coach drill list KIND` names them."),
]
Grader = Annotated[Literal["auto", "local", "llm"], typer.Option(help="Who grades and reads your words.")]
Continue = Annotated[bool, typer.Option("--continue", help="Go on where you left off.")]
SessionId = Annotated[str | None, typer.Option("--session", help="Go on with the session of this id.")]
NoScores = Annotated[bool, typer.Option("--no-scores", help="Hide numbers, keep words.")]
AsData = Annotated[bool, typer.Option("--json", help="Print each exercise as JSON.")]


def _command(kind: DrillKind, told: str) -> Callable[..., int]:
    """The command of a kind that takes no document; `told` is its help."""

    def command(
        name: Name = None,
        grader: Grader = "auto",
        continue_: Continue = False,
        session: SessionId = None,
        no_scores: NoScores = False,
        as_data: AsData = False,
    ) -> int:
        return _run(kind, name, grader, continue_, session, no_scores, as_data)

    command.__doc__ = told
    return command


def artifact(
    name: Name = None,
    file: Annotated[
        Path | None,
        typer.Option("--file", help="The document: text, DOCX or PDF."),
    ] = None,
    edit: Annotated[bool, typer.Option("--edit", help="Write it in $EDITOR at once.")] = False,
    grader: Grader = "auto",
    continue_: Continue = False,
    session: SessionId = None,
    no_scores: NoScores = False,
    as_data: AsData = False,
) -> int:
    """Write a brief, a post-mortem, a dashboard, a data story or a point of view; graded like a take-home.

    Example: coach drill artifact dashboard-fraud --file dashboard.md
    """
    if file and edit:
        raise UsageError("Give the document with --file or write it with --edit.")
    return _run(
        "artifact", name, grader, continue_, session, no_scores, as_data, document=file, in_editor=edit
    )


def _run(
    kind: DrillKind,
    name: str | None,
    grader: Literal["auto", "local", "llm"],
    continue_: bool,
    session: str | None,
    no_scores: bool,
    as_data: bool,
    *,
    document: Path | None = None,
    in_editor: bool = False,
) -> int:
    from coach.cli.drill_exercises_run import Wanted, run

    if name and (continue_ or session):
        raise UsageError("Give a name for a new exercise, or --continue or --session for an earlier one.")
    wanted = Wanted(
        kind=kind,
        name=name,
        grader=grader,
        resume=session or ("" if continue_ else None),
        scores=not no_scores,
        as_data=as_data,
        document=document,
        in_editor=in_editor,
    )
    return run(wanted)


def _cases(kind: DrillKind) -> Callable[[Rooms], Sequence[Case]]:
    def cases(rooms: Rooms) -> Sequence[Case]:
        from coach.cli.drill_exercises_ask import open_shelf

        return [Case(name, title) for name, title in open_shelf(rooms, kind).titles().items()]

    return cases


def _done(kind: DrillKind) -> Callable[[Rooms], Mapping[str, tuple[int | None, str]]]:
    def done(rooms: Rooms) -> Mapping[str, tuple[int | None, str]]:
        from coach.drills.drill import name_of
        from coach.store.history import History

        practised = History(rooms.database).practised()
        found = {name_of(question, kind): item for question, item in practised.items()}
        return {name: (item.last_overall, item.last_at) for name, item in found.items() if name}

    return done


_HELP: dict[DrillKind, tuple[str, str]] = {
    "code": (
        "read a snippet aloud and find what is wrong with it",
        "Read a short snippet aloud: what it does, what is wrong, what that does to the product, the mend."
        "\n\nExample: coach drill code\n\nExample: coach drill code week-window --json < reading.md",
    ),
    "tradeoff": (
        "turn a vague wish into a priced trade-off",
        "Turn a vague wish into a trade-off that engineers can price."
        "\n\nExample: coach drill tradeoff faster-model",
    ),
    "which-when": (
        "choose, price the choice, say when it flips",
        "Choose between two ways on a short case, price the choice, say when it flips."
        "\n\nExample: coach drill which-when policy-answers",
    ),
    "audiences": (
        "one decision, told to three audiences",
        "Explain one decision three times: to engineers, to compliance, to executives."
        "\n\nExample: coach drill audiences fraud-threshold",
    ),
    "devil": (
        "defend a past decision against a doubting committee",
        "Defend a past decision of yours, from your stories or your audit, against a doubting committee."
        "\n\nWithout any story a prepared decision is taken. NAME may be story-3, audit-1 or a prepared one."
        "\n\nExample: coach drill devil\n\nExample: coach drill devil story-3",
    ),
    "native": (
        "find out whether a portfolio item is AI-native",
        "Walk through a portfolio item under questions that find out whether it is AI-native or AI-enabled."
        "\n\nExample: coach drill native",
    ),
}
KINDS = (
    *(
        Kind(kind, summary, _command(kind, told), _cases(kind), _done(kind))
        for kind, (summary, told) in _HELP.items()
    ),
    Kind(
        "artifact",
        "write a brief, a post-mortem, a dashboard and the like",
        artifact,
        _cases("artifact"),
        _done("artifact"),
    ),
)
