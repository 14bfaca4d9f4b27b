"""The words by which documents mark a sample as BAD or GOOD, and where a label may stand."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Side = Literal["bad", "good"]

# Words that label a sample on their own.
_BAD = "red flag|bad|weak|weaker|poor|wrong|incorrect|ineffective|mediocre"
_GOOD = "green flag|good|strong|stronger|better|best|right|correct|effective|great|excellent"
# Words that also begin ordinary sentences: they need a colon, or a line or cell of their own.
_BAD_VERB = (
    "what not to (?:say|do)|don['’]?t say|do not say|don['’]?ts?|do not|avoid saying|avoid|"
    "instead of|never say|not like this"
)
_GOOD_VERB = (
    "what to (?:say|do)(?: instead)?|do say|dos?|instead(?:,? say)?|say instead|try|prefer|rather|"
    "use instead|say this|like this|say"
)
_NOUN = (
    r"(?:responses?|answers?|examples?|samples?|versions?|repl(?:y|ies)|candidates?|phrasings?|wordings?|"
    r"statements?|practices?|approach(?:es)?|ways?|one|pitch|take)"
)
_MARKS_BAD, _MARKS_GOOD = "❌✗✘👎🚫⛔", "✅✓✔👍☑"

_ARTICLE = r"(?:what\s+|(?:an?\s+)?example\s+of\s+)?(?:an?\s+|the\s+)?"
_SAYS = r"(?:(?:\s+(?:might|would|could|may))?\s+(?:be|says?|sounds? like|looks? like))?"
_ADJECTIVE = rf"{_ARTICLE}(?:(?P<bad>{_BAD})|(?P<good>{_GOOD}))(?:\s+{_NOUN})?{_SAYS}"
_REVERSED = rf"{_NOUN}\s*\((?:(?P<bad3>{_BAD})|(?P<good3>{_GOOD}))\)"
_VERB = rf"(?:(?P<bad2>{_BAD_VERB})|(?P<good2>{_GOOD_VERB}))"
_SYMBOL = rf"(?:(?P<bad4>[{_MARKS_BAD}])|(?P<good4>[{_MARKS_GOOD}]))\ufe0f?"
_COUNT = r"(?:\s*#?\d{1,2}|\s+[A-C])?(?:\s*\([^()]{1,40}\))?"
_LEAD = r"(?:[-*•·▪◦‣–—>]\s*)?(?:\(?\d{1,3}[.)]\s*|\(?[a-h][.)]\s+)?[*_]{0,3}"
_WORDS = rf"(?:{_SYMBOL}\s*)?(?:{_ADJECTIVE}|{_VERB}|{_REVERSED})"
_COLON = r"[*_]{0,3}\s*[:：][*_]{0,3}\s*"
_DASH = r"[*_]{0,3}\s*(?:\s[-–—]\s|[–—]|→)\s*"

# A group's name may stand once in a pattern, so the second use of a part gets names of its own.
_ADJECTIVE_2 = _ADJECTIVE.replace("<bad>", "<bad5>").replace("<good>", "<good5>")
_SYMBOL_2 = _SYMBOL.replace("<bad4>", "<bad6>").replace("<good4>", "<good6>")
_ADJECTIVE_3 = _ADJECTIVE.replace("<bad>", "<bad7>").replace("<good>", "<good7>")
_BRACKETED = rf"[(\[]\s*{_ADJECTIVE_3}{_COUNT}\s*[)\]]"
_AT_START = re.compile(
    rf"^{_LEAD}(?:{_WORDS}{_COUNT}{_COLON}|{_ADJECTIVE_2}{_COUNT}{_DASH}(?=\S)|{_SYMBOL_2}\s*"
    rf"|{_BRACKETED}\s*[:：]?\s*(?=\S))",
    re.IGNORECASE,
)
_AT_END = re.compile(rf"(?<=[”\"’»])\s*{_BRACKETED}\.?$", re.IGNORECASE)
_ALONE = re.compile(rf"^{_LEAD}{_WORDS}{_COUNT}[*_]{{0,3}}\s*[:：.]?$", re.IGNORECASE)
_INLINE = re.compile(
    rf"(?:(?<=[.!?”\"’»)]\s)|(?<=[.!?;,/|]\s[“\"])|(?<=[;,/|]\s)|(?<=\s[-–—]\s))"
    rf"(?:{_ADJECTIVE}{_COUNT}\s*[:：]\s*|{_VERB}\s*[:：]\s*(?=[“\"'‘«„]))",
    re.IGNORECASE,
)


_SEVERAL = re.compile(r"(?:s|don['’]?t|do|not|avoid|instead|say|try|prefer)\W*$", re.IGNORECASE)


@dataclass(frozen=True)
class Label:
    """Which side a sample is on, and where in the line the label begins and ends."""

    side: Side
    start: int
    end: int
    text: str

    @property
    def heads_list(self) -> bool:
        """True where list items below it are samples of their own ("Don't", "Weak answers")."""
        return _SEVERAL.search(self.text) is not None


def label_at_start(text: str) -> Label | None:
    """The label that opens a line and is followed by its sample, or stands alone."""
    match = _ALONE.match(text[:80]) if len(text) <= 80 else None
    match = match or _AT_START.match(text[:120])
    return _label(match) if match else None


def label_at_end(text: str) -> Label | None:
    """A label in brackets behind a quotation that is the whole line."""
    bare = text.lstrip("-*•> ")
    match = _AT_END.search(text, max(0, len(text) - 60)) if bare[:1] in '“"‘«' and bare else None
    return _label(match) if match else None


def is_label_alone(text: str) -> bool:
    """True where the line is nothing but a label, so that its sample follows."""
    return len(text) <= 80 and _ALONE.match(text) is not None


def label_inside(text: str, start: int) -> Label | None:
    """The next label after a sentence's end within running text."""
    match = _INLINE.search(text, start)
    return _label(match) if match else None


def _label(match: re.Match[str]) -> Label:
    is_bad = any(text for name, text in match.groupdict().items() if name.startswith("bad"))
    return Label("bad" if is_bad else "good", match.start(), match.end(), match[0])
