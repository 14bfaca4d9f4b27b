"""The HTML report: self-contained, hostile text escaped, the same twice."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from coach.evals.assemble import summarise
from coach.evals.bench import Bench
from coach.evals.gold import GoldRow
from coach.evals.report import render_report
from coach.evals.results import ResultRow, make_row
from coach.evals.run import run_with_model
from coach.schema.answer import Answer
from tests.evals.conftest import gold_level, scripted

HOSTILE = "<script>alert(1)</script> {{ 7 * 7 }} \x1b[31mred \u202eback"


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


async def rendered(bench: Bench) -> str:
    model = scripted(bench.jobs, lambda job: 5 - gold_level(job))
    results = await run_with_model(bench.jobs, model, bench.grader_for)
    rows: list[ResultRow] = [make_row(result, n, "dev.jsonl") for n, result in enumerate(results, start=1)]
    gold: dict[str, GoldRow] = {
        row.id: row.model_copy(update={"answer": Answer.of(HOSTILE)}) for row in bench.gold[0].rows
    }
    return render_report(summarise(bench, rows), rows, {"dev": gold})


async def test_it_needs_nothing_from_outside_and_runs_no_script(bench: Bench) -> None:
    html = await rendered(bench)
    tags = Tags()
    tags.feed(html)
    assert "script" not in {tag for tag, _ in tags.found}
    for tag, attributes in tags.found:
        outside = [attributes[name] for name in ("src", "href", "xlink:href") if name in attributes]
        assert all(str(value).startswith(("#", "data:")) for value in outside), (tag, outside)
    assert html.count("<svg") >= 4
    assert "&lt;script&gt;alert(1)" in html and "{{ 7 * 7 }}" in html
    assert "\x1b" not in html and "\u202e" not in html
    assert re.search(r"gold 4, given 1", html)
    assert "No human rated them" in html


async def test_it_is_the_same_twice(bench: Bench) -> None:
    assert await rendered(bench) == await rendered(bench)
