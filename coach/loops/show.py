"""Loops, rounds and their standing for the terminal; fits 80 columns. Prints nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from coach.loops.standing import RoundStanding, Standing
from coach.report.lines import heading, indent, labelled, plain
from coach.schema.loop import Preset, RoundPlan
from coach.schema.rubric import Criterion

_STAGES = {"waiting": "○", "open": "◐", "done": "●"}


def box_words(plan: RoundPlan) -> str:
    """The time box and whose figure it is."""
    if plan.minutes is None:
        return "at your own pace"
    whose = "the guides' figure" if plan.minutes_from == "guides" else "the coach's choice"
    return f"{plan.minutes} min, {whose}"


def spent_words(seconds: float, minutes: int | None) -> str:
    """How much of the box was used, such as `12 of 45 min`; nothing where no time was measured."""
    if not seconds:
        return ""
    used = f"{seconds / 60:.0f}" if seconds >= 60 else "under 1"
    return f"{used} of {minutes} min" if minutes else f"{used} min"


def render_presets(presets: Sequence[Preset]) -> RenderableType:
    """The loops that there are, briefly."""
    parts: list[RenderableType] = []
    for preset in presets:
        counts = f"{preset.fewest} rounds" if preset.fewest == len(preset.rounds) else ""
        rounds = counts or f"{preset.fewest} to {len(preset.rounds)} rounds"
        length = f", {preset.length}" if preset.length else ""
        parts += [
            Text.assemble((preset.id, "bold"), f"  {preset.title}"),
            indent(plain(preset.about), plain(f"{rounds}{length}", "dim")),
            Text(),
        ]
    return Group(*parts[:-1])


def render_preset(preset: Preset, criteria: Mapping[str, Criterion], rules: Sequence[str]) -> RenderableType:
    """One loop with every round and interviewer, how it is decided, and where its figures come from."""
    parts: list[RenderableType] = [heading(preset.title), plain(preset.about)]
    if preset.length:
        parts.append(labelled("From start to finish", preset.length))
    parts.append(Text())
    for number, item in enumerate(preset.rounds, start=1):
        parts += [*_round_plan(item, f"{number}. ", criteria), Text()]
    if preset.shuffled:
        parts.append(plain("The rounds come in an order that you do not know.", "dim"))
    if preset.dimensions:
        parts.append(labelled("Reported over all rounds", "; ".join(d.title for d in preset.dimensions)))
    parts.append(labelled("Figures from", ", ".join(preset.passages)))
    parts += [Text(), heading("How the committee decides"), *(hanging("- ", plain(rule)) for rule in rules)]
    return Group(*parts)


def _round_plan(item: RoundPlan, number: str, criteria: Mapping[str, Criterion]) -> Iterator[RenderableType]:
    extra = "" if item.counts else "  after the offer"
    extra += f"  {item.id}" if not item.optional else f"  {item.id}, optional"
    yield Text.assemble((f"{number}{item.title}", "bold"), (extra, "dim"))
    asked = "1 question" if len(item.asks) == 1 else f"{len(item.asks)} questions"
    rows: list[RenderableType] = [
        labelled(item.style.role, f"{box_words(item)}; {asked}"),
        labelled("Cares about", item.style.cares),
        labelled("Presses", item.style.presses),
    ]
    if item.core:
        heavy = sorted((i for i in item.weights if i in item.core), key=lambda i: -item.weight(i))
        rows.append(labelled("Weighs more", ", ".join(criteria[i].title for i in heavy if i in criteria)))
    if item.note:
        rows.append(plain(item.note, "dim"))
    yield indent(*rows)


def render_opening(item: RoundPlan, number: int, of: int, *, again: bool = False) -> RenderableType:
    """The card at the beginning of a round: who sits opposite, for how long, and how they open."""
    head = Text.assemble((f"Round {number} of {of}  {item.title}", "bold"), (f"  {box_words(item)}", "dim"))
    parts: list[RenderableType] = [head]
    if not again:
        parts.append(labelled(item.style.role, f'"{item.opening()}"'))
    if item.note and not again:
        parts.append(plain(item.note, "dim"))
    return Group(*parts)


def render_closing(
    item: RoundPlan, seconds: float, *, timed_out: bool, answered: bool = True
) -> RenderableType:
    """How the interviewer ends a round; no mark is given away."""
    parts: list[RenderableType] = []
    if timed_out:
        parts.append(plain("The time is up; what you had written was taken.", "yellow"))
    parts.append(labelled(item.style.role, f'"{item.closing(answered=answered)}"'))
    if seconds:
        parts.append(plain(spent_words(seconds, item.minutes), "dim"))
    return Group(*parts)


def render_standing(standing: Standing) -> RenderableType:
    """One loop with the state of each round."""
    loop = standing.loop
    table = Table.grid(padding=(0, 2))
    for item in standing.rounds:
        table.add_row(_STAGES[item.stage], plain(item.plan.title), plain(_stage_words(item), "dim"))
    setup = loop.setup
    about = f"level {setup.level}, {setup.mode} mode" + (", timed" if setup.timed else "")
    head = Text.assemble((loop.plan.title, "bold"), (f"  {loop.id}; {about}", "dim"))
    return Group(head, indent(table))


def _stage_words(item: RoundStanding) -> str:
    if item.stage == "waiting":
        return box_words(item.plan)
    asked = "1 question" if len(item.plan.asks) == 1 else f"{len(item.plan.asks)} questions"
    begun = f"begun, {len(item.graded)} of {asked} answered"
    spent = spent_words(item.seconds, item.plan.minutes)
    return ", ".join(part for part in ("done" if item.stage == "done" else begun, spent) if part)


def hanging(mark: str, text: Text) -> RenderableType:
    """A list item whose further lines stand under its first word."""
    table = Table.grid()
    table.add_row(f"  {mark}", text)
    return table
