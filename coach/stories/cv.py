"""Reads a CV line by line: which lines claim something, how they hold up, and a rewrite with blanks.

By rule: signs with the very words that show them. A rewrite adds nothing but blanks. No model is asked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from coach.guides.document import Document, Line
from coach.guides.stories import CvGuide, PartLevel
from coach.schema.base import Frozen
from coach.stories.acts import HOLLOW, PAST, is_past
from coach.stories.review import Aimed, nobody
from coach.stories.signs import SeenSign, advise, ids_of, level_of, see_signs
from coach.text.phrases import find, phrase, sentences

CvVerdict = Literal["good", "thin", "bad"]
VERDICTS: dict[PartLevel, CvVerdict] = {"strong": "good", "fair": "thin", "weak": "bad", "missing": "bad"}

MOST_LINES = 200
_FEWEST_WORDS = 2
# A paragraph this long is a summary: its sentences are read one by one.
_LONG = 45
_HEADING_WORDS = 4
# A line of this many characters may have been wrapped.
_WIDE = 70
_MARK = re.compile(r"^\s*(?:[-*•·▪◦‣–—>]|\(?\d{1,2}[.)])\s+")
_YEARS = re.compile(
    r"\b(?:19|20)\d\d\b\s*(?:[-–—]|to|until)\s*(?:\b(?:19|20)\d\d\b|present|now|today|current)", re.IGNORECASE
)
_CONTACT = re.compile(r"@|https?://|www\.|linkedin|\+\d{1,3}[ \d()-]{7,}", re.IGNORECASE)
_PRESENT = """
own owns lead leads run runs drive drives manage manages build builds ship ships define defines design
designs launch launches set sets write writes grow grows cut cuts
"""
_VERBS = (PAST | frozenset(_PRESENT.split())) - HOLLOW
_OWN = re.compile(r"^(?:[A-Z]?[a-z]+ly )?(?P<verb>[A-Za-z]+)\b|\bI (?P<own>[a-z]+)\b")
_WAS = r"^(?:was |were |been )?"
# What opens a line and hides the own part -> the word that joins a blank to the rest.
_LEADS = tuple(
    (re.compile(_WAS + pattern + r"\s+", re.IGNORECASE), joint)
    for pattern, joint in (
        (r"(?:responsible for|in charge of)", "for"),
        (r"(?:tasked with)", "for"),
        (r"(?:part|member) of (?:a|the|our) team (?:that|which)", "in the team that"),
        (r"(?:worked (?:closely )?|collaborated )with", "with"),
        (r"(?:worked (?:closely )?)on", "on"),
        (r"(?:helped|assisted) (?:with|in)", "in"),
        (r"helped(?= (?:the|a|an|our|my|their|two|three|several)\b)", "for"),
        (r"helped(?: to)?", "to"),
        (r"(?:involved|participated|assisted) in", "in"),
        (r"contributed to", "for"),
        (r"supported", "for"),
        (r"(?:exposure to|duties included)", "for"),
        (r"(?:leverag|harness|utili[sz])(?:ed|ing)", "with"),
        (r"we", "when we"),
    )
)


# Names no model; a blank asks for it. What hides behind a noun of praise is asked for too.
_MODEL = "[which model, doing what]"
_BLACK_BOX = re.compile(
    r"\b(?:the power of )?(?:(?:cutting[- ]edge|state[- ]of[- ]the[- ]art|advanced|modern) )?"
    r"(?:AI|ML|machine learning|artificial intelligence|gen(?:erative )?AI)(?:[- ](?:powered|driven))?\b",
    re.IGNORECASE,
)
_NOUN = re.compile(
    r"synerg|proven track record|deep expertise|extensive experience|strong understanding", re.I
)


class CvLine(Frozen):
    """One line that claims something; `number` is its place in the file, as `Document` counts."""

    number: int
    text: str


class CvReview(Frozen):
    """One line with its verdict. `rewrite` is "" for a good line; blanks stand in square brackets.

    `aimed` is True where the line speaks to whoever reviews it: it is left out, and has no rewrite.
    `note` says why a model's words were not used, if so.
    """

    line: CvLine
    verdict: CvVerdict
    signs: tuple[SeenSign, ...] = ()
    advice: tuple[str, ...] = ()
    rewrite: str = ""
    by: str = "rules"
    aimed: bool = False
    note: str = ""


def cv_lines(document: Document, guide: CvGuide) -> list[CvLine]:
    """The lines that claim something: no headings, dates, contacts, skills or schools."""
    found: list[CvLine] = []
    skipping = False
    praise = next((sign.said for sign in guide.signs if sign.id == "praise"), ())
    for line in _joined(document.lines, guide):
        marked = bool(_MARK.match(line.text))
        text = " ".join(_MARK.sub("", line.text).split())
        if _is_heading(line, guide):
            skipping = find(text, guide.skip) is not None
            continue
        if skipping or _CONTACT.search(text) or _is_list(text) or (_YEARS.search(text) and not marked):
            continue
        found += [
            CvLine(number=line.number, text=one)
            for one in (_sentences(text) if len(text.split()) > _LONG or not marked else [text])
            if len(one.split()) >= _FEWEST_WORDS and (marked or _claims(one) or find(one, praise))
        ]
    return found[:MOST_LINES]


def review_line(line: CvLine, guide: CvGuide, aimed: Aimed = nobody) -> CvReview:
    """One line by the signs of the guide."""
    if aimed(line.text):
        return CvReview(line=line, verdict="bad", aimed=True)
    signs = line_signs(line.text, guide)
    level = level_of(guide.signs, signs)
    rewrite = "" if level == "strong" else rewrite_line(line.text, signs, guide)
    return CvReview(
        line=line, verdict=VERDICTS[level], signs=signs, advice=advise(guide.signs, signs), rewrite=rewrite
    )


def line_signs(text: str, guide: CvGuide) -> tuple[SeenSign, ...]:
    return see_signs(text, guide.signs, {"own-action": own_action})


def own_action(text: str) -> str | None:
    """The words that say what the candidate did: an opening verb, or `I` with one."""
    if _hides(text):
        return None
    for match in _OWN.finditer(text):
        verb = (match["verb"] or match["own"]).casefold()
        if verb in _VERBS or is_past(verb):
            return " ".join(text[match.start() :].split()[:4])
    return None


def rewrite_line(text: str, signs: Sequence[SeenSign], guide: CvGuide) -> str:
    """The line's own words without what hides or praises, and a blank for each thing that is missing."""
    seen = ids_of(signs)
    blanks = {sign.id: sign.blank for sign in guide.signs}
    if find(text, guide.improving) is None:
        blanks["number"] = guide.result_blank
    body = text.rstrip(" .;,")
    if "praise" in seen and "own-action" not in seen and not _hides(text):
        return f"{blanks['own-action']} {blanks['number']}."
    if "praise" in seen:
        body = _without(body, next(sign.said for sign in guide.signs if sign.id == "praise"))
    if "black-box" in seen:
        body = _BLACK_BOX.sub(_MODEL, body)
    if "own-action" not in seen:
        body = f"{blanks['own-action']}{_joined_to_blank(body)}"
    missing = [i for i in ("number", "baseline", "mechanism") if i not in seen]
    if "number" in missing and "baseline" in missing:
        # One blank asks for the number; what it is compared with comes with it.
        missing.remove("baseline")
    tail = ", ".join(blanks[i] for i in missing)
    return f"{body}{' ' if tail else ''}{tail}."


