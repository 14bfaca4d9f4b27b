"""What a terminal shows of a run over the interviewer's check set. Returns renderables; prints nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from coach.evals.interviewer_measure import FollowUpRow
from coach.evals.table import show_gates
from coach.text.sanitize import for_terminal

_NAMES = {
    "chance": "one not yet pressed, by lot",
    "last_named": "always the one named last",
    "one_question": "one question",
    "ends_as_question": "ends as a question",
    "short": "short enough to be spoken",
    "quotes_true": "every quoted word was said",
    "grounded": "takes up what was said",
    "no_repeat": "repeats no earlier follow-up",
    "no_verdict": "gives no mark or praise away",
    "no_leak": "gives no good answer away",
    "not_steered": "not steered by the answer",
    "all_checks": "all of these",
    "own_words": "the model's own words",
    "first_try": "at its first try",
}


def show_interviewer(summary: dict[str, Any], rows: Sequence[FollowUpRow]) -> RenderableType:
    return Group(*_blocks(summary, rows))


def _blocks(summary: dict[str, Any], rows: Sequence[FollowUpRow]) -> Iterator[RenderableType]:
    grader = summary["grader"]
    replayed = ", replayed" if grader["replayed"] else ""
    yield Text(
        f"Suite {summary['suite']}: {summary['n']} transcripts\n"
        f"Interviewer: {grader['kind']} {grader['model']} (prompt {grader['prompt']}{replayed})"
    )
    validity, grounding = (summary["metrics"][name] for name in ("validity", "grounding"))
    yield Text("\nDoes it press where gold is weakest? (95% interval by question)", style="bold")
    lines = {"this interviewer": validity["overall"]["presses_weakest"]}
    lines |= {_NAMES[name]: block["presses_weakest"] for name, block in summary["baselines"].items()}
    yield _table(lines)
    yield Text("\nIs it about what was said, and does it give nothing away?", style="bold")
    yield _table({_NAMES.get(name, name): item for name, item in grounding["overall"].items()})
    yield Text("\nBy kind of transcript", style="bold")
    yield _kinds(validity["by_kind"], grounding["by_kind"])
    yield from _failures(summary, rows)
    yield from show_gates(summary["gates"])


def _table(lines: dict[str, dict[str, Any]]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for title in ("", "share", "interval", "of"):
        table.add_column(title, justify="right" if title else "left")
    for name, item in lines.items():
        span = "" if item["lo"] is None else f"{item['lo']:.2f} to {item['hi']:.2f}"
        table.add_row(name, _share(item), span, str(item["n"]))
    return table


def _kinds(presses: dict[str, dict[str, Any]], passed: dict[str, dict[str, Any]]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for title in ("", "presses the weakest", "all checks", "of"):
        table.add_column(title, justify="right" if title else "left")
    for name, item in passed.items():
        kind = name.partition(".")[0]
        pressed = presses.get(f"{kind}.presses_weakest")
        told = "-" if pressed is None else f"{_share(pressed)} of {pressed['n']}"
        table.add_row(kind.replace("_", " "), told, _share(item), str(item["n"]))
    return table


def _failures(summary: dict[str, Any], rows: Sequence[FollowUpRow]) -> Iterator[RenderableType]:
    failed = {name: ids for name, ids in summary["failed"].items() if name != "presses_weakest"}
    if not failed:
        return
    texts = {row.id: row.text for row in rows}
    yield Text("\nWhat failed", style="bold")
    for name, ids in failed.items():
        yield Text(f"{_NAMES.get(name, name)}:")
        for id in ids[:3]:
            yield Text(f"  {id}: {for_terminal(texts[id]) or '(no follow-up came)'}", overflow="fold")
        if len(ids) > 3:
            yield Text(f"  and {', '.join(ids[3:])}", overflow="fold")


def _share(item: dict[str, Any]) -> str:
    return "-" if item["value"] is None else f"{item['value']:.2f}"
