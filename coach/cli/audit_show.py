"""Audited features and their gaps as something to read. Prints nothing itself."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from coach.guides.corpus import Corpus
from coach.guides.stories import AuditGuide
from coach.report.lines import heading, indent, labelled, plain
from coach.schema.story import AuditEntry
from coach.stories.audit import Gap, Why, gap_of, say_more


def render_entry(entry: AuditEntry, guide: AuditGuide) -> RenderableType:
    """One feature, field by field."""
    parts: list[RenderableType] = [heading(f"{entry.id}. {entry.feature}{' (draft)' if entry.draft else ''}")]
    for topic in guide.fields:
        text = entry.field(topic.id).strip()
        told = plain(text) if text else plain(f"(blank) {topic.asks}", "yellow")
        parts += [heading(topic.title), indent(told)]
        if gap_of(text, topic) == "unclear":
            parts.append(indent(plain(say_more(topic), "yellow")))
    return Group(*parts)


def render_lines(entries: Sequence[AuditEntry], guide: AuditGuide) -> RenderableType:
    """The table for a screen that is too narrow for it."""
    parts: list[RenderableType] = []
    for entry in entries:
        parts.append(plain(f"{entry.id}  {entry.feature}{' (draft)' if entry.draft else ''}"))
        for topic in guide.fields:
            mark = _mark(gap_of(entry.field(topic.id), topic))
            parts.append(indent(Text.assemble(mark, " ", topic.title.casefold())))
    return Group(*parts)


def render_table(entries: Sequence[AuditEntry], guide: AuditGuide) -> RenderableType:
    """Which field of which feature is filled."""
    table = Table(box=None, pad_edge=False, show_edge=False)
    table.add_column("id", no_wrap=True)
    table.add_column("feature", overflow="fold", max_width=24)
    for topic in guide.fields:
        table.add_column(topic.title.casefold(), justify="center", overflow="fold")
    for entry in entries:
        name = plain(f"{entry.feature}{' (draft)' if entry.draft else ''}")
        table.add_row(
            str(entry.id), name, *(_mark(gap_of(entry.field(topic.id), topic)) for topic in guide.fields)
        )
    return table


def render_gaps(gaps: Sequence[Gap], corpus: Corpus) -> RenderableType:
    """Each field with gaps: in which features, where to find the answer, what practises it."""
    if not gaps:
        return plain("No gaps: you can speak about every field of these features.")
    parts: list[RenderableType] = [heading(f"{len(gaps)} gaps, each of which an interviewer can find")]
    for first in {gap.field: gap for gap in gaps}.values():
        same = [gap for gap in gaps if gap.field == first.field]
        features = ", ".join(_feature(gap) for gap in same)
        parts += [
            Text(),
            labelled(first.title, features, style="bold"),
            indent(
                labelled("They ask", first.asks),
                *[plain(more, "yellow") for more in {gap.say_more for gap in same if gap.say_more}],
                labelled("Find out", first.find_out),
                labelled(
                    "Practise", f"coach practice --question {first.question}; coach drill {first.drill}"
                ),
                labelled("Read", f"{corpus.passages[first.passage].title} [{first.passage}]"),
            ),
        ]
    return Group(*parts)


def _feature(gap: Gap) -> str:
    notes = {"unknown": " (you said that you do not know)", "unclear": " (said too little)", "blank": ""}
    return f"{gap.feature}{notes[gap.why]}"


def _mark(why: Why | None) -> Text:
    if why is None:
        return Text("✓", "green")
    return Text("more" if why == "unclear" else "gap", "yellow")
