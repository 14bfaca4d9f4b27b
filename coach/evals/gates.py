"""Gates: whether the figures of a run reach the bars of its suite. A figure that is missing falls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from coach.evals.suite import Gate
from coach.schema.base import Frozen


class GateResult(Frozen):
    """`bar` is null where the figure to beat is itself missing."""

    name: str
    value: float | None
    bar: float | None
    passed: bool


def check_gates(gates: Iterable[Gate], figures: Mapping[str, Any]) -> list[GateResult]:
    """Every gate against the figures, in the suite's order."""
    return [_check(gate, figures) for gate in gates]


def look_up(figures: Mapping[str, Any], path: str) -> float | None:
    """The number at a path with slashes; None where there is none."""
    found: Any = figures
    for name in path.split("/"):
        if not isinstance(found, Mapping) or name not in found:
            return None
        found = found[name]
    if isinstance(found, Mapping):
        found = found.get("value")
    return float(found) if isinstance(found, int | float) else None


def _check(gate: Gate, figures: Mapping[str, Any]) -> GateResult:
    value = look_up(figures, gate.metric)
    sign, bar, told = _bar(gate, figures)
    passed = value is not None and bar is not None and _passes(sign, value, bar)
    return GateResult(name=f"{gate.metric} {sign} {told}", value=value, bar=bar, passed=passed)


def _bar(gate: Gate, figures: Mapping[str, Any]) -> tuple[str, float | None, str]:
    fixed = {">=": gate.at_least, "<=": gate.at_most, "within": gate.within}
    for sign, bar in fixed.items():
        if bar is not None:
            return sign, bar, f"{bar:g}"
    sign, path = (">", gate.above) if gate.above is not None else ("<", gate.below or "")
    return sign, look_up(figures, path), path


def _passes(sign: str, value: float, bar: float) -> bool:
    return {
        ">=": value >= bar,
        "<=": value <= bar,
        "within": abs(value) <= bar,
        ">": value > bar,
        "<": value < bar,
    }[sign]
