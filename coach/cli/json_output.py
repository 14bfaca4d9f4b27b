"""How data of a command with --json is printed. Loads no console, so that such a call starts soon."""

from __future__ import annotations

import json

import typer


def print_json(data: object) -> None:
    typer.echo(json.dumps(data, ensure_ascii=False, indent=1))
