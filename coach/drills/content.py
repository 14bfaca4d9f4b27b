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
        """The words found, none twice: those that show most signs first, and of these those with figures."""
        found = sorted(self.signs.values(), key=lambda item: (-self._worth(item), _place(item)))
        kept: list[Evidence] = []
        for item in found:
            if not any(overlap(item, other) for other in kept):
                kept.append(item)
        return tuple(kept)

    def _worth(self, item: Evidence) -> int:
        shown = sum(overlap(item, other) for other in self.signs.values())
        return 2 * shown + any(sign.isdigit() for sign in item.quote)


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


def _place(item: Evidence) -> tuple[int, int, int]:
    return item.turn or 0, item.start or 0, item.end or 0


def overlap(one: Evidence, other: Evidence) -> bool:
    """True where two quotes share words."""
    return (
        one.turn == other.turn and (one.start or 0) < (other.end or 0) and (other.start or 0) < (one.end or 0)
    )
