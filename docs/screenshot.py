"""Draws docs/practice.svg from a real session of `coach practice`, graded on this machine.

python -m docs.screenshot
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

from rich.console import Console
from rich.text import Text

PICTURE = Path(__file__).with_name("practice.svg")
WIDTH = 80
COMMAND = ("practice", "--question", "fraud-realtime", "--follow-ups", "1")
ANSWER = (
    "A wrong block loses the sale and often the customer, so I care about precision first. I would train a"
    " model on last year's transactions and tune the threshold with the business."
)
SECOND = "It should take less than 100 ms. If it is too slow we use a smaller model and lose some accuracy."
# The picture ends after the first of the criteria that are gone through one by one.
LAST = "Criterion by criterion"


def main() -> None:
    lines = _session()
    PICTURE.write_text(_drawn(lines), encoding="utf-8")
    print(PICTURE)


def _session() -> list[Text]:
    """What the session shows, with the answers where they were typed."""
    with tempfile.TemporaryDirectory() as home:
        done = subprocess.run(
            [sys.executable, "-m", "coach", *COMMAND],
            input=f"{ANSWER}\n---\n{SECOND}\n",
            env={**os.environ, "COACH_HOME": home, "COLUMNS": str(WIDTH), "FORCE_COLOR": "1"},
            capture_output=True,
            text=True,
            check=True,
        )
    shown = [Text.from_ansi(line) for line in done.stdout.splitlines()]
    typed = [ANSWER, SECOND]
    lines = [Text(f"$ coach {' '.join(COMMAND)}", style="bold green"), Text()]
    one_by_one = False
    for line in shown:
        one_by_one = one_by_one or line.plain.startswith(LAST)
        if one_by_one and not line.plain:
            break
        lines.append(line)
        # A question ends at a blank line; then the candidate writes.
        if not line.plain and typed:
            lines += [*_typed(typed.pop(0)), Text()]
    return [*lines, Text(), Text("...", style="dim")]


def _typed(answer: str) -> list[Text]:
    return [Text(line) for line in textwrap.wrap(answer, WIDTH, initial_indent="> ", subsequent_indent="  ")]


def _drawn(lines: list[Text]) -> str:
    console = Console(record=True, width=WIDTH + 6, file=io.StringIO(), force_terminal=True)
    for line in lines:
        console.print(line)
    return console.export_svg(title="coach practice", unique_id="coach")


if __name__ == "__main__":
    main()
