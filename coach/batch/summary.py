"""Counts over the rows of a run: what a person wants to know first. Shows nothing.

Its size depends on the rubric and on fixed bounds, not on the number of rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from coach.batch.journal import Stored

EXAMPLES = 5  # shown of each kind of trouble
REVIEWS = 50  # ids kept of the rows that want a second look
_QUESTIONS = 500  # told apart; the rest are counted together
_ADVICES = 500  # different sentences counted for each criterion
OTHERS = "(other questions)"


@dataclass
class Marks:
    """How many got which mark; `missing` counts those without one."""

    counts: Counter[int] = field(default_factory=Counter)
    missing: int = 0

    def add(self, mark: int | None) -> None:
        if mark is None:
            self.missing += 1
        else:
            self.counts[mark] += 1

    @property
    def number(self) -> int:
        return self.counts.total()

    @property
    def mean(self) -> float | None:
        return sum(mark * n for mark, n in self.counts.items()) / self.number if self.number else None

    def share_up_to(self, mark: int) -> float:
        """Share of those marked that got `mark` or less; 0 where nobody is marked."""
        low = sum(n for value, n in self.counts.items() if value <= mark)
        return low / self.number if self.number else 0.0


@dataclass(frozen=True)
class Trouble:
    """One row that has no mark, and why."""

    id: str
    file: str
    line: int
    message: str


@dataclass(frozen=True)
class Gap:
    """A criterion that many answers do badly on, with the advice given most often, if it repeats."""

    criterion: str
    share: float
    advice: str


@dataclass
class Summary:
    """Filled row by row with `add`; `top` is the highest mark of the rubric."""

    top: int = 4
    rows: int = 0
    status: Counter[str] = field(default_factory=Counter)
    overall: Marks = field(default_factory=Marks)
    questions: dict[str, Marks] = field(default_factory=dict)
    criteria: dict[str, Marks] = field(default_factory=dict)
    flags: Counter[str] = field(default_factory=Counter)
    reviews: list[tuple[str, int | None]] = field(default_factory=list)
    review_count: int = 0
    trouble: Counter[tuple[str, str]] = field(default_factory=Counter)
    examples: dict[tuple[str, str], list[Trouble]] = field(default_factory=dict)
    requests: int = 0
    tokens: Counter[str] = field(default_factory=Counter)
    cost_usd: float | None = 0.0
    _advice: dict[str, Counter[str]] = field(default_factory=dict)

    @property
    def unmarked(self) -> int:
        """Rows that are failed or ungraded."""
        return self.rows - self.status["graded"]

    def add(self, row: Mapping[str, Any], stored: Stored) -> None:
        self.rows += 1
        self.status[row["status"]] += 1
        self.flags.update(row["flags"])
        self._add_usage(row["usage"])
        if row["error"]:
            self._add_trouble(row, stored)
        if row["status"] == "failed":
            return
        self.overall.add(row["overall"])
        name = stored.question
        if name not in self.questions and len(self.questions) >= _QUESTIONS:
            name = OTHERS
        self.questions.setdefault(name, Marks()).add(row["overall"])
        for verdict in row["criteria"]:
            self._add_verdict(verdict)
        if row["needs_review"] and row["status"] == "graded":
            self.review_count += 1
            if len(self.reviews) < REVIEWS:
                self.reviews.append((row["id"], row["overall"]))

    def gaps(self, limit: int = 3) -> list[Gap]:
        """What most answers miss: criteria on which most of them stay on the no side, worst first."""
        low = (self.top + 1) // 2
        found = []
        for name, marks in self.criteria.items():
            share = marks.share_up_to(low)
            if marks.number and share >= 0.5:
                found.append(Gap(name, share, self._common_advice(name, marks.number)))
        return sorted(found, key=lambda gap: -gap.share)[:limit]

    def _common_advice(self, criterion: str, number: int) -> str:
        common = self._advice.get(criterion, Counter()).most_common(1)
        return common[0][0] if common and common[0][1] > max(1, number // 20) else ""

    def _add_verdict(self, verdict: Mapping[str, Any]) -> None:
        self.criteria.setdefault(verdict["id"], Marks()).add(verdict["score"])
        advice = self._advice.setdefault(verdict["id"], Counter())
        if verdict["advice"] and (verdict["advice"] in advice or len(advice) < _ADVICES):
            advice[verdict["advice"]] += 1

    def _add_trouble(self, row: Mapping[str, Any], stored: Stored) -> None:
        key = (row["status"], row["error"]["kind"])
        self.trouble[key] += 1
        shown = self.examples.setdefault(key, [])
        if len(shown) < EXAMPLES:
            shown.append(Trouble(row["id"], stored.file, stored.line, row["error"]["message"]))

    def _add_usage(self, usage: Mapping[str, Any]) -> None:
        self.requests += usage["requests"]
        for name in ("prompt_tokens", "cached_tokens", "completion_tokens"):
            self.tokens[name] += usage[name]
        known = self.cost_usd is not None and usage["cost_usd"] is not None
        self.cost_usd = (self.cost_usd or 0.0) + (usage["cost_usd"] or 0.0) if known else None
