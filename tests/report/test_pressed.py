"""What was left open is said in a line that tells what to bring."""

from __future__ import annotations

from rich.console import Console, Group

from coach.report.history_view import view_session
from coach.report.pressed import left_open_note, render_left_open
from coach.schema.pressing import LeftOpen
from tests.report.stored import GUIDES, LEGEND, practised

SILENT = LeftOpen(number=1, asked="What then?")
VAGUE = LeftOpen(number=2, asked="What then?", words="it\n depends\x1b[31m")


def test_a_line_for_each_and_nothing_without() -> None:
    console = Console(width=80, record=True, color_system=None)
    console.print(Group(*render_left_open([SILENT, VAGUE])))
    text = console.export_text()
    assert "Left open when you were pressed" in text
    assert "Follow-up 1: You had no answer." in text
    assert 'in place of "it depends' in text and "\x1b" not in text
    assert render_left_open([]) == []


def test_a_page_notes_it_beside_the_grade() -> None:
    view = view_session(practised(), LEGEND, GUIDES, left=lambda attempt: (SILENT,))
    graded = [attempt.grade for attempt in view.attempts if attempt.grade]
    assert graded and all(left_open_note(SILENT) in grade.notes for grade in graded)
    assert [a.grade for a in view.attempts if not a.grade] == [
        a.grade for a in view_session(practised(), LEGEND, GUIDES).attempts if not a.grade
    ]
