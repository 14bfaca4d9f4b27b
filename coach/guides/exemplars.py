"""Finds BAD and GOOD samples in a document and pairs them. Knows no rubric; see `attach`.

A document is read once, line by line. A label opens a segment; what follows belongs to it until the
next label, heading or list item. Neighbouring segments of opposite sides make a pair.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from coach.guides.document import Document, Line
from coach.guides.exemplar_pairs import checked_pair, instead_pairs, sides_named, table_pairs
from coach.guides.labels import Label, Side, is_label_alone, label_at_end, label_at_start, label_inside
from coach.guides.samples import CUE, MAX_SAMPLE, clean_comment, closing_quote, take_sample
from coach.schema.passage import ExemplarPair

_ITEM = re.compile(r"^\s*(?:[-*•·▪◦‣]\s|\(?\d{1,3}[.)]\s)")
_ITEM_MARK = re.compile(r"^\s*(?:[-*•·▪◦‣]\s*|\(?\d{1,3}[.)]\s*)")
_SENTENCE_END = re.compile(r"[.!?…:;)”\"’]$")
_QUOTE_MARKS = "“\"«„‘'"
_WRAPPED = range(40, 121)
_MOST_COMMENT_LINES = 3
_MOST_GAP = 2


@dataclass
class _Segment:
    """A label, the text behind it on its line, and the lines that follow."""

    label: Label
    line: Line
    section: int
    first: int
    rest: str
    is_heading: bool = False
    closed: bool = False
    follow: list[Line] = field(default_factory=list)


@dataclass(frozen=True)
class _Sample:
    """`first` and `last` are places in the document's lines, `last` the last one used, `end` its number."""

    side: Side
    text: str
    why: str
    line: int
    section: int
    first: int
    last: int
    end: int


def find_pairs(document: Document) -> list[ExemplarPair]:
    """Every BAD/GOOD pair, in the order of the document; time is linear in its length.

    `bad` and `good` are the samples alone; remarks about them go to `why`. No criterion is attached.
    """
    pairs = table_pairs(document.lines) + instead_pairs(document.lines)
    samples = [sample for segment in _segments(document.lines) for sample in _samples(segment)]
    pairs += _pair(samples)
    unique = {(pair.bad, pair.good): pair for pair in reversed(pairs)}
    return sorted(unique.values(), key=lambda pair: pair.line)


# Segments


def _segments(lines: Sequence[Line]) -> list[_Segment]:
    segments: list[_Segment] = []
    section = 0
    current: _Segment | None = None
    header: dict[int, Side] = {}
    for at, line in enumerate(lines):
        header = sides_named(line) or (header if line.cells else {})
        if header:
            current = None
            continue
        pieces = list(_pieces(line))
        if not pieces:
            if line.level:
                section += 1
                current = None
            elif current is not None:
                current.follow.append(line)
            continue
        for label, rest in pieces:
            if current is not None:
                current.closed = True
            current = _Segment(label, line, section, at, rest, is_heading=line.level > 0)
            segments.append(current)
    return segments


def _pieces(line: Line) -> list[tuple[Label, str]]:
    """Labels of a line, each with the text up to the next one; none where the line has no label."""
    if line.cells and len(line.cells) > 1:
        label = label_at_start(line.cells[0]) if is_label_alone(line.cells[0]) else None
        return [(label, _row_text(line.cells))] if label else []
    opening = label_at_start(line.text)
    closing = None if opening else label_at_end(line.text)
    if closing is not None:
        return [(closing, _ITEM_MARK.sub("", line.text[: closing.start]))]
    pieces = list(_split_at_labels(line.text, opening or label_inside(line.text, 0)))
    if opening is not None or {label.side for label, _ in pieces} == {"bad", "good"}:
        return pieces
    # "The best answer: there is none" in running text labels nothing; a quotation behind it would.
    return [(label, rest) for label, rest in pieces if rest[:1] in _QUOTE_MARKS and rest]


def _split_at_labels(text: str, label: Label | None) -> Iterator[tuple[Label, str]]:
    while label is not None:
        searched_from = label.end
        if text[label.end : label.end + 1] in _QUOTE_MARKS and label.end < len(text):
            closing = closing_quote(text[label.end : label.end + MAX_SAMPLE])
            searched_from += closing or 0
        following = label_inside(text, searched_from)
        yield label, text[label.end : following.start if following else len(text)].strip()
        label = following


def _row_text(cells: tuple[str, ...]) -> str:
    sample, why = take_sample(cells[1])
    remarks = " ".join(part for part in (why, *cells[2:]) if part)
    return f"“{sample}” {remarks}".strip()


# Samples


def _samples(segment: _Segment) -> Iterator[_Sample]:
    """The sample of a segment; several where the label heads a list of them."""
    follow = segment.follow
    if segment.rest:
        used, text = _continued(segment.rest, follow)
        comments, used = _comments(follow, used, after_item=bool(_ITEM.match(segment.line.text)))
        yield _sample(segment, text, comments, used)
        return
    if follow and _ITEM.match(follow[0].text) and segment.label.heads_list:
        for n, line in enumerate(follow):
            if not _ITEM.match(line.text):
                break
            yield _sample(segment, _ITEM_MARK.sub("", line.text), [], n + 1, line)
        return
    if follow:
        text, used = _block(segment)
        comments, used = _comments(follow, used, after_item=False)
        yield _sample(segment, text, comments, used)


