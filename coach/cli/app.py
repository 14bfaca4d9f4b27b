"""The program's entry: finds the command, runs it, turns every error into a message and a code.

Command modules are imported only when they run, so that `coach --help` starts at once.
"""

from __future__ import annotations

import importlib
import os
import shutil
import sys
import textwrap
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from coach import __version__
from coach.cli import streams
from coach.cli.characters import prepare_streams
from coach.cli.parameter_words import word_own_parameters, word_parameters
from coach.errors import CoachError, SetupError
from coach.text.sanitize import for_terminal

WIDEST = 100
COMPLETE = "_COACH_COMPLETE"  # the parser's own name of it

# name -> (module, what the command list says of it)
COMMANDS = {
    "practice": ("coach.cli.practice", "Practise one question in the terminal: answer, follow-ups, grade."),
    "grade": ("coach.cli.grade", "Grade written answers: one file, a spreadsheet, a hundred thousand rows."),
    "ask": ("coach.cli.ask", "Ask the guides; the answer is made of cited passages."),
    "eval": ("coach.cli.evals", "Measure a grader: validity, repeatability, stress."),
    "guides": ("coach.cli.guides", "The interview guides: add, list, search, check."),
    "questions": ("coach.cli.questions", "The interview questions: list, show."),
    "drill": ("coach.cli.drill", "Drills: find the cause of an incident, and other exercises."),
    "progress": ("coach.cli.trends", "How your marks move, and what you never practise."),
    "history": ("coach.cli.history", "What you practised: list, show, search, export, import, delete."),
    "plan": ("coach.cli.plan", "Your preparation plan, day by day: make, today, done, read, export."),
    "loop": ("coach.cli.loop", "Whole interview loops with a hiring committee: start, continue, debrief."),
    "profile": ("coach.cli.profile", "What the coach knows of you: show, set."),
    "doctor": ("coach.cli.doctor", "Check the installation and your data; name what mends what is wrong."),
    "story": ("coach.cli.story", "Your STAR stories: add, review, coverage, match; and your CV."),
    "audit": ("coach.cli.audit", "The AI features that you shipped, and what you cannot say of them."),
}


class LazyGroup(TyperGroup):
    """A command group that knows its commands by name and imports one when it is asked for."""

    _listing = False

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS:
            return None
        module, summary = COMMANDS[cmd_name]
        if self._listing:
            return TyperCommand(cmd_name, help=summary, short_help=summary)
        loaded = importlib.import_module(module).app
        loaded.rich_markup_mode = self.rich_markup_mode
        command: Any = typer.main.get_command(loaded)
        command.name = cmd_name
        word_parameters(command, next(own for own in self.params if own.name == "plain"))
        if COMPLETE in os.environ:
            from coach.cli.completion import offer_values

            offer_values(command, (cmd_name,))
        return command

    def format_help(self, ctx: Any, formatter: Any) -> None:
        self._listing = True
        word_own_parameters(self)
        try:
            super().format_help(ctx, formatter)
        finally:
            self._listing = False

    def shell_complete(self, ctx: Any, incomplete: str) -> Any:
        self._listing = True
        try:
            return super().shell_complete(ctx, incomplete)
        finally:
            self._listing = False


app = typer.Typer(cls=LazyGroup, invoke_without_command=True, pretty_exceptions_enable=False)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"coach {__version__}")
        raise typer.Exit


@app.callback()
def root(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
    plain: Annotated[bool, typer.Option("--plain", help="For screen readers: nothing is drawn.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the whole traceback of an error.")] = False,
) -> int:
    """A coach for AI product manager interviews that grades answers and shows its evidence.

    Without a command it shows today's items of your plan and the next best thing to do.

    Example: coach practice --round debugging
    """
    if context.invoked_subcommand is not None:
        return 0
    from coach.cli.today import show_today

    return show_today()


def main() -> None:
    """Run the program and exit with the code that the contract names."""
    streams.open_missing()
    sys.exit(run(sys.argv[1:]))


