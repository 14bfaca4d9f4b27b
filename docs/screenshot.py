"""Draws docs/practice.svg from a real session of `coach practice`, graded on this machine.

python -m docs.screenshot
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

PICTURE = Path(__file__).with_name("practice.svg")
WIDTH = 80
COMMAND = ("practice", "--question", "fraud-realtime", "--follow-ups", "1")
ANSWER = """\
We start from the cost of each mistake: a wrong block loses the sale and often the
customer, a missed fraud costs the amount plus a 15 dollar fee. So three bands by
score, and the middle one goes to a challenge. Rules answer within 20 ms when the
model is late; we accept losing two points of recall for that."""
SECOND = """\
I give up 2 points of recall on small payments for 30% fewer false blocks. If fraud
on them passed 12 dollars per thousand payments, I would choose the other way."""
# The picture ends where the criteria are gone through one by one, after the first of them.
LAST, SHOWN_AFTER = "Criterion by criterion", 9


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
    end = len(shown)
    for number, line in enumerate(shown[:-1]):
        if line.plain.startswith(LAST):
            end = number + SHOWN_AFTER
        if number >= end:
            break
        lines.append(line)
        # A question ends at a blank line; then the candidate writes.
        if not line.plain and typed:
            lines += [*_typed(typed.pop(0)), Text()]
    return [*lines, Text("...", style="dim")]


def _typed(answer: str) -> list[Text]:
    return [Text(("> " if number == 0 else "  ") + line) for number, line in enumerate(answer.splitlines())]


def _drawn(lines: list[Text]) -> str:
    console = Console(record=True, width=WIDTH + 6, file=io.StringIO(), force_terminal=True)
    for line in lines:
        console.print(line)
    return console.export_svg(title="coach practice", unique_id="coach")


if __name__ == "__main__":
    main()
