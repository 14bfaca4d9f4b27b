"""One self-contained HTML file about a run: figures, plots, and the worst disagreements with their texts.

Everything that others wrote is escaped by the template and freed of control characters here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from coach.evals.gold import GoldRow
from coach.evals.plots import draw_confusion, draw_distribution, draw_intervals, draw_stress
from coach.evals.results import ResultRow
from coach.llm.files import write_whole
from coach.text.sanitize import for_terminal

_WORST = 12


def write_report(
    path: Path,
    summary: Mapping[str, Any],
    rows: Sequence[ResultRow],
    gold: Mapping[str, Mapping[str, GoldRow]],
    *,
    history: Sequence[Mapping[str, Any]] = (),
    ablations: Mapping[str, Any] | None = None,
) -> None:
    """Write the report of a run; `gold` holds the sets' rows by set and id, for the answers' texts.

    `ablations` is what each part of the local grader adds, as `bench.ablations` measures it.
    """
    write_whole(path, [render_report(summary, rows, gold, history=history, ablations=ablations)])


def render_report(
    summary: Mapping[str, Any],
    rows: Sequence[ResultRow],
    gold: Mapping[str, Mapping[str, GoldRow]],
    *,
    history: Sequence[Mapping[str, Any]] = (),
    ablations: Mapping[str, Any] | None = None,
) -> str:
    environment = Environment(
        loader=PackageLoader("coach.evals", "."), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters.update(
        interval=_interval, signed=_signed, words=_words, percent=_percent, figure=_figure
    )
    return environment.get_template("report.html.j2").render(
        summary=summary,
        first=summary["primary"],
        plots=_plots(summary),
        criteria=_criteria(summary),
        worst=_worst(rows, gold),
        ungraded=[_ungraded(row) for row in rows if row.part == "main" and row.overall is None],
        broken=_broken(summary, rows),
        history=history,
        ablations=ablations,
    )


def _plots(summary: Mapping[str, Any]) -> dict[str, str]:
    levels = summary["levels"]
    plots: dict[str, str] = {}
    for name, counts in summary["confusion"].items():
        if counts:
            plots[f"confusion {name}"] = draw_confusion(counts, levels, name)
        shown = summary["distribution"][name]
        plots[f"distribution {name}"] = draw_distribution(shown["given"], shown["gold"], name)
    validity = summary["metrics"]["validity"]
    for statistic, title in (("exact", "Exact agreement by criterion"), ("bias", "Bias by criterion")):
        lines = [(key.rsplit(".", 1)[0], validity["criteria"][key]) for key in _named(validity, statistic)]
        if lines:
            start = 0.0 if statistic == "exact" else None
            plots[f"criteria {statistic}"] = draw_intervals(lines, title, start=start)
    kinds = [(key.rsplit(".", 1)[0], value) for key, value in validity["by_kind"].items() if ".bias" in key]
    if kinds:
        plots["kinds"] = draw_intervals(kinds, "Bias by kind of answer: mark minus gold, overall")
    if summary["stress"]:
        plots["stress"] = draw_stress(summary["stress"])
    return plots


def _named(validity: Mapping[str, Any], statistic: str) -> list[str]:
    return [key for key in validity["criteria"] if key.endswith(f".{statistic}")]


def _criteria(summary: Mapping[str, Any]) -> list[dict[str, Any]]:
    block = summary["metrics"]["validity"]["criteria"]
    ids = [key.rsplit(".", 1)[0] for key in _named({"criteria": block}, "exact")]
    names = ("quadratic_weighted_kappa", "exact", "order", "bias")
    return [{"id": i, **{name: block[f"{i}.{name}"] for name in names}} for i in ids]


def _worst(rows: Iterable[ResultRow], gold: Mapping[str, Mapping[str, GoldRow]]) -> list[dict[str, Any]]:
    """Answers furthest from gold, overall first, then over the criteria."""
    judged = [
        row for row in rows if row.part == "main" and row.overall is not None and _distance(row) > (0, 0)
    ]
    judged.sort(key=lambda row: (_distance(row), row.id), reverse=True)
    return [_disagreement(row, gold.get(row.set, {}).get(row.id)) for row in judged[:_WORST]]


def _distance(row: ResultRow) -> tuple[int, int]:
    overall = abs((row.overall or 0) - row.gold.overall) if row.gold.overall is not None else 0
    criteria = sum(
        abs(mark - level)
        for name, level in row.gold.criteria_scores.items()
        if (mark := row.marks.get(name)) is not None
    )
    return overall, criteria


def _disagreement(row: ResultRow, gold: GoldRow | None) -> dict[str, Any]:
    return {
        "id": row.id,
        "set": row.set,
        "kind": row.kind,
        "question": row.question_id,
        "answer": for_terminal(gold.answer.said()) if gold is not None else "",
        "gold": row.gold.overall,
        "mark": row.overall,
        "range": row.range,
        "flags": row.flags,
        "labels": [
            {"rater": label.rater, "mark": label.overall, "reason": for_terminal(label.reason)}
            for label in (gold.labels if gold is not None else ())
        ],
        "criteria": [
            {
                "id": verdict.id,
                "gold": row.gold.criteria_scores.get(verdict.id),
                "mark": verdict.score,
                "reason": for_terminal(verdict.reason),
                "quotes": [for_terminal(item.quote) for item in verdict.evidence],
            }
            for verdict in row.criteria
        ],
    }


def _ungraded(row: ResultRow) -> dict[str, str]:
    error = row.error
    return {"id": row.id, "why": f"{error.kind}: {for_terminal(error.message)}" if error else row.status}


def _broken(summary: Mapping[str, Any], rows: Iterable[ResultRow]) -> list[dict[str, Any]]:
    """The stress cases that broke their direction, with the marks before and after."""
    clean = {row.id: row.overall for row in rows if row.part == "main"}
    sides = {
        (row.case.pair, row.case.side): row.overall for row in rows if row.case is not None and row.case.pair
    }
    cases = {row.id: row for row in rows if row.case is not None}
    found = []
    for family, block in summary["stress"].items():
        for name in block["violating"]:
            if family == "exemplar_pairs":
                before, after = sides.get((name, "bad")), sides.get((name, "good"))
            else:
                # An accepted baseline keeps the gold answers' rows alone.
                row = cases.get(name)
                before = clean.get(row.case.base) if row is not None and row.case is not None else None
                after = row.overall if row is not None else None
            found.append({"family": family, "id": name, "before": before, "after": after})
    return found


def _interval(estimate: Mapping[str, Any] | None, sign: bool = False) -> str:
    if not estimate or estimate["value"] is None:
        return "-"
    form = "{:+.2f}" if sign else "{:.3f}"
    text = form.format(estimate["value"])
    if estimate["lo"] is None:
        return text
    return f"{text} [{form.format(estimate['lo'])}, {form.format(estimate['hi'])}]"


def _signed(estimate: Mapping[str, Any] | None) -> str:
    return _interval(estimate, sign=True)


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.0f}%"


def _figure(value: float | None) -> str:
    """A gate's number: counts without decimals."""
    if value is None:
        return "missing"
    return f"{value:.0f}" if float(value).is_integer() and abs(value) > 1 else f"{value:.3f}"


def _words(name: str) -> str:
    return name.replace("_", " ")
