"""Writes docs/commands.md from the help of every command and docs/schemas from docs/shapes.py.

python -m docs.generate            write what changed
python -m docs.generate --check    exit 1 where something is out of date
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer
from pydantic import TypeAdapter

from coach.cli.app import COMMANDS, app
from docs.shapes import SHAPES

FOLDER = Path(__file__).parent
WIDTH = 80
_DRAFT = "https://json-schema.org/draft/2020-12/schema"


def made() -> dict[Path, str]:
    """Every generated file with what it should hold."""
    files = {FOLDER / "commands.md": _commands(), FOLDER / "schemas" / "README.md": _list_of_schemas()}
    for name, (shape, printed_by) in SHAPES.items():
        files[FOLDER / "schemas" / f"{name}.json"] = _schema(shape, printed_by)
    return files


def stale() -> list[Path]:
    """Generated files that are missing or do not hold what they should, and files that nothing makes."""
    wanted = made()
    wrong = [path for path, text in wanted.items() if not path.exists() or path.read_text("utf-8") != text]
    return wrong + [path for path in (FOLDER / "schemas").iterdir() if path not in wanted]


def _schema(shape: Any, printed_by: str) -> str:
    adapter: TypeAdapter[Any] = TypeAdapter(shape)
    schema = {"$schema": _DRAFT, "$comment": f"Printed by {printed_by}."}
    schema |= adapter.json_schema(mode="serialization", by_alias=True)
    return json.dumps(_without_titles(schema), indent=1, ensure_ascii=False) + "\n"


def _without_titles(schema: Any) -> Any:
    """A schema without the titles that only repeat the names."""
    if isinstance(schema, list):
        return [_without_titles(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: _without_titles(value)
        for key, value in schema.items()
        if key != "title" or not isinstance(value, str)
    }


def _list_of_schemas() -> str:
    rows = [f"| [{name}.json]({name}.json) | {printed_by} |" for name, (_, printed_by) in SHAPES.items()]
    return (
        "# What `--json` prints\n\n"
        "JSON Schema (2020-12) of each command's output; the tests hold real outputs against them.\n"
        "Generated: `python -m docs.generate`. Fields are added, never renamed or dropped, within a\n"
        "major version.\n\n"
        "| schema | printed by |\n|---|---|\n" + "\n".join(rows) + "\n"
    )


def _commands() -> str:
    parts = ["# Commands\n\nGenerated from `--help`: `python -m docs.generate`.\n"]
    for path, text in _help_pages():
        parts.append(f"## {path}\n\n```text\n{text}\n```\n")
    return "\n".join(parts)


def _help_pages() -> Iterator[tuple[str, str]]:
    # Without boxes, which say nothing in a document.
    app.rich_markup_mode = None
    root: Any = typer.main.get_command(app)
    with root.context_class(root, info_name="coach", terminal_width=WIDTH) as context:
        context.command._listing = True
        yield "coach", root.get_help(context)
        context.command._listing = False
        for name in COMMANDS:
            yield from _pages_of(root.get_command(context, name), f"coach {name}")


def _pages_of(command: Any, path: str) -> Iterator[tuple[str, str]]:
    with command.context_class(command, info_name=path, terminal_width=WIDTH) as context:
        yield path, "\n".join(line.rstrip() for line in command.get_help(context).splitlines())
    for name, below in getattr(command, "commands", {}).items():
        yield from _pages_of(below, f"{path} {name}")


def main(arguments: list[str]) -> int:
    wrong = stale()
    for path in wrong:
        print(f"{path.relative_to(FOLDER.parent)} is out of date." if "--check" in arguments else path)
    if "--check" in arguments:
        return 1 if wrong else 0
    for path, text in made().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
