"""Sessions on the terminal: lists within 80 columns, transcripts whole, text of others harmless."""

from __future__ import annotations

import io
from typing import Any

from rich.console import Console, RenderableType

from coach.report.history import (
    mark_list,
    question_words,
    render_drill,
    render_found,
    render_list,
    render_session,
)
from coach.store.drills import DrillRecord, Move
from coach.store.listing import Found, Line
from coach.store.records import SpokenTurn
from tests.report.stored import LEGEND, attempt, grade, practised, session

EVIL = "\x1b[31mred\x1b]0;title\x07 \u202ebidi [bold]x[/bold]"
LINE = Line(
    id="20261121-abcdef",
    kind="practice",
    created_at="2026-11-21T12:00:00.000+00:00",
    updated_at="2026-11-21T13:00:00.000+00:00",
    level="senior",
    grader="local",
    questions=("fraud", "churn", "fraud"),
    rounds=("debugging",),
    marks=(2, None, 3),
    unfinished=True,
)


def shown(part: RenderableType) -> str:
    console = Console(file=io.StringIO(), width=80, highlight=False, markup=False, emoji=False)
    console.print(part)
    file = console.file
    assert isinstance(file, io.StringIO)
    return file.getvalue()


def changed(**changes: Any) -> Line:
    return Line(**{**vars(LINE), **changes})


def test_a_list_is_one_line_each_and_keeps_the_marks() -> None:
    many = changed(
        id="20261120-123456", questions=("a-question-with-a-very-long-name-indeed",) * 2, marks=(1, 2) * 5
    )
    text = shown(render_list([LINE, many, changed(questions=(EVIL,), kind=EVIL)]))
    rows = text.splitlines()
    assert len(rows) == 4
    assert max(map(len, rows)) <= 80
    assert "fraud +1" in rows[1]
    assert "2 - 3 .." in rows[1]
    assert "… 1 2 1 2 1 2 .." in rows[2]
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_words_of_a_line() -> None:
    assert question_words(changed(questions=())) == "no question yet"
    assert question_words(changed(questions=("q", "q"))) == "q"
    assert mark_list(changed(marks=(), unfinished=False)) == ""


def test_found_texts_show_the_words_in_their_surroundings() -> None:
    text = f"{'before ' * 40}the Threshold{' after' * 40} {EVIL}"
    item = Found("20261121-abcdef", "practice", "2026-11-21T12:00:00.000+00:00", "fraud", "answer", text)
    out = shown(render_found([item], "threshold after"))
    assert "the Threshold after" in out
    assert "…before" in out.replace("… before", "…before")
    assert "\x1b" not in out
    assert len(out) < 400


def test_a_session_is_shown_whole() -> None:
    text = shown(render_session(practised(), LEGEND))
    parts = [
        "20261121-abcdef",
        "Design a fraud model.",
        "You, 75 s",
        "We cut false alarms",
        "Interviewer, a model",
        "At what cost?",
        "It cost two points",
        "Mark 2 of 4, lean no",
        "Your own mark before the grade: 3",
        "You disputed: Ownership: 4. I did",
        "A person's marks beside the coach's",
        "Too quick.",
        "answered again",
        "Mark 4 of 4",
        "What the retry moved",
        "Draft, not sent",
        "unsent words",
        "Not finished.",
    ]
    places = [text.index(words) for words in parts[:1]]
    for words in parts[1:]:
        places.append(text.index(words, places[-1]))
    assert max(map(len, text.splitlines())) <= 80


def test_nothing_said_steers_the_terminal() -> None:
    turns = (
        SpokenTurn(role="candidate", text=EVIL),
        SpokenTurn(role="interviewer", text=EVIL, author="local"),
    )
    text = shown(render_session(session(attempt(1, turns=turns, draft=EVIL)), LEGEND))
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert text.count("[bold]x[/bold]") == 3


def test_an_empty_session_and_a_drill() -> None:
    assert "No question was asked in it." in shown(render_session(session(), LEGEND))
    record = DrillRecord(
        id="d1",
        kind="incident",
        name="drift",
        status="given_up",
        created_at="2026-11-21T12:00:00.000+00:00",
        updated_at="2026-11-21T12:00:00.000+00:00",
        moves=(Move(role="candidate", text=EVIL), Move(role="coach", text="Go on.")),
        draft="half",
    )
    text = shown(render_drill(record, LEGEND))
    assert "\x1b" not in text
    for words in ("drill incident: drift", "Coach", "Go on.", "Draft, not sent", "Given up."):
        assert words in text
    assert "Mark 2 of 4" in shown(render_drill(record.model_copy(update={"grade": grade()}), LEGEND))
