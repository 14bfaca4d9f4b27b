"""Code reading: which faults of a snippet an answer names, found by words and mentions of lines."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from coach.drills.drill import Item, Labels, Step, asked_in, make_question, relabelled, sign_items
from coach.drills.report import Check, Report, look
from coach.guides.exercises import CodeReading, DrillKind, Finding
from coach.schema.answer import Answer
from coach.schema.question import Question

STEPS = 2
# A sentence that calls a thing right names no fault.
DENIED = re.compile(
    r"\A(?!.*\bwhether\b).*\b(?:nothing (?:is )?wrong"
    r"|(?:is|are|looks?|seems?|all) (?:perfectly |quite |all )?"
    r"(?:fine|correct|good|ok|okay|right|sound|harmless)"
    r"|no (?:problem|issue|leak|leakage|fault|concern|bug)\b|not a (?:problem|leak|fault|concern|bug)"
    r"|does(?: not|n't) leak|(?:good|best) practice|is (?:necessary|needed|standard|what we want))",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True)
class CodeDrill:
    """Implements Drill."""

    exercise: CodeReading
    task: str
    kind: DrillKind = "code"
    steps: int = STEPS

    @cached_property
    def question(self) -> Question:
        snippet = "\n".join(numbered(self.exercise.code))
        return make_question(self.kind, self.exercise, f"{self.exercise.about}\n\n{snippet}\n\n{self.task}")

    def next_step(self, answer: Answer) -> Step | None:
        """Point at the lines of the first finding that is not seen, without naming it."""
        asked = asked_in(answer)
        for check, finding in zip(self.check(answer).checks, self.exercise.findings, strict=True):
            if not check.seen and finding.nudge not in asked:
                return Step(text=finding.nudge, criterion=self.exercise.criteria[0])
        return None

    def check(self, answer: Answer) -> Report:
        checks = tuple(_check(finding, answer) for finding in self.exercise.findings)
        return Report(kind=self.kind, name=self.exercise.id, checks=checks)

    def items(self, answer: Answer) -> tuple[Item, ...]:
        return sign_items(self.check(answer).checks)

    def relabel(self, report: Report, labels: Labels) -> Report:
        return report.model_copy(update={"checks": relabelled(report.checks, labels)})


def numbered(code: str) -> list[str]:
    """The lines of a snippet with their numbers, as a candidate sees them."""
    return [f"{number:>2}  {line}".rstrip() for number, line in enumerate(code.rstrip().split("\n"), start=1)]


def mentions_of(lines: tuple[int, int]) -> re.Pattern[str]:
    """Matches a mention of one of the lines, such as `line 6`, `lines 5-7` or `lines 5 and 6`."""
    numbers = "|".join(str(number) for number in range(lines[0], lines[1] + 1))
    joint = r"\s*(?:-|–|to|and|through|,)\s*"
    return re.compile(
        rf"\blines?\s+(?:\d+{joint})?(?:{numbers})\b|\blines?\s+(?:{numbers}){joint}\d+\b", re.IGNORECASE
    )


def _check(finding: Finding, answer: Answer) -> Check:
    first, last = finding.lines
    where = f"line {first}" if first == last else f"lines {first} to {last}"
    details = (
        ("Where", where),
        ("Why it matters", finding.why),
        ("For the product", finding.consequence),
        ("Mend", finding.mend),
    )
    return look(
        finding, answer.parts(), details=details, unless=DENIED, standing=(mentions_of(finding.lines),)
    )
