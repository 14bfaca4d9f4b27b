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
from coach.stories.audit import Gap, is_gap


def render_entry(entry: AuditEntry, guide: AuditGuide) -> RenderableType:
    """One feature, field by field."""
    parts: list[RenderableType] = [heading(f"{entry.id}. {entry.feature}{' (draft)' if entry.draft else ''}")]
    for topic in guide.fields:
        text = entry.field(topic.id).strip()
        told = plain(text) if text else plain(f"(blank) {topic.asks}", "yellow")
        parts += [heading(topic.title), indent(told)]
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
        table.add_row(str(entry.id), name, *(_mark(entry.field(topic.id)) for topic in guide.fields))
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
                labelled("Find out", first.find_out),
                labelled(
                    "Practise", f"coach practice --question {first.question}; coach drill {first.drill}"
                ),
                labelled("Read", f"{corpus.passages[first.passage].title} [{first.passage}]"),
            ),
        ]
    return Group(*parts)


def _feature(gap: Gap) -> str:
    return f"{gap.feature} (you said that you do not know)" if gap.why == "unknown" else gap.feature


def _mark(text: str) -> Text:
    return Text("gap", "yellow") if is_gap(text) else Text("✓", "green")
