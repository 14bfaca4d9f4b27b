"""A plan leaves the program as Markdown and as a calendar that reads back."""

from __future__ import annotations

from datetime import UTC, date, datetime

from icalendar import Calendar, Component

from coach.plan.export import to_ical, to_markdown
from coach.schema.plan import Plan, PlanItem, PlanPhase
from tests.plan.conftest import FIRST, MADE_AT, Make, item

LATER = "2026-11-25T08:00:00.500+01:00"


def events(data: bytes) -> dict[str, Component]:
    return {str(event["UID"]): event for event in Calendar.from_ical(data).walk("VEVENT")}


def small(*items: PlanItem) -> Plan:
    phase = PlanPhase(title="All <b>of</b> it", why="Why", first=FIRST, last=FIRST)
    return Plan(
        id="20261121-abc",
        form="f",
        title="T",
        made_at=MADE_AT,
        first=FIRST,
        last=FIRST,
        hours=5,
        interview=date(2026, 11, 22),
        phases=(phase,),
        basis=("Target companies: [Acme](http://x) *Inc*.",),
    )


def test_the_calendar_reads_back_with_every_item_once(make: Make) -> None:
    plan, items = make(30, interview=date(2026, 12, 21))
    data = to_ical(plan, items, MADE_AT)
    found = events(data)
    assert len(found) == len(items) + 1
    for planned in items:
        event = found[f"plan-{planned.number}@coach.local"]
        assert event.decoded("dtstart") == planned.day
        assert (event.decoded("dtend") - planned.day).days == 1
        assert str(event["SUMMARY"]) == planned.title
        assert planned.command in str(event["DESCRIPTION"])
    assert found["plan-interview@coach.local"].decoded("dtstart") == date(2026, 12, 21)
    assert b"VALARM" not in data
    assert b"\r\n" in data and all(len(line) <= 75 for line in data.split(b"\r\n"))
    assert to_ical(plan, items, MADE_AT) == data


def test_an_item_that_moves_keeps_its_uid_and_a_dropped_one_goes() -> None:
    first, second = item(1), item(2, state="done", closed_by="hand")
    moved = first.model_copy(update={"day": date(2026, 11, 29)})
    gone = item(3, state="dropped")
    before = events(to_ical(small(), (first, second, gone), MADE_AT))
    after = events(to_ical(small(), (moved, second, gone), LATER))
    assert before.keys() == after.keys()
    assert len(after) == 3
    assert after["20261121-abc-1@coach.local"].decoded("dtstart") == date(2026, 11, 29)
    assert after["20261121-abc-1@coach.local"].decoded("dtstamp") == datetime(2026, 11, 25, 7, tzinfo=UTC)
    assert str(after["20261121-abc-2@coach.local"]["SUMMARY"]) == "Done: Item 2"


def test_words_of_the_user_cannot_break_out_of_the_calendar() -> None:
    nasty = item(1, title="Acme\r\nEND:VEVENT\nBEGIN:VALARM; a,b \x1b[31m\x00")
    found = events(to_ical(small(), (nasty,), MADE_AT))
    assert len(found) == 2
    summary = str(found["20261121-abc-1@coach.local"]["SUMMARY"])
    assert "\n" not in summary and "\x1b" not in summary and "a,b" in summary


def test_markdown_has_a_box_for_each_item_and_escapes_words_of_the_user() -> None:
    items = (
        item(1, title="Read *this* <script>", command='coach ask "`x`"'),
        item(2, state="done"),
        item(3, state="dropped"),
    )
    text = to_markdown(small(), items)
    assert '- [ ] Read \\*this\\* \\<script\\>, 20 min. `coach ask "x"`' in text
    assert "- [x] Item 2" in text
    assert "- [-] ~~Item 3~~" in text
    assert "\\[Acme\\](http://x) \\*Inc\\*" in text
    assert "<b>" not in text


def test_markdown_holds_the_whole_plan(make: Make) -> None:
    plan, items = make(30)
    assert to_markdown(plan, items).count("- [ ] ") == len(items)
