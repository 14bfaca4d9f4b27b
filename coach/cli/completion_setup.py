"""Installs or prints the script that makes a shell complete `coach`; what it offers is in completion.py."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import PurePath

import typer

from coach.cli.app import COMPLETE
from coach.errors import SetupError, UsageError

SHELLS = ("bash", "zsh", "fish", "powershell", "pwsh")


def set_up(option: str, named: Sequence[str]) -> int:
    """Install or show, as `option` says; `named` is the shell, or nothing for the user's own."""
    from typer._completion_shared import get_completion_script, install

    if len(named) > 1:
        raise UsageError(f"{option} takes one shell: {', '.join(SHELLS)}.")
    shell = named[0] if named else _own_shell()
    if shell not in SHELLS:
        told = f"{shell} is not among the shells that are known" if shell else "No shell was recognised"
        raise UsageError(f"{told}. Name yours: coach {option} bash (or {', '.join(SHELLS[1:])}).")
    if option == "--show-completion":
        typer.echo(get_completion_script(prog_name="coach", complete_var=COMPLETE, shell=shell))
        return 0
    try:
        _, path = install(shell=shell, prog_name="coach", complete_var=COMPLETE)
    except OSError as error:
        raise SetupError(
            f"The completion for {shell} could not be written ({error}). `coach --show-completion {shell}`"
            " prints it, to be put where you like."
        ) from error
    typer.echo(f"The completion for {shell} is in {path}. It works in every shell that you open from now on.")
    return 0


def _own_shell() -> str:
    """The user's login shell; "" where none is known."""
    return PurePath(os.environ.get("SHELL", "")).name
