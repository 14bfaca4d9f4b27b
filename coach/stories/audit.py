"""The gaps of the technical audit: what the candidate cannot say of a feature that they shipped."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from coach.guides.stories import AuditGuide, AuditTopic
from coach.guides.terms import FILLER
from coach.schema.base import Frozen
from coach.schema.story import AuditEntry, AuditField
from coach.stories.acts import words_of
from coach.text.phrases import find

# An answer of this kind says that nothing is known.
_UNKNOWN = re.compile(
    r"^\W*(?:|\?+|-+|n/?a|tb[cd]|todo|none|nothing|no idea|unknown|unclear|not sure|don'?t know|forgot\w*"
    r"|(?:i|we) (?:do not|don'?t|did not|didn'?t) (?:know|remember|measure)(?: it)?"
    r"|can'?t (?:say|remember)|not that (?:i|we) know(?: of)?|confidential|under nda"
    r"|same|see above|lol|idk)\W*$",
    re.IGNORECASE,
)


Why = Literal["blank", "unknown", "unclear"]


class Gap(Frozen):
    """One field of one feature that is blank, or filled without saying what it asks for.

    `say_more` says what an unclear answer lacks, "" for the others. `asks` is what an interviewer would
    ask; `find_out` where the fact can be had; `drill` (a kind of `coach drill`), `question` and `passage`
    (ids) are what practises it.
    """

    entry: int
    feature: str
    field: AuditField
    title: str
    why: Why
    say_more: str = ""
    asks: str
    find_out: str
    drill: str
    question: str
    passage: str


def gaps(entries: Iterable[AuditEntry], guide: AuditGuide) -> tuple[Gap, ...]:
    """Every gap of `entries`, in the order of entries and fields."""
    return tuple(
        _gap(entry, topic, why)
        for entry in entries
        for topic in guide.fields
        if (why := gap_of(entry.field(topic.id), topic))
    )


def gap_of(text: str, topic: AuditTopic) -> Why | None:
    """Why a field does not tell what it asks for; None where it does."""
    if not text.strip():
        return "blank"
    if _UNKNOWN.match(" ".join(text.replace("’", "'").split())):
        return "unknown"
    return None if _tells(text, topic) else "unclear"


def say_more(topic: AuditTopic) -> str:
    """What an unclear answer lacks, as a prompt."""
    return f"Say more: {'; '.join(need.say_more for need in topic.needs)}."


def _tells(text: str, topic: AuditTopic) -> bool:
    """True for an answer that holds what the field asks for."""
    words = {word for word in words_of(text) if word not in FILLER and word not in topic.empty}
    if len(words) < topic.telling:
        return False
    return all(not need.said or find(text, need.said) is not None for need in topic.needs)


def _gap(entry: AuditEntry, topic: AuditTopic, why: Why) -> Gap:
    return Gap(
        entry=entry.id,
        feature=entry.feature,
        field=topic.id,
        title=topic.title,
        why=why,
        say_more=say_more(topic) if why == "unclear" else "",
        asks=topic.asks,
        find_out=topic.find_out,
        drill=topic.drill,
        question=topic.question,
        passage=topic.passage,
    )
