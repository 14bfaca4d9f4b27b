"""What the rules of an exercise saw in an answer: checks with the very words, and nothing that is a mark."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Literal

from coach.guides.exercises import DrillKind, Sought
from coach.schema.base import Frozen
from coach.schema.grade import Evidence
from coach.text.phrases import find

# The candidate's texts as (turn index or None, text).
Parts = Sequence[tuple[int | None, str]]


class Check(Frozen):
    """One thing looked for. Not seen means that no words matched, and not that it is wrong.

    `group` names the part of the exercise; `details` are labelled sentences of the exercise's key;
    `by` is `rule`, or `model` where a model decided and its quote was found.
    """

    id: str
    text: str
    seen: bool
    why: str = ""
    group: str = ""
    evidence: tuple[Evidence, ...] = ()
    details: tuple[tuple[str, str], ...] = ()
    by: Literal["rule", "model"] = "rule"


class Choice(Frozen):
    """A label that was read out of an answer, such as the option chosen; empty where none was seen."""

    id: str
    label: str
    evidence: tuple[Evidence, ...] = ()
    by: Literal["rule", "model"] = "rule"


class Report(Frozen):
    """All checks of one answer. `verdict` is a sentence that code computed; `notes` say what else to know."""

    kind: DrillKind
    name: str
    checks: tuple[Check, ...] = ()
    choices: tuple[Choice, ...] = ()
    verdict: str = ""
    key: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    model: str = ""

    @property
    def missing(self) -> tuple[Check, ...]:
        return tuple(check for check in self.checks if not check.seen)


def look(
    sought: Sought,
    parts: Parts,
    *,
    group: str = "",
    details: Iterable[tuple[str, str]] = (),
    unless: re.Pattern[str] | None = None,
    standing: Sequence[re.Pattern[str]] = (),
) -> Check:
    """The first words of the candidate that match, as a check."""
    evidence = first_words(sought.said, parts, unless=unless, standing=standing)
    return Check(
        id=f"{group}/{sought.id}" if group else sought.id,
        text=sought.text,
        seen=evidence is not None,
        why=sought.why,
        group=group,
        evidence=(evidence,) if evidence else (),
        details=tuple(details),
    )


def first_words(
    said: Iterable[str],
    parts: Parts,
    *,
    unless: re.Pattern[str] | None = None,
    standing: Sequence[re.Pattern[str]] = (),
) -> Evidence | None:
    """The first words that match one of the phrases, as evidence."""
    said = tuple(said)
    for turn, text in parts:
        span = find(text, said, unless=unless, standing=standing)
        if span is not None:
            return evidence_at(text, span, turn)
    return None


def evidence_at(text: str, span: tuple[int, int], turn: int | None) -> Evidence:
    start, end = span
    return Evidence(quote=text[start:end], start=start, end=end, found=True, turn=turn)
