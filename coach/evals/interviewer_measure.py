"""From follow-ups to figures: which checks each passed, and whether it pressed what is weakest. Asks nothing.

Agreement with gold stands under `validity`, what the follow-up rests on and gives away under `grounding`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from coach.errors import UsageError
from coach.evals import statistics as s
from coach.evals.gates import check_gates
from coach.evals.interviewer import Asked, InterviewerBench
from coach.evals.interviewer_cases import Transcript
from coach.evals.interviewer_checks import CHECKS, inspect
from coach.evals.measure import Block, dump
from coach.evals.statistics import Estimate
from coach.schema.base import Frozen
from coach.schema.grade import GraderId

_PARTS = ("validity", "repeatability", "grounding")


class FollowUpRow(Frozen):
    """One follow-up as results.jsonl holds it.

    `weakest` are the criteria that it should press, none where gold cannot tell; `fresh` counts those not
    pressed on before, `last` is the one that the question names last. `author` is `llm` where the model's
    own words passed its check; `note` says why they were not used. `requests` counts what was asked.
    """

    id: str
    kind: str
    question_id: str
    gold: str
    text: str
    criterion: str
    author: str
    note: str
    weakest: tuple[str, ...]
    fresh: tuple[str, ...]
    checks: dict[str, bool]
    failed: tuple[str, ...]
    leak_run: int
    requests: int

    @property
    def presses_weakest(self) -> bool:
        return self.criterion in self.weakest


def make_rows(bench: InterviewerBench, asked: Iterable[Asked]) -> list[FollowUpRow]:
    """A row for each transcript; where no follow-up came, every check fails."""
    return [_row(bench, item) for item in asked]


def _row(bench: InterviewerBench, asked: Asked) -> FollowUpRow:
    transcript, follow_up = asked.transcript, asked.follow_up
    text = follow_up.text if follow_up else ""
    found = inspect(text, transcript, bench.good_texts(transcript))
    return FollowUpRow(
        id=transcript.id,
        kind=transcript.row.kind,
        question_id=transcript.task.question.id,
        gold=transcript.row.gold,
        text=text,
        criterion=follow_up.criterion if follow_up else "",
        author=follow_up.author if follow_up else "",
        note=follow_up.note if follow_up else "",
        weakest=transcript.weakest,
        fresh=transcript.fresh,
        checks=found.checks,
        failed=found.failed,
        leak_run=found.leak_run,
        requests=asked.requests,
    )


def select_transcripts(transcripts: Sequence[Transcript], only: str | None) -> tuple[Transcript, ...]:
    """Transcripts of one ID, kind (kind:K) or question (question:Q)."""
    if not only:
        return tuple(transcripts)
    name, _, value = only.partition(":")
    fits: dict[str, Callable[[Transcript], bool]] = {
        "kind": lambda item: item.row.kind == value,
        "question": lambda item: item.task.question.id == value,
    }
    if value and name not in fits:
        raise UsageError(f"--only {only}: give a transcript's ID, kind:K or question:Q.")
    test = fits[name] if value else lambda item: item.id == only
    found = tuple(item for item in transcripts if test(item))
    if not found:
        raise UsageError(f"--only {only}: nothing in the suite fits.")
    return found


def summarise(
    bench: InterviewerBench, rows: Sequence[FollowUpRow], identity: GraderId, *, gated: bool = True
) -> dict[str, Any]:
    """The summary as summary.json holds it; `gold` counts by gold set, `failed` lists what fell by check."""
    empty: dict[str, dict[str, Block]] = {
        name: {"overall": {}, "criteria": {}, "by_kind": {}} for name in _PARTS
    }
    figures: dict[str, Any] = dump(
        {**empty, "validity": _validity(rows), "grounding": _grounding(rows), "baselines": _baselines(rows)}
    )
    gates = bench.suite.gates.get(identity.kind, ()) if gated else ()
    return {
        "suite": bench.suite.name,
        "grader": identity.model_dump(),
        "n": len(rows),
        "metrics": {name: figures[name] for name in _PARTS},
        "gates": [gate.model_dump() for gate in check_gates(gates, figures)],
        "baselines": figures["baselines"],
        "gold": Counter(bench.sets[row.gold] for row in rows),
        "failed": _failed(rows),
    }


def _validity(rows: Sequence[FollowUpRow]) -> dict[str, Block]:
    judged = [row for row in rows if row.weakest]
    by_criterion: dict[str, list[FollowUpRow]] = defaultdict(list)
    for row in judged:
        for name in row.weakest:
            by_criterion[name].append(row)
    return {
        "overall": {"presses_weakest": _share(judged, lambda row: row.presses_weakest)},
        "criteria": {
            f"{name}.presses_weakest": _share(found, lambda row: row.presses_weakest)
            for name, found in sorted(by_criterion.items())
        },
        "by_kind": _by_kind(judged, "presses_weakest", lambda row: row.presses_weakest),
    }


def _grounding(rows: Sequence[FollowUpRow]) -> dict[str, Block]:
    overall = {name: _share([row for row in rows if name in row.checks], _passes(name)) for name in CHECKS}
    overall["all_checks"] = _share(rows, lambda row: not row.failed)
    asked = [row for row in rows if row.requests]
    if asked:
        overall["own_words"] = _share(asked, lambda row: row.author == "llm")
        overall["first_try"] = _share(asked, lambda row: row.author == "llm" and row.requests == 1)
    return {
        "overall": overall,
        "criteria": {},
        "by_kind": _by_kind(rows, "all_checks", lambda r: not r.failed),
    }


def _passes(name: str) -> Callable[[FollowUpRow], bool]:
    return lambda row: row.checks[name]


def _baselines(rows: Sequence[FollowUpRow]) -> dict[str, Block]:
    """What is right without reading: a criterion drawn from those not pressed yet, and always the last."""
    judged = [row for row in rows if row.weakest]
    chance = [len(set(row.weakest) & set(row.fresh)) / len(row.fresh) for row in judged]
    clusters = [row.question_id for row in judged]
    return {
        "chance": {"presses_weakest": s.estimate(s.mean_table(chance, clusters), s.share, len(judged))},
        "last_named": {"presses_weakest": _share(judged, lambda row: row.fresh[-1] in row.weakest)},
    }


def _by_kind(rows: Sequence[FollowUpRow], name: str, holds: Callable[[FollowUpRow], bool]) -> Block:
    kinds = dict.fromkeys(row.kind for row in rows)
    return {f"{kind}.{name}": _share([row for row in rows if row.kind == kind], holds) for kind in kinds}


def _share(rows: Sequence[FollowUpRow], holds: Callable[[FollowUpRow], bool]) -> Estimate:
    clusters = [row.question_id for row in rows]
    return s.estimate(s.mean_table([float(holds(row)) for row in rows], clusters), s.share, len(rows))


def _failed(rows: Sequence[FollowUpRow]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        for name in row.failed:
            found[name].append(row.id)
        if row.weakest and not row.presses_weakest:
            found["presses_weakest"].append(row.id)
    return dict(found)
