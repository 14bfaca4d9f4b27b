"""The terminal's tables: narrow, plain where the terminal is, safe whatever a name holds."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from coach.progress.overview import Overview
from coach.progress.screen import render_overview, sparkline
from coach.store.marks import Maker
from tests.progress.made import LOCAL, QUIET, marks_of, overview_of


def shown(overview: Overview, *, fancy: bool = True, number: int = 1) -> str:
    console = Console(file=io.StringIO(), width=80, highlight=False, markup=False, emoji=False)
    console.print(render_overview(overview, overview.series[:number], 4, fancy=fancy))
    file = console.file
    assert isinstance(file, io.StringIO)
    return file.getvalue()


def rich_history() -> Overview:
    model = replace(LOCAL, grader="llm", model="gpt", prompt="p2")
    return overview_of(
        [
            *marks_of([2] * 6, maker=model, begin=0),
            *marks_of([1] * 6 + [3] * 6, own=[3] * 12, begin=10),
            *marks_of([2, 3], again=(1,), begin=40, criterion="data"),
        ]
    )


def test_everything_is_said_within_80_columns() -> None:
    text = shown(rich_history())
    assert max(map(len, text.splitlines())) <= 80
    for words in (
        "20 graded answers, 1 of them a retry, in 2 series. Only marks made in the same way stand",
        "practice, level senior, local grader local-1",
        "11 Jan 2026 to 11 Feb 2026",
        "Graded by the local grader, not by the model gpt as before: not in one line with the earlier marks.",
        "off by about 0.10",
        "Debugging",
        "▲ better",
        "· too few yet",
        "3.0 from you, 2.0 from the grader over 12 answers",
        "1 retry got a higher mark than the answer before it. The lines leave retries out",
        "2. practice, level senior, model gpt: 6 answers, 1 Jan 2026 to 6 Jan",
        "Rounds: Strategy, Portfolio",
    ):
        assert words in " ".join(text.split())
    assert not any(name in text for name in ("p1", "r1", "g1", "p2")), "hashes say nothing to a person"


@pytest.mark.parametrize(
    ("levels", "again", "words"),
    [
        ([3, 2], (1,), "1 retry got a lower mark than"),
        ([2, 2], (1,), "1 retry got the same mark as"),
        (
            [2, 3, 2, 2, 3, 1],
            (1, 3, 5),
            "3 retries: 1 got a higher mark than the answer before, 1 the same, 1",
        ),
    ],
)
def test_what_became_of_retries_is_said(levels: list[int], again: tuple[int, ...], words: str) -> None:
    assert words in " ".join(shown(overview_of(marks_of(levels, again=again))).split())


def test_a_series_of_retries_alone_has_no_made_up_mean() -> None:
    first, again = marks_of([2, 4], again=(1,))
    overview = overview_of([first, replace(again, maker=replace(LOCAL, model="other"))])
    text = " ".join(shown(overview).split())
    assert "1 retry is compared with nothing: another grader had marked the answer before." in text
    assert "0.0" not in text
    assert "local-1: 1 answer, 1 Jan 2026, mean 2.0 (--series 2)" in text
    turned = " ".join(shown(replace(overview, series=overview.series[::-1])).split())
    assert "local grader other: 0 answers, 2 Jan 2026, retries alone" in turned


def test_a_plain_terminal_gets_ascii_alone() -> None:
    text = shown(rich_history(), fancy=False, number=2)
    assert text.isascii()
    assert "11111133333" in text
    assert "+ better" in text
    assert "Other series" not in text


def test_sparklines_span_the_scale() -> None:
    points = overview_of(marks_of([1, 2, 3, 4])).series[0].overall.points
    assert sparkline(points, 4, fancy=True) == "▁▃▆█"
    assert sparkline(points, 4, fancy=False) == "1234"
    long = overview_of(marks_of([1] * 50 + [4] * 50)).series[0].overall.points
    assert sparkline(long, 4, fancy=True) == "▁" * 7 + "█" * 7
    assert sparkline([], 4, fancy=True) == ""


def test_names_from_elsewhere_cannot_steer_the_terminal() -> None:
    evil = Maker("practice", "senior", "llm", "\x1b[31mred\x1b]0;title\x07\u202e[bold]", "p", "r", "g")
    text = shown(overview_of(marks_of([2] * 3, maker=evil, criterion="\x1b[2J\n" + "x" * 99), QUIET))
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "red[bold]" in text
    assert max(map(len, text.splitlines())) <= 80
