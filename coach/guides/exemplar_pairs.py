"""Pairs of BAD and GOOD that a document states as such: rows of a table, `instead of ... say ...`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from coach.guides.document import Line
from coach.guides.labels import Side, is_label_alone, label_at_start
from coach.guides.samples import MAX_SAMPLE, take_sample
from coach.schema.passage import ExemplarPair

_INSTEAD_OF = re.compile(
    r"(?:instead of|rather than|don['’]t say|do not say|avoid saying|never say)(?: saying)?[:,]?\s*"
    r"[“\"](?P<bad>[^”\"]{3,1000})[”\"][,.;:]?\s*(?:[–—-]\s*)?(?:but\s+|rather\s+)?"
    r"(?:say|try|use|write|answer|prefer|go with)(?: instead)?[:,]?\s*[“\"](?P<good>[^”\"]{3,2000})[”\"]",
    re.IGNORECASE,
)
_LEAST_WORDS = 2


def checked_pair(bad: str, good: str, why: str, line: int) -> ExemplarPair | None:
    """A pair, where both samples are whole, of a fit length, and not the same; line counts from 1."""
    for sample in (bad, good):
        if len(sample.split()) < _LEAST_WORDS or len(sample) > MAX_SAMPLE:
            return None
    return ExemplarPair(bad=bad, good=good, why=why, line=line) if bad != good else None


def sides_named(line: Line) -> dict[int, Side]:
    """Column -> side of a table head that names both sides; empty for any other line."""
    sides: dict[int, Side] = {}
    for n, cell in enumerate(line.cells):
        label = label_at_start(cell) if is_label_alone(cell) else None
        if label:
            sides[n] = label.side
    return sides if set(sides.values()) == {"bad", "good"} else {}


def table_pairs(lines: Sequence[Line]) -> list[ExemplarPair]:
    """One pair for each row under a table head that names both sides."""
    pairs: list[ExemplarPair] = []
    columns: dict[int, Side] = {}
    width = 0
    for line in lines:
        header = sides_named(line)
        if header or not line.cells:
            columns, width = header, len(line.cells)
        elif columns and len(line.cells) == width:
            pair = _row_pair(line, columns)
            pairs += [pair] if pair else []
    return pairs


def _row_pair(line: Line, columns: dict[int, Side]) -> ExemplarPair | None:
    texts: dict[Side, str] = {}
    remarks: list[str] = []
    last = max(columns)
    for n, cell in enumerate(line.cells):
        if n in columns and columns[n] not in texts:
            texts[columns[n]], remark = take_sample(cell)
            remarks.append(remark)
        elif n > last:
            remarks.append(cell)
    why = " ".join(remark for remark in remarks if remark)
    return checked_pair(texts["bad"], texts["good"], why, line.number)


def instead_pairs(lines: Sequence[Line]) -> list[ExemplarPair]:
    """One pair for each sentence that says what to say instead of what."""
    found = ((line, match) for line in lines for match in _INSTEAD_OF.finditer(line.text))
    pairs = (checked_pair(m["bad"].strip(), m["good"].strip(), "", line.number) for line, m in found)
    return [pair for pair in pairs if pair]
