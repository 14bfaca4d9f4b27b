"""Writes the graders' figures into README.md from the accepted baselines: python -m bench.readme"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from coach.evals.results import read_summary
from coach.resources import eval_dir

README = Path(__file__).parents[1] / "README.md"
BEGIN, END = "<!-- figures -->\n", "\n<!-- end of figures -->"
_HEAD = (
    "| grader, answers | n | kappa, overall | exact | pairs in right order | bias | kappa, criteria |\n"
    "|---|---|---|---|---|---|---|"
)
_NAMES = ("quadratic_weighted_kappa", "exact", "order", "bias")
_FAMILIES = ("injection", "padding", "keyword_stuffing", "off_topic_moved", "exemplar_pairs")


def figures() -> str:
    """The Markdown between the two markers."""
    llm, local = (read_summary(eval_dir() / "baselines" / name) for name in ("llm", "local"))
    plain, trivial = llm["baselines"]["plain"], local["baselines"]["tfidf"]
    rows = [
        _slice("with a model¹, dev", llm, "dev"),
        _slice("… its held-out questions", llm, "dev:held-out"),
        _slice("with a model¹, hard-dev", llm, "hard-dev"),
        _slice("… its held-out questions", llm, "hard-dev:held-out"),
        _row("plain chat prompt, same model², dev", plain["dev"], None),
        _row("plain chat prompt, same model², hard-dev", plain["hard-dev"], None),
        _slice("local³, dev", local, "dev"),
        _slice("local³, hard-dev", local, "hard-dev"),
        _row("TF-IDF regression³, dev", trivial["dev"], None),
    ]
    return "\n".join([_HEAD, *rows, "", _repeats(llm), "", *_stress(llm, local)])


def _slice(name: str, summary: dict[str, Any], key: str) -> str:
    block = summary["slices"][key]
    return _row(name, block["overall"], block["criteria"]["quadratic_weighted_kappa"])


def _row(name: str, block: dict[str, Any], criteria: dict[str, Any] | None) -> str:
    cells = [_cell(block[key], sign=key == "bias") for key in _NAMES]
    return f"| {name} | {block['exact']['n']} | {' | '.join(cells)} | {_cell(criteria)} |"


def _cell(estimate: dict[str, Any] | None, *, sign: bool = False) -> str:
    if estimate is None or estimate["value"] is None:
        return "–"
    return f"{estimate['value']:+.2f}" if sign else f"{estimate['value']:.3f}"


def _repeats(llm: dict[str, Any]) -> str:
    block = llm["metrics"]["repeatability"]
    overall, criteria = block["overall"]["all_equal"], block["criteria"]["all_equal"]
    certain = llm["certainty"]["dev"]
    return (
        f"With a model, three gradings of one answer give the same mark for {overall['value']:.1%} of"
        f" {overall['n']} answers and the same level for {criteria['value']:.1%} of the criteria. Marks given"
        f" without doubt ({certain['sure']['value']:.0%} of dev) are gold's in"
        f" {certain['exact_when_sure']['value']:.0%}; the range shown holds the gold mark in"
        f" {certain['gold_in_range']['value']:.0%}."
    )


def _stress(llm: dict[str, Any], local: dict[str, Any]) -> list[str]:
    rows = ["| stress: cases that move the wrong way | with a model | local |", "|---|---|---|"]
    for family in _FAMILIES:
        counts = [summary["stress"][family] for summary in (llm, local)]
        told = " | ".join(f"{block['violations']} of {block['judged']}" for block in counts)
        rows.append(f"| {family.replace('_', ' ')} | {told} |")
    return rows


def main() -> None:
    text = README.read_text(encoding="utf-8")
    block = BEGIN + figures() + END
    changed = re.sub(re.escape(BEGIN) + ".*?" + re.escape(END), lambda _: block, text, flags=re.DOTALL)
    README.write_text(changed, encoding="utf-8")


if __name__ == "__main__":
    main()
