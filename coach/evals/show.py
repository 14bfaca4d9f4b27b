"""One answer's request, reply, verdict and gold side by side; and two runs compared. Prints nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from coach.evals.run import Result
from coach.text.sanitize import for_terminal

_CHANGED = 20


def show_result(result: Result) -> RenderableType:
    """Everything about one graded job."""
    return Group(*_result(result))


def _result(result: Result) -> Iterator[RenderableType]:
    job, grade = result.job, result.grade
    family = f", {job.case.family} of {job.case.base or job.case.pair}" if job.case is not None else ""
    yield Text(f"\n{job.part} {job.id}, sample {job.sample}{family}", style="bold")
    if not result.calls:
        yield _panel("question", job.task.question.text)
        yield _panel("answer", job.task.answer.said())
    for number, (request, reply) in enumerate(result.calls, start=1):
        shown = request.messages if number == 1 else request.messages[-1:]
        for message in shown:
            yield _panel(f"request {number}, {message.role}", message.content)
        yield _panel(f"reply {number}, {reply.finish_reason}, {reply.model}", _pretty(reply.content))
    yield _verdicts(result)
    if grade.error is not None:
        yield Text(f"{grade.status}: {grade.error.kind}: {for_terminal(grade.error.message)}")


def _verdicts(result: Result) -> Table:
    gold = result.job.row
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for title in ("", "gold", "mark", "reason"):
        table.add_column(title)
    compared = gold is not None and result.job.case is None
    overall = str(gold.overall or "-") if gold is not None and compared else "-"
    flags = ", ".join(result.grade.flags)
    table.add_row("overall", overall, str(result.grade.overall or "-"), Text(flags))
    for verdict in result.grade.criteria:
        wanted = gold.criteria_scores.get(verdict.id, "-") if gold is not None and compared else "-"
        table.add_row(verdict.id, str(wanted), str(verdict.score or "-"), Text(for_terminal(verdict.reason)))
    if gold is not None and compared:
        for label in gold.labels:
            table.add_row(label.rater, str(label.overall or "-"), "", Text(for_terminal(label.reason)))
    return table


def show_comparison(compared: dict[str, Any]) -> RenderableType:
    return Group(*_comparison(compared))


def _comparison(compared: dict[str, Any]) -> Iterator[RenderableType]:
    yield Text(f"{compared['n']} answers graded by both runs")
    for side in ("before", "after"):
        grader = compared[side]
        yield Text(f"  {side}: {grader['kind']} {grader['model']}, prompt {grader['prompt']}")
    for side in ("before", "after"):
        if compared[f"only_{side}"]:
            yield Text(f"  {compared[f'only_{side}']} answers have a mark only {side}.")
    for name, block in compared["sets"].items():
        for part in ("overall", "criteria"):
            title = f"{name}, {part}: after minus before, {block['n']} answers, 95% interval"
            yield Text(f"\n{title}", style="bold")
            yield _differences(block[part])
    changed = compared["changed"]
    yield Text(f"\n{len(changed)} overall marks changed", style="bold")
    for item in changed[:_CHANGED]:
        verdict = "worse" if item["worse_by"] > 0 else "better" if item["worse_by"] < 0 else "as far off"
        move = f"{item['before'] or '-'} -> {item['after'] or '-'}"
        yield Text(f"  {item['id']} {item['kind']}: gold {item['gold']}, {move}, {verdict}")
    if len(changed) > _CHANGED:
        yield Text(f"  ... and {len(changed) - _CHANGED} more (--json lists all)")
    yield from _worst(compared["worst"])


def _worst(items: list[dict[str, Any]]) -> Iterator[RenderableType]:
    if items:
        yield Text("\nWorst regressions", style="bold")
    for item in items:
        move = f"{item['before']} -> {item['after']}"
        yield Text(f"  {item['id']} ({item['question_id']}): gold {item['gold']}, {move}")
        for name, sides in item["reasons"].items():
            for side in ("before", "after"):
                if sides[side] is not None:
                    reason = for_terminal(sides[side]["reason"])
                    yield Text(f"    {name} {side} {sides[side]['score']}: {reason}")


def _differences(block: dict[str, Any]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for title in ("", "before", "after", "difference", "p"):
        table.add_column(title, justify="right" if title else "left")
    for name, item in block.items():
        table.add_row(
            name.replace("_", " "),
            _number(item["before"]),
            _number(item["after"]),
            _interval(item["difference"]),
            _number(item["p"]),
        )
    return table


def _interval(estimate: dict[str, Any]) -> str:
    if estimate["value"] is None:
        return "-"
    text = f"{estimate['value']:+.3f}"
    return text if estimate["lo"] is None else f"{text} [{estimate['lo']:+.3f}, {estimate['hi']:+.3f}]"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _pretty(content: str) -> str:
    try:
        return json.dumps(json.loads(content), indent=1, ensure_ascii=False)
    except ValueError:
        return content


def _panel(title: str, text: str) -> Panel:
    return Panel(Text(for_terminal(text)), title=title, title_align="left")
