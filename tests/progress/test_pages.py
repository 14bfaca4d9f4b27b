"""The page: whole, without anything from outside, safe, small; its plots hold what they should."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

from coach.progress.pages import progress_page
from coach.progress.plots import draw_line, draw_moves, draw_own
from coach.store.marks import Maker
from tests.progress.made import LOCAL, marks_of, overview_of

EVIL = "<script>alert(1)</script>\x1b[31m\u202e\x00$\\frac{1}$</text>"
# Names of namespaces are written into every SVG; nothing is loaded from them.
NAMESPACES = ("http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink")


class Tags(HTMLParser):
    """Collects the tags of a page, and what could load something."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.loads: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        for name, value in attrs:
            if name in ("src", "href", "xlink:href", "data", "srcset", "action") and not (
                value or ""
            ).startswith("#"):
                self.loads.append(f"{tag} {name}={value}")
            if name.startswith("on"):
                self.loads.append(f"{tag} {name}")


def test_the_page_stands_alone_and_says_everything() -> None:
    model = replace(LOCAL, grader="llm", model="gpt")
    marks = [
        *marks_of([2] * 6, maker=model),
        *marks_of([1] * 6 + [3] * 6, own=[3] * 12, begin=10),
        *marks_of([2, 3], again=(1,), begin=40, criterion="data"),
    ]
    page = progress_page(overview_of(marks), 4, "Made on a day.")
    tags = Tags(page)
    assert tags.loads == []
    assert not {"script", "img", "link", "iframe", "object"} & set(tags.names)
    assert tags.names.count("svg") == (4 + 2) + 3
    assert "default-src 'none'" in page
    assert 'name="viewport"' in page
    for words in (
        "@media (prefers-color-scheme: dark)",
        "@media print",
        "Made on a day.",
        "Never practised",
        "Strategy, Portfolio",
        "▲ better",
        "Graded by the local grader, not by the model gpt as before: not in one line",
        "1 retry got a higher mark than the answer before it.",
        "3.0 from you, 2.0 from the grader",
        "Practice, level senior, local grader local-1",
    ):
        assert words in page
    assert set(re.findall(r"https?://[^\s\"'<>)]+", page)) <= set(NAMESPACES)


def test_a_series_of_retries_alone_is_told_and_not_drawn() -> None:
    first, again = marks_of([2, 4], again=(1,))
    page = progress_page(overview_of([first, replace(again, maker=replace(LOCAL, model="other"))]), 4, "")
    assert "1 retry is compared with nothing" in page
    assert page.count("All marks over time") == 1


def test_colours_of_plots_come_from_the_page_and_ids_do_not_clash() -> None:
    page = progress_page(overview_of(marks_of([1, 2, 3, 4] * 5, own=[2] * 20)), 4, "")
    plots = "".join(re.findall(r"<svg.*?</svg>", page, re.DOTALL))
    assert "var(--accent)" in plots
    assert not re.findall(r"#0[1-7]0[1-7]0[1-7]", plots)
    ids = re.findall(r'id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert not re.search(r'<svg[^>]* (?:width|height)="', page)


def test_nothing_that_was_named_by_others_becomes_markup() -> None:
    evil = Maker("practice", EVIL, "llm", EVIL, EVIL, EVIL, EVIL)
    page = progress_page(overview_of(marks_of([2] * 9, maker=evil, criterion=EVIL, round_=EVIL)), 4, EVIL)
    tags = Tags(page)
    assert "script" not in tags.names
    assert tags.loads == []
    assert "&lt;script&gt;" in page
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202e]", page)


def test_a_line_shows_its_marks_and_the_band_until_there_are_too_many() -> None:
    few = overview_of(marks_of([1, 2, 3])).series[0].overall
    many = overview_of(marks_of([1, 4] * 400)).series[0].overall
    one = overview_of(marks_of([2])).series[0].overall
    small, large = (draw_line(row, 4, "A line") for row in (few, many))
    assert small.startswith('<svg role="img" aria-label="A line"')
    assert small.count("<use") > large.count("<use")
    assert re.search(r">\d\d Jan<", small)
    assert re.search(r">[A-Z][a-z]{2} 202\d<", large)
    assert len(large) < 20_000
    assert "<svg" in draw_line(one, 4, "One mark")


def test_moves_and_own_marks_are_drawn_for_any_number() -> None:
    series = overview_of(marks_of([1] * 5 + [4] * 5, own=[2] * 10)).series[0]
    assert series.own is not None
    assert "var(--l4)" in draw_moves(series.criteria, 4, "moves")
    falling = overview_of(marks_of([4] * 5 + [1] * 5)).series[0]
    assert "var(--l1)" in draw_moves(falling.criteria, 4, "moves")
    few = overview_of(marks_of([1])).series[0]
    assert "var(--soft)" in draw_moves(few.criteria, 4, "moves")
    assert ">your own<" in draw_own(series.own, 4, "own")


def test_many_answers_and_series_stay_under_a_megabyte() -> None:
    marks = []
    for number in range(40):
        maker = replace(LOCAL, prompt=f"p{number}")
        for place, criterion in enumerate(("ownership", "data", *(f"c{n}" for n in range(11)))):
            begin = 1000 * number + 60 * place
            marks += marks_of(
                [1, 2, 3, 4] * 15, maker=maker, begin=begin, criterion=criterion, round_=criterion
            )
    page = progress_page(overview_of(marks), 4, "")
    assert len(page.encode()) < 1_000_000
    assert "Earlier series" in page