def _sample(
    segment: _Segment, text: str, comments: Sequence[str], used: int, line: Line | None = None
) -> _Sample:
    sample, remark = take_sample(text)
    why = " ".join(part for part in (remark, *comments) if part)
    return _Sample(
        side=segment.label.side,
        text=sample,
        why=why,
        line=(line or segment.line).number,
        section=segment.section,
        first=segment.first,
        last=segment.first + used,
        end=segment.follow[used - 1].number if used else segment.line.number,
    )


def _continued(text: str, follow: Sequence[Line]) -> tuple[int, str]:
    """(lines used, text with the lines that it runs on to): an open quote, or a wrapped paragraph."""
    used = 0
    open_quote = text[:1] in '“"«„‘' and closing_quote(text) is None
    parts = [text]
    size, previous = len(text), text
    for line in follow:
        if size > MAX_SAMPLE or line.cells or _ITEM.match(line.text):
            break
        closes = open_quote and any(mark in line.text for mark in '”"»’')
        if not closes and (line.starts or CUE.match(line.text) or not _runs_on(previous)):
            break
        parts.append(line.text)
        size, previous, used = size + len(line.text), line.text, used + 1
        open_quote = open_quote and not closes
    return used, " ".join(parts)


def _runs_on(previous: str) -> bool:
    """A line without an end mark, or as long as wrapped lines are, continues on the next."""
    return not _SENTENCE_END.search(previous) or (len(previous) in _WRAPPED and previous[-1] not in '”"’)')


def _block(segment: _Segment) -> tuple[str, int]:
    """(text, lines used) of the sample below a label that stands alone.

    Under a heading, or where the next label ends it, it is everything up to a remark; elsewhere one
    paragraph or one list.
    """
    parts: list[str] = []
    is_list = bool(_ITEM.match(segment.follow[0].text))
    quoted = False
    whole = segment.is_heading or segment.closed
    for n, line in enumerate(segment.follow):
        same_list = is_list and bool(_ITEM.match(line.text))
        new = n > 0 and line.starts and not same_list
        if (n > 0 and CUE.match(line.text)) or (new and (quoted or not whole)):
            return " ".join(parts), n
        if sum(map(len, parts)) > MAX_SAMPLE:
            return " ".join(parts), n
        parts.append(_ITEM_MARK.sub("", line.text) if n == 0 or same_list else line.text)
        quoted = quoted or (n == 0 and parts[0][:1] in '“"«„')
    return " ".join(parts), len(segment.follow)


def _comments(follow: Sequence[Line], used: int, *, after_item: bool) -> tuple[list[str], int]:
    """(remarks on the sample, lines used): lines that adjoin it, or that speak about it."""
    comments: list[str] = []
    for line in follow[used : used + _MOST_COMMENT_LINES]:
        about = CUE.match(line.text)
        if line.cells or (_ITEM.match(line.text) and not about) or (line.starts and not about):
            break
        if after_item and line.starts and not about:
            break
        comments.append(clean_comment(_ITEM_MARK.sub("", line.text)))
        used += 1
    return comments, used


# Pairs


def _pair(samples: Sequence[_Sample]) -> list[ExemplarPair]:
    """Neighbours of opposite sides; equal runs (two bad, then two good) pair in order."""
    pairs: list[ExemplarPair] = []
    at = 0
    while at < len(samples):
        ones = _run(samples, at)
        others = _run(samples, at + ones)
        if others and not _near(samples[at + ones - 1], samples[at + ones]):
            at += ones
        elif others and ones == others and _near(samples[at], samples[at + ones], gap=ones + _MOST_GAP):
            pairs += [p for n in range(ones) if (p := _as_pair(samples[at + n], samples[at + ones + n]))]
            at += ones + others
        elif others:
            graded = _graded(samples, at + ones, others)
            pair = _as_pair(samples[at + ones - 1], samples[at + ones + graded - 1])
            pairs += [pair] if pair else []
            at += ones + graded
        else:
            at += ones
    return pairs


def _graded(samples: Sequence[_Sample], at: int, run: int) -> int:
    """How many of a run stand directly below each other, as in Bad, Better, Best; the last one counts."""
    n = 1
    while n < run and samples[at + n].line - samples[at + n - 1].end <= 1:
        n += 1
    return n


def _run(samples: Sequence[_Sample], at: int) -> int:
    """How many samples from here on are of one side, in one section and close to each other."""
    n = at
    while n < len(samples) and (samples[n].side, samples[n].section) == (
        samples[at].side,
        samples[at].section,
    ):
        if n > at and samples[n].first - samples[n - 1].last > _MOST_GAP + 1:
            break
        n += 1
    return n - at


def _near(one: _Sample, other: _Sample, gap: int = _MOST_GAP) -> bool:
    return (
        one.section == other.section
        and one.side != other.side
        and other.first - one.last <= max(gap, _MOST_GAP) + 1
    )


def _as_pair(one: _Sample, other: _Sample) -> ExemplarPair | None:
    bad, good = (one, other) if one.side == "bad" else (other, one)
    why = " ".join(part for part in (one.why, other.why) if part)
    return checked_pair(bad.text, good.text, why, min(one.line, other.line))
