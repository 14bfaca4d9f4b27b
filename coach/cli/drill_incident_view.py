"""An incident on screen: the report, the notes, the debrief with its mark."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from coach.drills.incident_debrief import Debrief, Step
from coach.drills.incident_signs import Reading, shown_quote
from coach.guides.corpus import Corpus
from coach.guides.incidents import Incident
from coach.report.lines import heading, indent, labelled, plain
from coach.report.words import level_word
from coach.schema.grade import Grade

_STYLES = {1: "bold red", 2: "bold yellow", 3: "bold green", 4: "bold green"}


def render_opening(incident: Incident) -> RenderableType:
    """The report as it came in."""
    return Group(
        plain(f"incident · {incident.id}", "dim"), heading(incident.title), plain(unwrapped(incident.opening))
    )


def render_reply(text: str) -> RenderableType:
    return plain(text)


def render_notes(lines: Sequence[str], minutes: int, harm: str) -> RenderableType:
    """What is known so far, and what it cost."""
    known = [plain(f"- {line}") for line in lines] or [plain("Nothing yet.")]
    return Group(heading("Known so far"), *known, plain(f"{minutes} minutes spent; {harm}.", "dim"))


def render_end(
    grade: Grade, told: Debrief, readings: Sequence[Reading], corpus: Corpus, *, scores: bool
) -> RenderableType:
    """The mark with its reasons, the path beside the best one, and the story."""
    verdict = grade.criteria[0]
    criterion = corpus.criteria_of([verdict.id])[0]
    level = verdict.score or 1
    word = level_word(level, criterion)
    mark = (
        f"{criterion.title}: {level} of {criterion.top}, {word}" if scores else f"{criterion.title}: {word}"
    )
    parts: list[RenderableType] = [
        plain(mark, _STYLES.get(level, "bold")),
        plain("Marked by rule on the path that you took; no model gave the mark.", "dim"),
        Text(),
        *_readings(readings),
    ]
    if verdict.advice:
        parts += [heading("What keeps it from the next level"), indent(plain(verdict.advice)), Text()]
    parts += [heading("The cause"), indent(plain(told.cause)), Text()]
    parts += [heading("Your path"), indent(_steps(told.steps)), Text()]
    parts += [heading("The shortest good path"), indent(_steps(told.best)), Text()]
    parts += [indent(plain(_harm(told))), Text(), heading("Debrief"), indent(plain(told.text)), Text()]
    parts += [_read(item.passage, corpus) for item in verdict.citations]
    return Group(*parts)


def harm_words(harm: int, what: str) -> str:
    return f"{harm:,} {what} meanwhile"


def unwrapped(text: str) -> str:
    """Paragraphs of a block of YAML, each on one line."""
    return "\n\n".join(" ".join(part.split()) for part in text.split("\n\n"))


def _harm(told: Debrief) -> str:
    words = f"Harm while you worked: {harm_words(told.harm, told.harm_of)}"
    if told.harm_limited_first is not None and told.harm_limited_first < told.harm:
        return f"{words}; {told.harm_limited_first:,} had it been limited first."
    return f"{words}."


def _readings(readings: Sequence[Reading]) -> list[RenderableType]:
    rows: list[RenderableType] = []
    for item in readings:
        sign, style = ("+", "green") if item.good else ("-", "yellow")
        rows.append(Text.assemble((f"{sign} ", style), plain(item.text)))
        if item.quote:
            rows.append(indent(plain(f'"{shown_quote(item.quote)}"', "italic"), by=4))
    return [*rows, Text()] if rows else []


def _steps(steps: Sequence[Step]) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right", no_wrap=True)
    table.add_column()
    table.add_column(style="dim", no_wrap=True)
    for step in steps:
        table.add_row(f"{step.total} min", plain(step.title), step.note)
    return table


def _read(passage: str, corpus: Corpus) -> RenderableType:
    known = corpus.passages.get(passage)
    return labelled("Read", f"{known.title} [{passage}]" if known else passage)
