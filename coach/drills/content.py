"""Which words of an answer carry a criterion's own content, sign by sign. Gives no marks."""

from __future__ import annotations

from collections.abc import Mapping

from coach.drills.report import Parts, evidence_at
from coach.guides.contents import Contents, Signs
from coach.schema.base import Frozen
from coach.schema.grade import Evidence
from coach.text.phrases import find


class Content(Frozen):
    """The signs of one criterion that were found, each with its words."""

    signs: dict[str, Evidence]

    @property
    def quotes(self) -> tuple[Evidence, ...]:
        """The words found, none twice, in the order of the answer."""
        places = {(item.turn or 0, item.start or 0, item.end or 0): item for item in self.signs.values()}
        return tuple(_apart([places[place] for place in sorted(places)]))


NOTHING = Content(signs={})


def read_content(contents: Contents, parts: Parts) -> Mapping[str, Content]:
    """What was found of every criterion."""
    return {name: Content(signs=_signs(signs, parts)) for name, signs in contents.items()}


def _signs(signs: Signs, parts: Parts) -> dict[str, Evidence]:
    found = {}
    for name, said in signs.items():
        for turn, text in parts:
            span = find(text, said)
            if span is not None:
                found[name] = evidence_at(text, span, turn)
                break
    return found


def _apart(quotes: list[Evidence]) -> list[Evidence]:
    """Without quotes that lie within another one."""
    kept: list[Evidence] = []
    for item in sorted(quotes, key=lambda one: (one.end or 0) - (one.start or 0)):
        if not any(_overlap(item, other) for other in kept):
            kept.append(item)
    return sorted(kept, key=lambda one: (one.turn or 0, one.start or 0))


def _overlap(one: Evidence, other: Evidence) -> bool:
    return (
        one.turn == other.turn and (one.start or 0) < (other.end or 0) and (other.start or 0) < (one.end or 0)
    )
