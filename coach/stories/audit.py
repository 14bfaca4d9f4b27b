"""The gaps of the technical audit: what the candidate cannot say of a feature that they shipped."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from coach.guides.stories import AuditGuide, AuditTopic
from coach.schema.base import Frozen
from coach.schema.story import AuditEntry, AuditField

# An answer of this kind says that nothing is known.
_UNKNOWN = re.compile(
    r"^\W*(?:|\?+|-+|n/?a|tb[cd]|todo|none|nothing|no idea|unknown|unclear|not sure|don'?t know|forgot\w*"
    r"|(?:i|we) (?:do not|don'?t|did not|didn'?t) (?:know|remember|measure)(?: it)?"
    r"|can'?t (?:say|remember))\W*$",
    re.IGNORECASE,
)


class Gap(Frozen):
    """One field of one feature that is blank, or filled without saying anything.

    `asks` is what an interviewer would ask; `find_out` where the fact can be had; `drill` (a kind of
    `coach drill`), `question` and `passage` (ids) are what practises it.
    """

    entry: int
    feature: str
    field: AuditField
    title: str
    why: Literal["blank", "unknown"]
    asks: str
    find_out: str
    drill: str
    question: str
    passage: str


def gaps(entries: Iterable[AuditEntry], guide: AuditGuide) -> tuple[Gap, ...]:
    """Every gap of `entries`, in the order of entries and fields."""
    return tuple(
        _gap(entry, topic) for entry in entries for topic in guide.fields if is_gap(entry.field(topic.id))
    )


def is_gap(text: str) -> bool:
    """True for a blank field, and for one that only says that nothing is known."""
    return _UNKNOWN.match(" ".join(text.replace("’", "'").split())) is not None


def _gap(entry: AuditEntry, topic: AuditTopic) -> Gap:
    return Gap(
        entry=entry.id,
        feature=entry.feature,
        field=topic.id,
        title=topic.title,
        why="unknown" if entry.field(topic.id).strip() else "blank",
        asks=topic.asks,
        find_out=topic.find_out,
        drill=topic.drill,
        question=topic.question,
        passage=topic.passage,
    )
