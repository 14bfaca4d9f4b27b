"""Code reading: which faults of a snippet an answer names, found by words and mentions of lines."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from coach.drills.content import Content
from coach.drills.drill import SignsAlone, Step, asked_in, make_question
from coach.drills.hold import Hold
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
class CodeDrill(SignsAlone):
    """Implements Drill."""

    exercise: CodeReading
    task: str
    kind: DrillKind = "code"
    steps: int = STEPS

    @cached_property
    def question(self) -> Question:
        snippet = "\n".join(numbered(self.exercise.code))
        return make_question(self.kind, self.exercise, f"{self.exercise.about}\n\n{snippet}\n\n{self.task}")

    @property
    def case(self) -> str:
        """What is shown and what there is to find: who names a fault in other words speaks of it too."""
        known = (f"{item.text} {item.consequence} {item.mend}" for item in self.exercise.findings)
        reading = self.exercise
        return " ".join((reading.title, reading.about, reading.code, *known, reading.also))

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

    def holds(self, answer: Answer, content: Mapping[str, Content]) -> tuple[Hold, ...]:
        """No fault named is no reading; fewer than half of them is not a good one."""
        checks = self.check(answer).checks
        open_ones = [f for f, check in zip(self.exercise.findings, checks, strict=True) if not check.seen]
        named = len(checks) - len(open_ones)
        if 2 * named >= len(checks):
            return ()
        why = f"of {len(checks)} things that are wrong with it your words name {named or 'none'}."
        return (Hold(most=3 if named else 2, why=why, advice=open_ones[0].nudge),)


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
