from __future__ import annotations

import io
from typing import Any

from rich.console import Console

from coach.batch.output import RowWriter
from coach.batch.screen import render_summary
from coach.batch.summary import OTHERS, Summary
from coach.schema.grade import GradeError
from tests.batch.test_output import WHO, grade, stored


def fill(*marks: int | None, **changes: Any) -> Summary:
    writer, summary = RowWriter(WHO, [], []), Summary()
    for number, mark in enumerate(marks, start=1):
        status = "graded" if mark else "ungraded"
        why = None if mark else GradeError(kind="bad_reply", message="no report\x1b[31m")
        verdict = grade().criteria[0].model_copy(update={"score": mark})
        made = grade(overall=mark, status=status, error=why, criteria=(verdict,), **changes)
        item = stored(number, made=made)
        summary.add(writer.row(item), item)
    return summary


def shown(summary: Summary) -> str:
    console = Console(width=80, file=io.StringIO())
    console.print(render_summary(summary))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_counts_add_up() -> None:
    summary = fill(1, 2, 2, 4, None)
    bad = stored(9, error=GradeError(kind="bad_row", message="broken"))
    summary.add(RowWriter(WHO, [], []).row(bad), bad)
    assert (summary.rows, summary.unmarked) == (6, 2)
    assert summary.status == {"graded": 4, "ungraded": 1, "failed": 1}
    assert (summary.overall.counts, summary.overall.missing) == ({1: 1, 2: 2, 4: 1}, 1)
    assert summary.overall.mean == 9 / 4
    assert summary.trouble == {("ungraded", "bad_reply"): 1, ("failed", "bad_row"): 1}
    assert (summary.requests, summary.cost_usd) == (5, 2.5)
    assert [name for name, _ in summary.reviews] == ["r1", "r2", "r3", "r4"]


def test_what_most_answers_miss_is_told_with_the_advice_that_repeats() -> None:
    [gap] = fill(1, 2, 2, 4).gaps()
    assert (gap.criterion, gap.share, gap.advice) == ("cost", 0.75, "-advice")
    assert fill(3, 4, 4, 1).gaps() == []


def test_a_cost_that_is_not_known_once_is_not_known_in_all() -> None:
    summary = fill(3)
    item = stored(2, made=grade(usage=grade().usage.model_copy(update={"cost_usd": None})))
    summary.add(RowWriter(WHO, [], []).row(item), item)
    assert summary.cost_usd is None


def test_size_does_not_grow_with_the_number_of_questions() -> None:
    writer, summary = RowWriter(WHO, [], []), Summary()
    for number in range(600):
        item = stored(number, made=grade(), question=f"q{number}")
        summary.add(writer.row(item), item)
    assert len(summary.questions) == 501
    assert summary.questions[OTHERS].number == 100
    assert (len(summary.reviews), summary.review_count) == (50, 600)


def test_the_screen_holds_it_all_in_80_columns_without_control_characters() -> None:
    text = shown(fill(1, 2, 2, 4, None))
    for part in ("Marks", "What most answers miss", "Worth a second look: 4", "1 ungraded, bad_reply"):
        assert part in text
    assert "\x1b" not in text
    assert max(len(line.rstrip()) for line in text.splitlines()) <= 80


def test_an_empty_run_can_be_shown() -> None:
    assert shown(Summary()).strip() == ""