def _show_usage(error: typer.TyperException) -> None:
    """Print a wrong command line's message, with how the command is called and where its help is."""
    context = getattr(error, "ctx", None)
    if context is None:
        usage = ""
    else:
        usage = f"{context.get_usage()}\nTry '{context.command_path} --help' for help.\n\n"
    # "Value error," names the check that failed, which says nothing to who typed the value.
    message = str(getattr(error, "format_message", error.__str__)()).replace("Value error, ", "")
    if message.startswith("No such command") and context is not None:
        message += _suggestion(message, context.command.list_commands(context))
    _complain(f"{usage}Error: {message}" if usage else f"coach: {message}")


def _suggestion(message: str, names: list[str]) -> str:
    """The nearest command, where the parser has named none, and all that there are."""
    from difflib import get_close_matches

    near = get_close_matches(message.split("'")[1], names, n=1) if "Did you mean" not in message else []
    return "".join(f" Did you mean '{name}'?" for name in near) + f" There are: {', '.join(names)}."


def _complain(message: str) -> None:
    """A message on standard error; at a terminal its lines are broken between words."""
    message = for_terminal(message)
    if sys.stderr.isatty():
        width = min(shutil.get_terminal_size().columns, WIDEST)
        lines = (
            textwrap.wrap(line, width, break_long_words=False, break_on_hyphens=False) or [""]
            for line in message.splitlines()
        )
        message = "\n".join(line for group in lines for line in group)
    typer.echo(message, err=True)


def _show_traceback(error: CoachError) -> None:
    """The whole traceback, without the key: a server's own words may stand in it as they came."""
    import traceback

    from coach.settings import read_settings

    text = "".join(traceback.format_exception(error))
    try:
        known = read_settings().openai_api_key
    except CoachError:
        known = None
    key = known.get_secret_value() if known else ""
    typer.echo(for_terminal(text.replace(key, "[key]") if key else text), err=True, nl=False)


def _prepare(arguments: list[str]) -> None:
    """What has to stand before anything is parsed or printed, help and errors included."""
    prepare_streams(as_json="--json" in arguments)
    options = arguments[: arguments.index("--")] if "--" in arguments else arguments
    if "--plain" in options:
        os.environ["COACH_PLAIN"] = "1"
    from coach.cli.console import moves

    # Boxes around help are for a terminal alone, where a person sees them.
    app.rich_markup_mode = "rich" if sys.stdout.isatty() and moves() else None


def _dispatch(arguments: list[str]) -> Any:
    if not arguments and COMPLETE not in os.environ:
        # Nothing is to be parsed, and the parser takes longer to load than today's items.
        from coach.cli.today import show_today

        return show_today()
    if arguments and arguments[0] in ("--install-completion", "--show-completion"):
        from coach.cli.completion_setup import set_up

        return set_up(arguments[0], arguments[1:])
    command: Any = typer.main.get_command(app)
    return command.main(args=arguments, prog_name="coach", standalone_mode=False)


def _answer(arguments: list[str]) -> Any:
    try:
        return _dispatch(arguments)
    except typer.Exit as stop:
        return stop.exit_code


def _run(arguments: list[str]) -> int:
    """Run one command line, with what the parser and the system raise put into our own words."""
    _prepare(arguments)
    try:
        result = _answer(arguments)
        sys.stdout.flush()
    except typer.TyperException as error:
        _show_usage(error)
        return 2
    except SystemExit as stop:
        # The libraries that print end the program themselves, with 1, where the reader went away.
        if not streams.reader_left(stop.__context__):
            raise
        streams.silence()
        return 0
    except OSError as error:
        if streams.reader_left(error):
            streams.silence()
            return 0
        streams.give_up_output()
        where = f"{error.filename}: " if error.filename is not None else ""
        raise SetupError(f"{where}{error.strerror or error}. --debug shows where it happened.") from error
    return result if isinstance(result, int) else 0


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit code. Errors are printed to standard error."""
    try:
        return _run(arguments)
    except (KeyboardInterrupt, typer.Abort):
        typer.echo("Interrupted; what was done so far is saved.", err=True)
        return 130
    except CoachError as error:
        if "--debug" in arguments:
            _show_traceback(error)
        _complain(f"coach: {error}")
        return error.exit_code
