"""A run's summary as tables of at most 80 columns. Returns renderables; prints nothing.

Validity and repeatability are separate tables under headings that say what each asks.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

_NAMES = {
    "quadratic_weighted_kappa": "weighted kappa",
    "exact": "exact",
    "within_one": "within one level",
    "bias": "bias (+ is lenient)",
    "order": "pairs in right order",
    "base_rate": "most frequent mark",
    "all_equal": "samples all equal",
    "pair_flip_rate": "pairs that differ",
    "ordinal_alpha": "Krippendorff alpha",
    "quotes_found": "quotes found",
    "citations_valid": "citations valid",
    "citations_named_valid": "citations valid as named",
    "ungraded_rate": "not graded",
    "parse_failure_rate": "replies unreadable",
    "repair_rate": "needed a repair",
}
_GROUNDING = (
    "quotes_found",
    "citations_valid",
    "citations_named_valid",
    "ungraded_rate",
    "parse_failure_rate",
    "repair_rate",
)
_SIGNED = ("bias", "mean_shift")


def show_summary(summary: dict[str, Any]) -> RenderableType:
    """Everything that a terminal shows of a run."""
    return Group(*_blocks(summary))


def show_stress(summary: dict[str, Any]) -> RenderableType:
    """The stress table alone."""
    return Group(*_stress(summary))


def _blocks(summary: dict[str, Any]) -> Iterator[RenderableType]:
    grader = summary["grader"] or {}
    first = summary["primary"]
    yield Text(f"Suite {summary['suite']}: {summary['n']} answers\nGrader: {_grader(grader)}")
    yield from _validity(summary, first)
    yield from _repeatability(summary)
    yield from _rates(summary)
    yield from _certainty(summary)
    yield from _slices(summary)
    yield from _stress(summary)
    yield from _seniority(summary)
    yield from show_gates(summary["gates"])


def _grader(grader: dict[str, Any]) -> str:
    replayed = ", replayed" if grader.get("replayed") else ""
    return f"{grader.get('kind')} {grader.get('model')} (prompt {grader.get('prompt')}{replayed})"


def _validity(summary: dict[str, Any], first: str) -> Iterator[RenderableType]:
    block = summary["metrics"]["validity"]
    names = ("quadratic_weighted_kappa", "exact", "within_one", "bias", "order")
    table = _table()
    table.add_column("")
    for title in ("overall", "criteria"):
        table.add_column(title, justify="right")
    for name in names:
        table.add_row(
            _NAMES[name],
            _interval(block["overall"].get(name), name),
            _interval(block["criteria"].get(name), name),
        )
    levels = [key for key in block["overall"] if key.startswith("recall_")]
    for key, level in zip(levels, summary["levels"], strict=False):
        table.add_row(
            f"recall of {level}", _interval(block["overall"].get(key)), _interval(block["criteria"].get(key))
        )
    base = block["overall"].get("base_rate")
    table.add_row(_NAMES["base_rate"], _interval(base), _interval(block["criteria"].get("base_rate")))
    yield _titled(f"Validity on {first}: does it agree with gold? (95% interval by question)", table)
    yield from _baselines(summary, first)


def _baselines(summary: dict[str, Any], first: str) -> Iterator[RenderableType]:
    if not summary["baselines"]:
        return
    names = ("quadratic_weighted_kappa", "exact", "bias", "order")
    table = _table()
    table.add_column("")
    for name in names:
        table.add_column(_NAMES[name].replace("bias (+ is lenient)", "bias"), justify="right")
    own = summary["metrics"]["validity"]["overall"]
    table.add_row("this grader", *(_plain(own.get(name), name) for name in names))
    for baseline, sets in summary["baselines"].items():
        block = sets.get(first, {})
        table.add_row(baseline, *(_plain(block.get(name), name) for name in names))
    yield _titled(f"The same from baselines on {first}, overall mark", table)


def _repeatability(summary: dict[str, Any]) -> Iterator[RenderableType]:
    block = summary["metrics"]["repeatability"]
    if not block["overall"]["all_equal"]["n"]:
        return
    n = block["overall"]["all_equal"]["n"]
    table = _table()
    table.add_column("")
    for title in ("overall", "criteria"):
        table.add_column(title, justify="right")
    for name in ("all_equal", "pair_flip_rate", "ordinal_alpha"):
        table.add_row(_NAMES[name], _interval(block["overall"][name]), _interval(block["criteria"][name]))
    yield _titled(f"Repeatability: does it agree with itself? ({n} answers, several samples each)", table)


def _rates(summary: dict[str, Any]) -> Iterator[RenderableType]:
    block = summary["metrics"]["grounding"]["overall"]
    table = _table()
    table.add_column("")
    table.add_column("share", justify="right")
    table.add_column("of", justify="right")
    for name in _GROUNDING:
        table.add_row(_NAMES[name], _interval(block[name]), str(block[name]["n"]))
    yield _titled("Grounding: do grades rest on the answer and the guides?", table)


def _certainty(summary: dict[str, Any]) -> Iterator[RenderableType]:
    table = _table()
    for title in ("", "given without doubt", "of these gold's", "of the others", "gold in range"):
        table.add_column(title, justify="right" if title else "left")
    names = ("sure", "exact_when_sure", "exact_when_unsure", "gold_in_range")
    for name, block in summary["certainty"].items():
        table.add_row(name, *(_plain(block[key]) for key in names))
    yield _titled("Doubt: is the mark right where the grader shows none?", table)


def _slices(summary: dict[str, Any]) -> Iterator[RenderableType]:
    slices = {name: block for name, block in summary["slices"].items() if not name.startswith("round:")}
    if len(slices) < 2:
        return
    table = _table()
    for title in ("", "n", "kappa", "exact", "bias", "order", "criteria kappa"):
        table.add_column(title, justify="right" if title else "left")
    for name, block in slices.items():
        own = block["overall"]
        cells = [_plain(own[key], key) for key in ("quadratic_weighted_kappa", "exact", "bias", "order")]
        kappa = _plain(block["criteria"]["quadratic_weighted_kappa"])
        table.add_row(name, str(own["exact"]["n"]), *cells, kappa)
    yield _titled("Validity by gold set and half (tuned on the tuning half alone)", table)


def _stress(summary: dict[str, Any]) -> Iterator[RenderableType]:
    if not summary["stress"]:
        return
    table = _table()
    for title in ("family", "direction", "cases", "violations", "mean shift"):
        table.add_column(title, justify="left" if title in ("family", "direction") else "right")
    for family, block in summary["stress"].items():
        judged = "" if block["judged"] == block["cases"] else f" ({block['judged']} judged)"
        table.add_row(
            family.replace("_", " "),
            block["direction"].replace("_", " "),
            f"{block['cases']}{judged}",
            str(block["violations"]),
            _plain(block["mean_shift"], "mean_shift"),
        )
    yield _titled("Stress: changed answers, and the direction that the mark must keep", table)


def _seniority(summary: dict[str, Any]) -> Iterator[RenderableType]:
    """Runs that were kept before this was measured have no such block."""
    if not summary.get("seniority"):
        return
    table = _table()
    for title in ("", "mean shift", "fell", "stayed", "rose", "marks"):
        table.add_column(title, justify="right" if title else "left")
    for who, title in (("labels", "the labels"), ("given", "this grader")):
        for part in ("overall", "criteria"):
            block = summary["seniority"][who][part]
            cells = [_plain(block[name]) for name in ("fell", "stayed", "rose")]
            shift = _interval(block["shift"], "mean_shift")
            table.add_row(f"{title}, {part}", shift, *cells, str(block["shift"]["n"]))
    yield _titled("Levels: the same answer for pm and for principal", table)


def show_gates(gates: list[dict[str, Any]]) -> Iterator[RenderableType]:
    """How many gates were passed, and every one that fell with its figure."""
    if not gates:
        return
    fallen = [gate for gate in gates if not gate["passed"]]
    yield Text(f"\nGates: {len(gates) - len(fallen)} of {len(gates)} passed")
    for gate in fallen:
        value = "missing" if gate["value"] is None else f"{gate['value']:.3f}"
        yield Text(f"  FELL  {gate['name']}: {value}")


def _titled(title: str, table: Table) -> RenderableType:
    return Group(Text(f"\n{title}", style="bold"), table)


def _table() -> Table:
    return Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))


def _interval(estimate: dict[str, Any] | None, name: str = "") -> str:
    if estimate is None or estimate["value"] is None:
        return "-"
    text = _number(estimate["value"], name)
    if estimate["lo"] is None:
        return text
    return f"{text} [{_number(estimate['lo'], name)}, {_number(estimate['hi'], name)}]"


def _plain(estimate: dict[str, Any] | None, name: str = "") -> str:
    return "-" if estimate is None or estimate["value"] is None else _number(estimate["value"], name)


def _number(value: float, name: str = "") -> str:
    return f"{value:+.2f}" if name in _SIGNED else f"{value:.3f}"
