"""HTML pages that need no other file; every text is escaped and made safe to show. Knows no content."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from coach.text.markdown import BOLD
from coach.text.sanitize import for_terminal

if TYPE_CHECKING:
    from jinja2 import Environment


@cache
def page_environment(folder: Path) -> Environment:
    """Templates of `folder`; they may extend `page.html.j2`, which holds the style for screen and paper."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader([folder, Path(__file__).with_name("templates")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.finalize = _visible
    environment.filters["bold"] = _bold
    return environment


def _bold(text: str) -> str:
    """Text with the **bold words** of light Markdown as such; everything else in it is escaped."""
    from markupsafe import Markup, escape

    safe = str(escape(for_terminal(text)))
    return Markup(BOLD.sub(r"<strong>\1</strong>", safe))


def _visible(value: object) -> object:
    """Text without control and direction characters; markup that was marked as such stays."""
    return for_terminal(value) if type(value) is str else value
