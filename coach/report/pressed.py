"""What was left open when the interviewer pressed: to be ready for the next time, whatever the mark."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import RenderableType

from coach.report.lines import heading, indent, labelled
from coach.schema.pressing import LeftOpen

TITLE = "Left open when you were pressed"


def left_open_words(item: LeftOpen) -> str:
    """What to do about a follow-up that was left open."""
    if not item.words:
        return "You had no answer. Have two sentences ready: it will be asked again."
    quoted = " ".join(item.words.split())
    return f'Bring a case, a figure or a name in place of "{quoted}".'


def render_left_open(items: Sequence[LeftOpen]) -> list[RenderableType]:
    """A heading and a line for each; nothing where nothing was left open."""
    if not items:
        return []
    rows = [labelled(f"Follow-up {item.number}", left_open_words(item)) for item in items]
    return [heading(TITLE), indent(*rows)]


def left_open_note(item: LeftOpen) -> str:
    """The same in one line, for a page."""
    return f"{TITLE}, follow-up {item.number}: {left_open_words(item)}"
