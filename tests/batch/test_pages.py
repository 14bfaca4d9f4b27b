from __future__ import annotations

import re
from pathlib import Path

import pytest

from coach.batch.journal import Journal, Total
from coach.batch.output import RowWriter
from coach.batch.pages import Titles, safe_name, write_feedback, write_report
from tests.batch.test_output import WHO, grade
from tests.batch.test_summary import fill

HOSTILE = "<script>alert(1)</script>$\\frac{"


def test_a_report_is_one_file_that_runs_nothing_and_loads_nothing(tmp_path: Path) -> None:
    summary = fill(1, 2, 2, 4, None)
    summary.questions[HOSTILE] = summary.overall
    summary.criteria[HOSTILE] = summary.overall
    write_report(
        tmp_path / "report.html",
        summary,
        [Total(HOSTILE, 2, 1, 2.0, 2)] * 300,
        Titles({"cost": "Cost & care"}),
        name=HOSTILE,
        made="Graded by a test.",
        facts=[("Rows", "5")],
    )
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "<script" not in text
    assert text.count("&lt;script&gt;") > 200
    assert "Cost &amp; care" in text
    assert text.count("data:image/svg+xml;base64,") == 2
    assert not re.search(r'(?:src|href)="(?!data:)', text)
    assert "Only the first 200 candidates" in text


def test_a_report_without_marks_is_written_too(tmp_path: Path) -> None:
    write_report(tmp_path / "r.html", fill(None), [], Titles(), name="x", made="", facts=[])
    assert "Without a mark" in (tmp_path / "r.html").read_text()


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "CON", "a/b\\c", "", ".", "Ann\x00", "x" * 500, "名前", "-rf"]
)
def test_file_names_do_no_harm_and_differ(name: str) -> None:
    assert re.fullmatch(r"([a-z0-9][a-z0-9-]*-)?[0-9a-f]{8}", safe_name(name))
    assert safe_name(name) != safe_name(name + "x")
    assert len(safe_name(name)) <= 50


def test_one_page_for_each_candidate_with_the_answers_in_order(tmp_path: Path) -> None:
    with Journal(tmp_path / "j") as journal:
        maker = journal.maker({})
        for number, who in enumerate(["Ann", "Bob <b>", "Ann", ""], start=1):
            key = bytes([number]) * 16
            journal.add_row((number, f"id{number}", "f", number, who, f"q{number}"), (key, maker))
            journal.record(key, maker, grade().model_dump_json())
        writer = RowWriter(WHO, [], [])
        count = write_feedback(
            tmp_path / "pages", journal, writer, Titles({}, {"q1": "First?"}), top=4, made="By a test."
        )
    assert count == 3
    pages = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "pages").iterdir()}
    assert set(pages) == {f"{safe_name(name)}.html" for name in ("Ann", "Bob <b>", "id4")}
    ann = pages[f"{safe_name('Ann')}.html"]
    assert ann.index("First?") < ann.index("q3")
    assert "=cmd|&#39; /C calc&#39;!A0" in ann
    assert "lost" not in ann
    assert "Bob &lt;b&gt;" in pages[f"{safe_name('Bob <b>')}.html"]
