"""The report of one session as an HTML page that can be kept or shared: it needs no other file."""

from __future__ import annotations

from pathlib import Path

from coach.report.history_parts import SessionView
from coach.text.dates import minute_words
from coach.text.pages import page_environment


def session_page(view: SessionView) -> str:
    """The whole page as text."""
    template = page_environment(Path(__file__).with_name("templates")).get_template("session.html.j2")
    return template.render(view=view, when=minute_words(view.created_at))
