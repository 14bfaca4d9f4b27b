"""Small building blocks: text that is safe to show, headings, indents. No markup is ever parsed."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from coach.text.markdown import bold_parts
from coach.text.sanitize import for_terminal


def plain(text: str, style: str = "") -> Text:
    """Text of others, without control sequences; brackets in it stay brackets."""
    return Text(for_terminal(text), style=style)


def guide_text(text: str, style: str = "") -> Text:
    """Text of a guide, with the **bold words** of its light Markdown as such."""
    parts = Text()
    for piece, strong in bold_parts(text):
        parts.append_text(plain(piece, f"{style} bold".strip() if strong else style))
    return parts


def heading(text: str) -> Text:
    return plain(text, "bold")


def indent(*parts: RenderableType, by: int = 2) -> RenderableType:
    return Padding(Group(*parts), (0, 0, 0, by))


def labelled(label: str, text: str, *, style: str = "dim") -> Text:
    """`label: text` with the label in `style`."""
    return Text.assemble((f"{label}: ", style), plain(text))


def quote(text: str) -> Text:
    """The candidate's own words between quotation marks, on one line of text."""
    return plain(f'"{" ".join(text.split())}"', "italic")
