"""Exercises and what the rules saw in an answer, ready to show. Prints nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from coach.drills.report import Check, Choice, Report
from coach.report.lines import heading, indent, labelled, plain, quote
from coach.schema.question import Question

_CODE = re.compile(r"^ ?\d{1,2}(?:  |$)")
_HEADS = {
    "code": "What there was to find, and whether your words show it",
    "tradeoff": "Trade-off language in your words",
    "which-when": "The choice, its price and its turning point",
    "audiences": "What each listener needs, and whether your words hold it",
    "devil": "What a defence holds",
    "native": "Which way your answers lean",
    "artifact": "What this form holds, and whether your words show it",
}
_GROUPS = {
    "price": "Prices that the key names (one of them is enough)",
    "flip": "Turning points that the key names (one of them is enough)",
    "engineers": "For engineers",
    "compliance": "For compliance",
    "executives": "For executives",
}
_LABELS = {
    "fits": "fits",
    "too_technical": "too technical for them",
    "too_vague": "too vague for them",
    "missing": "missing",
    "native": "native",
    "enabled": "enabled",
    "both": "both ways",
    "unclear": "not clear from your words",
}
# Where a fault was found, its place and its mend are worth reading; the rest was said.
_KEPT_WHERE_SEEN = ("Where", "Mend")
# Kinds whose further questions ask for what was missing; in the others they are the exercise.
_NUDGED = ("code", "tradeoff", "which-when")
_LIMIT = (
    'Found by patterns in your words: they see wording, not sense. "Not seen" is no fault by itself, and'
    ' "seen" is no praise; the grade above is the judgement.'
)


def render_exercise(question: Question) -> RenderableType:
    """The exercise as a card: what is known, the snippet if there is one, then what is asked."""
    about = f"{(question.round or '').replace('_', ' ')} · {question.id}"
    parts: list[RenderableType] = [plain(about, "dim")]
    paragraphs = question.text.split("\n\n")
    for place, paragraph in enumerate(paragraphs):
        code = all(_CODE.match(line) for line in paragraph.split("\n"))
        style = "" if code or place < len(paragraphs) - 1 else "bold"
        last = place == len(paragraphs) - 1
        parts += [plain(paragraph, "cyan" if code else style), *([] if last else [Text()])]
    return Group(*parts)


def render_kept(kept: Mapping[str, Any]) -> RenderableType:
    """A report as the history keeps it: with the titles of its choices."""
    titles = kept.get("titles", {})
    report = Report.model_validate({name: value for name, value in kept.items() if name != "titles"})
    return render_report(report, titles)


def render_report(report: Report, titles: Mapping[str, str]) -> RenderableType:
    """The checks of an answer, group by group; `titles` words the choices by their ids."""
    parts: list[RenderableType] = [heading(_HEADS[report.kind])]
    if report.checks or report.choices:
        parts += [plain(_by(report), "dim"), Text()]
    if report.verdict:
        parts += [plain(report.verdict, "bold"), *_key(report), Text()]
    parts += [line for choice in report.choices for line in _choice(choice, titles)]
    group = ""
    for check in report.checks:
        if check.group != group:
            group = check.group
            parts += [Text(), plain(_GROUPS.get(group, group), "bold")]
        parts.append(_check(check, nudged=report.kind in _NUDGED))
    parts += [labelled("Note", note, style="yellow") for note in report.notes]
    return Group(*parts)


def _by(report: Report) -> str:
    if report.model:
        return f"Read by the model {report.model}; every quote was found in your answer."
    return _LIMIT


def _key(report: Report) -> list[RenderableType]:
    return [labelled(label, text) for label, text in report.key] if report.kind == "which-when" else []


def _choice(choice: Choice, titles: Mapping[str, str]) -> list[RenderableType]:
    quotes = [quote(item.quote) for item in choice.evidence]
    title = titles.get(choice.id)
    if title is None:
        return [indent(*quotes)] if quotes else []
    label = _LABELS.get(choice.label, choice.label)
    return [Text.assemble((f"{label}: ", "bold"), plain(title)), indent(*quotes)]


def _check(check: Check, *, nudged: bool) -> RenderableType:
    """One check: seen with the words, or not seen with what it is good for and what the key holds."""
    unseen = "(not found by the model)" if check.by == "model" else "(not seen in your words)"
    sign, style = ("+", "green") if check.seen else ("-", "yellow")
    head = Text.assemble((f"{sign} ", style), plain(check.text), ("" if check.seen else f" {unseen}", "dim"))
    rows: list[RenderableType] = []
    for item in check.evidence:
        words = quote(item.quote)
        if item.turn and nudged:
            words.append(f"  (after follow-up {item.turn // 2})", "dim")
        rows.append(words)
    details = [detail for detail in check.details if not check.seen or detail[0] in _KEPT_WHERE_SEEN]
    rows += [labelled(label, text) for label, text in details]
    if not check.seen and check.why and not check.details:
        rows.append(plain(check.why, "dim"))
    return Group(head, indent(*rows, by=4)) if rows else head
