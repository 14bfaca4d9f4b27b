"""Words for doing: which verbs say what somebody did, and which only say that they were there."""

from __future__ import annotations

import re
from collections.abc import Iterator

PAST = frozenset(
    """
    asked began bought brought built called chose cut did dealt dove drew drove fed felt flew found
    fought gave got grew held hid hit kept led left let lost made meant met paid put quit ran read
    rebuilt rewrote rose said sat saw sent set shook showed shut sold sought spent split spoke stood
    stuck swept taught told took undertook went withdrew won wrote oversaw
    """.split()
)
# They state no deed of one's own, or one that nobody could ask about.
HOLLOW = frozenset(
    """
    was am were be been being is would will could should might may can must shall think thought felt
    feel believe believed guess hope hoped like liked love loved want wanted knew know understand
    understood realise realize realised realized wish wished care cared need needed appreciate
    appreciated value valued remember worked work helped help supported support participated contributed
    aligned collaborated ensured leveraged utilised utilized facilitated coordinated communicated
    engaged liaised focused strove tried try enjoyed learned learnt succeeded excelled thrived had have
    has did do does
    """.split()
)
_ADVERBS = (
    r"(?:(?:then|also|first|next|later|again|once|always|already|never|personally|myself|finally|still|only|just"
    r"|even|now|therefore|basically|quickly|quietly|openly|had|have|did not|didn['’]t)\s+)*"
)
_OWN = re.compile(
    rf"\bi(?:['’](?:ve|d))?\s+{_ADVERBS}(?P<verb>[a-z]{{2,}})\b(?!\s*(?:[,.;:!?]|$))", re.IGNORECASE
)
_NEXT = re.compile(
    r"(?:[,;&]|\band|\bthen)\s+(?:then\s+)?(?P<verb>[a-z]{2,})\b(?!\s*(?:[,.;:!?]|$))", re.IGNORECASE
)
_PRESENT = re.compile(
    r"\bi\s+(?:(?:now|always|never|also|still|first|only|no longer)\s+)*(?P<verb>[a-z]{2,})\b"
    r"(?!\s*(?:[,.;:!?]|$))",
    re.IGNORECASE,
)


def own_acts(sentence: str) -> int:
    """How many deeds the sentence tells of whoever says "I"; those that follow by "and" are theirs too."""
    first = next((match for match in _OWN.finditer(sentence) if _is_deed(match["verb"])), None)
    if first is None:
        return 0
    own = sum(_is_deed(match["verb"]) for match in _OWN.finditer(sentence))
    return own + sum(is_past(match["verb"]) for match in _NEXT.finditer(sentence, first.end()))


def present_deed(sentence: str) -> bool:
    """True for what the speaker does now: "I write the glossary first"."""
    return any(
        _is_deed(verb) and not is_past(verb) for verb in (m["verb"] for m in _PRESENT.finditer(sentence))
    )


def is_past(verb: str) -> bool:
    """True for a verb that says what was done."""
    plain = verb.casefold()
    return plain not in HOLLOW and (plain in PAST or (plain.endswith("ed") and len(plain) > 4))


def words_of(text: str) -> Iterator[str]:
    """Words in lower case; figures are none."""
    return (match.group().casefold() for match in re.finditer(r"[^\W\d_]+(?:['’][^\W\d_]+)?", text))


def _is_deed(verb: str) -> bool:
    return verb.casefold() not in HOLLOW
