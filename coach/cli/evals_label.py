"""`coach eval label`: a person marks answers blind, at the terminal or from piped lines."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.panel import Panel
from rich.text import Text

from coach.cli import console, wiring
from coach.cli.json_output import print_json
from coach.evals.gold import GoldRow, load_gold
from coach.evals.labelling import LabelBook, Labelled, as_gold, measure_raters, queue_for, write_gold
from coach.evals.measure import dump
from coach.evals.tasks import find_question
from coach.guides.corpus import Corpus, load_rubric
from coach.schema.rubric import Criterion, Rubric
from coach.text.sanitize import for_terminal

_HELP = "a level, ? for the levels' meaning, u to undo the last answer, s to skip, q to stop"


class _Quit(Exception):
    """The rater has had enough for now."""


class _Undo(Exception):
    """The rater takes the last answer's labels back."""


class _Skip(Exception):
    """The rater leaves this answer for later."""


def label(
    file: Annotated[Path, typer.Argument(help="Answers: JSON Lines or CSV, labelled or not.")],
    rater: Annotated[str | None, typer.Option("--rater", help="Who labels; default: your user name.")] = None,
    rubric: Annotated[
        Path | None, typer.Option("--rubric", help="The rubric; default: the corpus's.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="The labels; default: FILE.labels.jsonl.")
    ] = None,
    agreement: Annotated[bool, typer.Option("--agreement", help="Only show how far raters agree.")] = False,
    gold: Annotated[
        Path | None, typer.Option("--gold", help="Only write a gold file of the labels' medians.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the agreement as JSON.")] = False,
) -> None:
    """Label answers without seeing kind, marks or other raters. Every answer is saved; run again to go on.

    Example: coach eval label answers.jsonl --rater kim
    """
    corpus = wiring.load().corpus
    used = load_rubric(rubric) if rubric is not None else corpus.rubric
    rows = load_gold(file, used, labelled=False).rows
    book = LabelBook(output or file.with_name(f"{file.name}.labels.jsonl"))
    if gold is not None:
        made = as_gold(rows, book)
        write_gold(gold, made)
        typer.echo(f"{gold}: {len(made)} labelled answers.", err=True)
        return
    if not agreement:
        _Desk(rater or getpass.getuser(), rows, book, used, corpus).sit()
    _show_agreement(measure_raters(book, rows, used.top), as_json)


class _Desk:
    """One rater's sitting."""

    def __init__(
        self, rater: str, rows: tuple[GoldRow, ...], book: LabelBook, rubric: Rubric, corpus: Corpus
    ) -> None:
        self._rater, self._rows, self._book = rater, rows, book
        self._rubric, self._corpus = rubric, corpus
        self._screen = console.err()
        self._skipped: set[str] = set()

    def sit(self) -> None:
        """Go through what is left until the rater stops or nothing is left."""
        try:
            while left := self._left():
                self._one(left[0], len(self._rows) - len(left) + 1)
        except _Quit:
            typer.echo("Saved. Run the same command to go on.", err=True)
            return
        typer.echo("Nothing is left to label.", err=True)

    def _left(self) -> list[GoldRow]:
        return [r for r in queue_for(self._rater, self._rows, self._book) if r.id not in self._skipped]

    def _one(self, row: GoldRow, number: int) -> None:
        question = find_question(row, self._corpus)
        criteria = self._criteria(row, question.criteria)
        self._show(row, question.text, number)
        try:
            levels = {item.id: self._ask(item.title, item) for item in criteria}
            overall = self._ask("Overall, as a hiring judgement", None)
            reason = self._read("Reason (may be empty): ")
        except _Skip:
            self._skipped.add(row.id)
            return
        except _Undo:
            gone = self._book.undo(self._rater)
            typer.echo("Taken back." if gone else "There is nothing to take back.", err=True)
            return
        self._book.put(
            Labelled(
                id=row.id,
                rater=self._rater,
                overall=overall,
                criteria=levels,
                reason=reason,
                at=datetime.now(UTC).isoformat(timespec="seconds"),
            )
        )

    def _criteria(self, row: GoldRow, asked: tuple[str, ...]) -> tuple[Criterion, ...]:
        known = self._rubric.by_id()
        ids = row.criteria or tuple(name for name in asked if name in known)
        return tuple(known[name] for name in ids) or self._rubric.criteria

    def _show(self, row: GoldRow, question: str, number: int) -> None:
        self._screen.print(Text(f"\n{number} of {len(self._rows)}", style="bold"))
        self._screen.print(Text(for_terminal(question)))
        turns = [f"{turn.role.capitalize()}: {turn.text}" for turn in row.answer.turns]
        said = row.answer.text if row.answer.text is not None else "\n\n".join(turns)
        self._screen.print(Panel(Text(for_terminal(said)), title="answer", title_align="left"))

    def _ask(self, what: str, criterion: Criterion | None) -> int:
        names = [name.casefold() for name in self._rubric.level_names]
        scale = ", ".join(f"{n} {name}" for n, name in enumerate(names, start=1)) or f"1-{self._rubric.top}"
        while True:
            said = self._read(f"{what} [{scale}]: ").casefold()
            if said in names:
                return names.index(said) + 1
            if said.isdigit() and 1 <= int(said) <= self._rubric.top:
                return int(said)
            if said == "?" and criterion is not None:
                self._explain(criterion)
            else:
                typer.echo(f"Type {_HELP}.", err=True)

    def _explain(self, criterion: Criterion) -> None:
        for level, anchor in sorted(criterion.levels.items()):
            self._screen.print(Text(f"  {level}: {anchor}"))
        for name, samples in (("BAD", criterion.bad), ("GOOD", criterion.good)):
            for text in samples:
                self._screen.print(Text(f"  {name}: {text}"))

    def _read(self, prompt: str) -> str:
        try:
            said = self._screen.input(Text(prompt)).strip()
        except EOFError as error:
            raise _Quit from error
        commands: dict[str, type[Exception]] = {"q": _Quit, "u": _Undo, "s": _Skip}
        if said.casefold() in commands:
            raise commands[said.casefold()]
        return said


def _show_agreement(measured: dict[str, Any], as_json: bool) -> None:
    plain = dump(measured)
    if as_json:
        print_json(plain)
        return
    for rater, count in plain["raters"].items():
        typer.echo(f"{rater}: {count} answers")
    for pair, block in plain["pairs"].items():
        typer.echo(f"{pair}, {block['overall_exact']['n']} answers of both:")
        for name in ("overall", "criteria"):
            kappa, exact = block[f"{name}_kappa"], block[f"{name}_exact"]
            typer.echo(f"  {name}: weighted kappa {_show(kappa)}, exact {_show(exact)}")
    if plain["pairs"]:
        typer.echo(
            f"Krippendorff alpha of all raters: overall {_show(plain['overall_alpha'])}, "
            f"criteria {_show(plain['criteria_alpha'])}"
        )


def _show(estimate: dict[str, Any]) -> str:
    if estimate["value"] is None:
        return "undefined"
    if estimate["lo"] is None:
        return f"{estimate['value']:.2f}"
    return f"{estimate['value']:.2f} [{estimate['lo']:.2f}, {estimate['hi']:.2f}]"