def _joined_to_blank(text: str) -> str:
    """The rest of a line behind the blank for the own part."""
    for pattern, joint in _LEADS:
        if pattern.match(text):
            return f" {joint} {pattern.sub('', text)}"
    return f": {text}"


def _without(text: str, said: Sequence[str]) -> str:
    """`text` without the words that match; what they stood for is no loss."""
    for one in said:
        while spans := phrase(one).matches(text):
            start, end = spans[0]
            stands_for = "[what exactly]" if _NOUN.match(text[start:end]) else ""
            text = f"{text[:start]}{stands_for}{text[end:]}"
    text = " ".join(text.split())
    return text[:1].upper() + text[1:] if text else text


def _joined(lines: Sequence[Line], guide: CvGuide) -> list[Line]:
    """Wrapped lines as one. A PDF loses its bullets, so that a capital begins a line of its own."""
    joined: list[Line] = []
    for line in lines:
        last = joined[-1] if joined else None
        alone = last is None or line.starts or line.level or last.level or _is_heading(line, guide)
        if last is not None and not alone and _goes_on(last.text, line.text):
            joined[-1] = Line(last.number, f"{last.text} {line.text.strip()}", starts=last.starts)
        else:
            joined.append(line)
    return joined


def _goes_on(above: str, below: str) -> bool:
    """True where a line only wraps: small letter below, or no end above."""
    first = below.strip()[:1]
    if first.islower() or above.rstrip().endswith(
        (",", ";", "&", "-", "–", " and", " or", " the", " of", " with")
    ):
        return True
    return first.isdigit() and len(above) >= _WIDE and above.rstrip()[-1:] not in ".!?"


def _is_heading(line: Line, guide: CvGuide) -> bool:
    """A heading; a line that claims something is none, however short it stands."""
    text = line.text.strip()
    if _MARK.match(text) or _claims(text):
        return False
    short = len(text.split()) <= _HEADING_WORDS
    named = short and find(text, (*guide.skip, *guide.sections)) is not None
    return line.level > 0 or named or (short and text.isupper())


def _is_list(text: str) -> bool:
    """Skills and tools: many commas, few words between them."""
    parts = text.split(",")
    return len(parts) >= 4 and len(text.split()) / len(parts) < 2.5


def _claims(text: str) -> bool:
    return bool(own_action(text) or _hides(text) or re.search(r"\b(?:I|[Ww]e)\b", text))


def _hides(text: str) -> bool:
    return any(pattern.match(text) for pattern, _ in _LEADS)


def _sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]
